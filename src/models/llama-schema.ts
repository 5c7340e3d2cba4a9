type Schema = { readonly [keyword: string]: unknown }

/** Keywords that change an answer's shape in ways no grammar made here can follow. */
const refusedKeywords: readonly string[] = [
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'propertyNames',
  'dependentSchemas',
  'dependentRequired',
  'contains',
  'unevaluatedProperties',
  'unevaluatedItems',
  '$dynamicRef',
]

/** llama.cpp copies a repeated rule so often; beyond that a grammar takes long to read, and 2,000 are refused. */
const mostRepetitions = 1000

/** White space is short everywhere, so that no model can go on with it for ever. No half surrogates in strings. */
const jsonRules = String.raw`
ws ::= | " " | "\n" [ \t]{0,20}
string ::= "\"" char* "\""
char ::= [ !#-[\x5D-~\u0080-\uD7FF\uE000-\U0010FFFF] | "\\" (["\\/bfnrt] | "u" code)
code ::= [0-9a-cA-CefEF] hex hex hex | [dD] [0-7] hex hex
hex ::= [0-9a-fA-F]
natural ::= [1-9] [0-9]{0,14}
integer ::= "-"? ("0" | natural)
number ::= integer ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?
boolean ::= "true" | "false"
value ::= object | array | string | number | boolean | "null"
object ::= "{" ws (string ":" ws value ws ("," ws string ":" ws value ws)*)? "}"
array ::= "[" ws (value ws ("," ws value ws)*)? "]"
`

/** Any JSON object, as a GBNF grammar: what `response_format: { type: 'json_object' }` asks for. */
export const jsonObjectGrammar = `root ::= object\n${jsonRules}`

/** The schema cannot be a grammar; the message says which part of it. */
class UnsupportedSchema extends Error {}

/**
 * A JSON schema as a GBNF grammar whose texts are JSON of that shape: types, properties in the schema's order,
 * optional ones, arrays, lengths, `enum`, `const`, `anyOf`, `oneOf` (read as `anyOf`), `$ref` within the schema,
 * recursion. What a grammar cannot count is left to a verifier: ranges of numbers (except a lower bound of 0 or 1 of an
 * integer), `multipleOf`, `pattern`, `format`, `uniqueItems`. An object with `properties` gets no others.
 * @returns the grammar, or what in the schema is not supported
 */
export function schemaGrammar(schema: unknown): { readonly grammar: string } | { readonly refused: string } {
  try {
    return { grammar: new SchemaRules(schema).grammar() }
  } catch (cause) {
    if (cause instanceof UnsupportedSchema) return { refused: cause.message }
    throw cause
  }
}

class SchemaRules {
  readonly #root: unknown
  /** Names of rules by their body: equal parts share one. */
  readonly #names = new Map<string, string>()
  readonly #lines: string[] = []
  readonly #references = new Map<string, string>()

  constructor(root: unknown) {
    this.#root = root
  }

  grammar(): string {
    const body = this.#of(this.#root, '#')
    return [`root ::= ${body}`, ...this.#lines, jsonRules].join('\n')
  }

  /** The grammar of one value, as something that may stand in a sequence. */
  #of(schema: unknown, path: string): string {
    if (schema === true) return 'value'
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
      throw new UnsupportedSchema(`${path} is no schema`)
    }
    const given = schema as Schema
    const refused = refusedKeywords.find((keyword) => given[keyword] !== undefined)
    if (refused !== undefined) throw new UnsupportedSchema(`"${refused}" at ${path}`)
    if (typeof given['$ref'] === 'string') return this.#reference(given['$ref'], path)
    if (given['const'] !== undefined) return literal(given['const'])
    const choices = given['enum']
    if (Array.isArray(choices) && choices.length > 0) return this.#rule(choices.map(literal).join(' | '))
    return this.#shape(given, path)
  }

  #shape(schema: Schema, path: string): string {
    for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
      const parts = schema[keyword]
      if (!Array.isArray(parts) || parts.length === 0) continue
      if (schema['properties'] !== undefined || schema['items'] !== undefined) {
        throw new UnsupportedSchema(`"${keyword}" beside "properties" or "items" at ${path}`)
      }
      if (keyword === 'allOf' && parts.length > 1)
        throw new UnsupportedSchema(`"allOf" of several at ${path}`)
      return this.#rule(parts.map((part, index) => this.#of(part, `${path}/${keyword}/${index}`)).join(' | '))
    }
    const told = schema['type'] ?? impliedType(schema)
    if (told === undefined) return 'value'
    const types: readonly unknown[] = Array.isArray(told) ? told : [told]
    const bodies = types.map((type) => this.#typed(type, schema, path))
    if (schema['nullable'] === true) bodies.push('"null"')
    return bodies.length === 1 ? bodies.join('') : this.#rule(bodies.join(' | '))
  }

  #typed(type: unknown, schema: Schema, path: string): string {
    if (type === 'object') return this.#object(schema, path)
    if (type === 'array') return this.#array(schema, path)
    if (type === 'string') return stringOf(schema)
    if (type === 'integer') return integerOf(schema)
    if (type === 'null') return '"null"'
    if (type === 'number' || type === 'boolean') return type
    throw new UnsupportedSchema(`the type ${JSON.stringify(type)} at ${path}`)
  }

  #object(schema: Schema, path: string): string {
    const properties = Object.entries((schema['properties'] ?? {}) as Schema)
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : []
    const unknown = required.find((name) => !properties.some(([known]) => known === name))
    if (unknown !== undefined)
      throw new UnsupportedSchema(`"required" of ${JSON.stringify(unknown)} at ${path}`)
    if (properties.length === 0) {
      const others = schema['additionalProperties'] ?? schema['properties'] === undefined
      if (others === false) return this.#rule('"{" ws "}"')
      const member = `string ":" ws ${this.#of(others, `${path}/additionalProperties`)} ws`
      return this.#rule(`"{" ws (${member} ("," ws ${member})*)? "}"`)
    }
    // From the last to the first: what may follow once a member stands (rest), and what may stand first (start).
    let rest = ''
    let start = ''
    for (const [name, value] of properties.toReversed()) {
      const member = `${literal(name)} ws ":" ws ${this.#of(value, `${path}/properties/${name}`)} ws`
      const needed = required.includes(name)
      const first = `${member} ${rest}`
      start = needed ? this.#rule(first) : start === '' ? `(${first})?` : this.#rule(`${first} | ${start}`)
      rest = needed ? this.#rule(`"," ws ${member} ${rest}`) : this.#rule(`("," ws ${member})? ${rest}`)
    }
    return this.#rule(`"{" ws ${start} "}"`)
  }

  #array(schema: Schema, path: string): string {
    const { least, most } = bounds(schema, 'minItems', 'maxItems')
    // Older drafts write a tuple as an array of `items`.
    const tuple = Array.isArray(schema['items']) ? schema['items'] : schema['prefixItems']
    const first: readonly unknown[] = Array.isArray(tuple) ? tuple : []
    const after = tuple === schema['items'] ? schema['additionalItems'] : schema['items']
    const named = first.slice(0, most).map((item, index) => this.#of(item, `${path}/prefixItems/${index}`))
    const others = after ?? first.length === 0
    if (others === false || named.length === most) {
      return this.#rule(`"[" ws ${named.map((item) => `${item} ws`).join(' "," ws ')} "]"`)
    }
    const item = this.#of(others, `${path}/items`)
    if (named.length > 0) {
      const more = repeated(`("," ws ${item} ws)`, least - named.length, most - named.length)
      return this.#rule(`"[" ws ${named.map((each) => `${each} ws`).join(' "," ws ')} ${more} "]"`)
    }
    const items = `${item} ws ${repeated(`("," ws ${item} ws)`, least - 1, most - 1)}`
    return this.#rule(least > 0 ? `"[" ws ${items} "]"` : `"[" ws (${items})? "]"`)
  }

  #reference(reference: string, path: string): string {
    const known = this.#references.get(reference)
    if (known !== undefined) return known
    const name = `ref${this.#references.size}`
    // Named before it is read: it may refer to itself.
    this.#references.set(reference, name)
    let target = this.#root
    for (const part of reference.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
      target = (target as Schema | undefined)?.[key]
    }
    if (!/^#(\/|$)/.test(reference) || target === undefined) {
      throw new UnsupportedSchema(`"$ref" to ${reference} at ${path}`)
    }
    this.#lines.push(`${name} ::= ${this.#of(target, reference)}`)
    return name
  }

  #rule(body: string): string {
    const known = this.#names.get(body)
    if (known !== undefined) return known
    const name = `part${this.#names.size}`
    this.#names.set(body, name)
    this.#lines.push(`${name} ::= ${body}`)
    return name
  }
}

function impliedType(schema: Schema): string | undefined {
  if (schema['properties'] !== undefined || schema['additionalProperties'] !== undefined) return 'object'
  if (schema['items'] !== undefined || schema['prefixItems'] !== undefined) return 'array'
  return undefined
}

function stringOf(schema: Schema): string {
  const { least, most } = bounds(schema, 'minLength', 'maxLength')
  return least === 0 && most === Infinity ? 'string' : `"\\"" ${repeated('char', least, most)} "\\""`
}

function integerOf(schema: Schema): string {
  const { minimum, exclusiveMinimum } = schema
  const lowest =
    typeof minimum === 'number' ? minimum : typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : -1
  if (lowest >= 1) return 'natural'
  return lowest >= 0 ? '("0" | natural)' : 'integer'
}

/** Both ends of a length; an end too far away to be counted is left open. */
function bounds(
  schema: Schema,
  low: string,
  high: string,
): { readonly least: number; readonly most: number } {
  const end = (name: string, otherwise: number) => {
    const value = schema[name]
    const counted =
      Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= mostRepetitions
    return counted ? (value as number) : otherwise
  }
  return { least: end(low, 0), most: end(high, Infinity) }
}

function repeated(item: string, least: number, most: number): string {
  const low = Math.max(0, least)
  if (most <= 0) return ''
  return low === 0 && most === Infinity ? `${item}*` : `${item}{${low},${most === Infinity ? '' : most}}`
}

/** The JSON text of a value as a GBNF literal. */
function literal(value: unknown): string {
  const text = JSON.stringify(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
  return `"${text}"`
}
