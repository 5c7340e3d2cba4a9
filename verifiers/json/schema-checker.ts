import type { Ajv, ErrorObject, Options, ValidateFunction } from 'ajv'
import { LRUCache } from 'lru-cache'
import type { Json } from '../../src/contract.ts'
import { formats } from './formats.ts'
import { isRecord, ownMember } from './record.ts'

/** One way in which a value breaks a schema. */
export interface SchemaFault {
  /** JSON Pointer to the value at fault; empty for the whole answer. */
  readonly pointer: string
  readonly keyword: string
  readonly message: string
  /** The name of the property that is missing or should not be there. */
  readonly property?: string
}

/** A compiled JSON Schema. */
export interface SchemaChecker {
  /** The faults of a value; empty when it is valid. `all: false` stops at the first. */
  faults(value: Json, all: boolean): readonly SchemaFault[]
}

/** A checker, or why the schema cannot be used. */
export type CompiledSchema =
  | { readonly kind: 'checker'; readonly checker: SchemaChecker }
  | { readonly kind: 'malformed'; readonly reason: string }

/** Schemas kept compiled in one worker: compiling takes milliseconds, checking microseconds. */
const MAX_COMPILED_SCHEMAS = 128

/** Characters of an `enum` or `const` that a fault repeats. */
const MAX_ALLOWED_CHARACTERS = 80

const compiled = new LRUCache<string, CompiledSchema>({ max: MAX_COMPILED_SCHEMAS })

/** Compiles a schema, or finds it compiled. Remote references are never fetched. */
export async function schemaChecker(schema: Json): Promise<CompiledSchema> {
  const key = JSON.stringify(schema)
  const known = compiled.get(key)
  if (known !== undefined) return known
  const fresh = await compile(schema)
  compiled.set(key, fresh)
  return fresh
}

type Dialect = '2020' | '2019' | 'draft-07'
type Compiler = { readonly first: Ajv; readonly all: Ajv; readonly legacyPatterns: Ajv }

const compilers = new Map<Dialect, Compiler>()

async function compile(schema: Json): Promise<CompiledSchema> {
  if (typeof schema !== 'boolean' && !isRecord(schema)) {
    return { kind: 'malformed', reason: 'a JSON Schema is an object, true or false' }
  }
  const dialect = dialectOf(schema)
  const { first, all, legacyPatterns } = await compilersFor(dialect)
  // What `$schema` says has been obeyed by the choice of dialect; left in, an address that Ajv does not know is fatal.
  const bare = typeof schema === 'boolean' ? schema : withoutMember(schema, '$schema')
  try {
    const check = compileWith(first, legacyPatterns, bare)
    let checkAll: ValidateFunction | undefined
    const checker: SchemaChecker = {
      faults(value, wantsAll) {
        if (check(value)) return []
        if (!wantsAll) return (check.errors ?? []).map(faultOf)
        checkAll ??= compileWith(all, legacyPatterns, bare)
        checkAll(value)
        const faults = (checkAll.errors ?? []).map(faultOf)
        // Errors of a check are only borrowed: the function keeps the last list alive otherwise.
        checkAll.errors = null
        return faults
      },
    }
    return { kind: 'checker', checker }
  } catch (error) {
    return { kind: 'malformed', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** `pattern` means Unicode mode in the standard, yet many schemas carry escapes that only the older mode reads. */
function compileWith(compiler: Ajv, legacyPatterns: Ajv, schema: boolean | object): ValidateFunction {
  try {
    return compileOnce(compiler, schema)
  } catch (error) {
    if (error instanceof SyntaxError || /regular expression/i.test(String(error))) {
      return compileOnce(legacyPatterns, schema)
    }
    throw error
  }
}

function compileOnce(compiler: Ajv, schema: boolean | object): ValidateFunction {
  try {
    return compiler.compile(schema)
  } finally {
    // The compiler would keep every schema it has ever seen; our cache decides instead.
    if (typeof schema === 'object') compiler.removeSchema(schema)
  }
}

/** Ajv is loaded when the first schema comes: a worker that only runs programs does without. */
async function compilersFor(dialect: Dialect): Promise<Compiler> {
  const known = compilers.get(dialect)
  if (known !== undefined) return known
  const make = await constructorFor(dialect)
  const fresh: Compiler = {
    first: make({ ...OPTIONS, allErrors: false }),
    all: make({ ...OPTIONS, allErrors: true }),
    legacyPatterns: make({ ...OPTIONS, allErrors: true, unicodeRegExp: false }),
  }
  compilers.set(dialect, fresh)
  return fresh
}

const OPTIONS: Options = {
  strict: false,
  // 1e999 parses to Infinity, which is no JSON number.
  strictNumbers: true,
  // `required: ["constructor"]` must not be met by what every object inherits.
  ownProperties: true,
  addUsedSchema: false,
  logger: false,
  formats: Object.fromEntries(Object.entries(formats)),
}

async function constructorFor(dialect: Dialect): Promise<(options: Options) => Ajv> {
  if (dialect === 'draft-07') {
    const { Ajv } = await import('ajv')
    return (options) => new Ajv(options)
  }
  if (dialect === '2019') {
    const { Ajv2019 } = await import('ajv/dist/2019.js')
    return (options) => new Ajv2019(options)
  }
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  return (options) => new Ajv2020(options)
}

function dialectOf(schema: Json): Dialect {
  const declared = isRecord(schema) ? ownMember(schema, '$schema') : undefined
  if (typeof declared !== 'string') return '2020'
  if (/draft-0[4-7]/.test(declared)) return 'draft-07'
  return declared.includes('2019-09') ? '2019' : '2020'
}

function withoutMember(record: { readonly [key: string]: Json }, name: string): object {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
}

function faultOf(error: ErrorObject): SchemaFault {
  const params = error.params as { readonly [name: string]: unknown }
  const property = params['missingProperty'] ?? params['additionalProperty'] ?? params['unevaluatedProperty']
  return {
    pointer: error.instancePath,
    keyword: error.keyword,
    message: messageOf(error, params, property),
    ...(typeof property === 'string' ? { property } : {}),
  }
}

function messageOf(
  error: ErrorObject,
  params: { readonly [name: string]: unknown },
  property: unknown,
): string {
  const message = error.message ?? `breaks "${error.keyword}"`
  switch (error.keyword) {
    case 'enum':
      return `must be one of ${allowed(params['allowedValues'])}`
    case 'const':
      return `must be ${allowed(params['allowedValue'])}`
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `must not have the property ${allowed(property)}`
    default:
      return message
  }
}

function allowed(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= MAX_ALLOWED_CHARACTERS ? text : `${text.slice(0, MAX_ALLOWED_CHARACTERS)}…`
}
