import type { Json, Subject, Verdict, Verifier } from '../src/contract.ts'
import { answerKey } from './json/answer-key.ts'
import { findJson } from './json/find-json.ts'
import { isList, isRecord, ownMember } from './json/record.ts'
import { type SchemaFault, schemaChecker } from './json/schema-checker.ts'
import { schemaFeedback } from './json/schema-feedback.ts'
import { unsupported } from './verdict/unsupported.ts'

/** Characters of JSON in which every fault is looked for. Beyond, one fault is told: each costs an object. */
const MAX_CHARACTERS_FOR_ALL_FAULTS = 64_000

/**
 * The answer is JSON and valid against a JSON Schema (2020-12; 2019-09 and draft-07 when `$schema` says so).
 *
 * The schema is the first of `options.schema`, `reference`, `meta.schema`, `meta.response_format`; each may be the
 * schema itself or a `response_format` of OpenAI. Score 1 when valid, else 0, or with `options.partial` the share of
 * top-level properties that are valid. `pattern` runs the schema's own regular expression over the model's text, so
 * this belongs in the pool, whose deadline is the only bound on it.
 */
export const jsonSchema: Verifier = {
  id: 'json-schema',
  version: '1',
  runs: 'pool',
  exact: 'always',
  verify,
}

async function verify(subject: Subject): Promise<Verdict> {
  const schema = schemaOf(subject)
  if (schema === undefined) return unsupported('no JSON Schema was given')
  const compiled = await schemaChecker(schema)
  if (compiled.kind === 'malformed') return unsupported(`the JSON Schema cannot be used: ${compiled.reason}`)

  const found = findJson(subject.candidate)
  if (found.kind === 'none') return { kind: 'scored', score: 0, feedback: found.reason }
  const answer = answerKey(found.value)
  const faults = compiled.checker.faults(found.value, found.source.length <= MAX_CHARACTERS_FOR_ALL_FAULTS)
  if (faults.length === 0) return { kind: 'scored', score: 1, answer }
  const score = subject.options?.['partial'] === true ? shareValid(schema, found.value, faults) : 0
  return { kind: 'scored', score, answer, feedback: schemaFeedback(faults) }
}

function schemaOf(subject: Subject): Json | undefined {
  const own = subject.options?.['schema']
  if (own !== undefined) return unwrapped(own)
  const { reference } = subject
  if (reference !== undefined && isRecord(reference) && looksLikeSchema(reference))
    return unwrapped(reference)
  const known = subject.meta?.['schema'] ?? subject.meta?.['response_format']
  return known === undefined ? undefined : unwrapped(known)
}

/** The schema inside a `response_format`, else the value itself. */
function unwrapped(value: Json): Json | undefined {
  if (!isRecord(value)) return value
  const type = ownMember(value, 'type')
  if (type === 'json_object') return { type: 'object' }
  // A plain text response format asks for nothing.
  if (type === 'text') return undefined
  if (type !== 'json_schema') return value
  const inner = ownMember(value, 'json_schema') ?? value
  return isRecord(inner) ? ownMember(inner, 'schema') : undefined
}

const SCHEMA_KEYWORDS = [
  'type',
  'properties',
  'required',
  'items',
  'prefixItems',
  'enum',
  'const',
  '$ref',
  '$schema',
  '$defs',
  'anyOf',
  'oneOf',
  'allOf',
  'not',
  'if',
  'additionalProperties',
  'patternProperties',
]

/** A reference may be another verifier's: an expected answer is not mistaken for a schema. */
function looksLikeSchema(value: { readonly [key: string]: Json }): boolean {
  return SCHEMA_KEYWORDS.some((keyword) => Object.hasOwn(value, keyword))
}

/** Share of the top-level properties that no fault touches; a fault of the whole counts as one more, so never 1. */
function shareValid(schema: Json, value: Json, faults: readonly SchemaFault[]): number {
  if (!isRecord(schema) || !isRecord(value)) return 0
  const properties = ownMember(schema, 'properties')
  const required = ownMember(schema, 'required')
  const names = new Set<string>()
  if (isRecord(properties)) {
    for (const name of Object.keys(properties)) if (Object.hasOwn(value, name)) names.add(name)
  }
  if (isList(required)) for (const name of required) if (typeof name === 'string') names.add(name)

  const broken = new Set<string>()
  let whole = 0
  for (const fault of faults) {
    const name =
      fault.pointer === '' ? (fault.keyword === 'required' ? fault.property : undefined) : topName(fault)
    if (name !== undefined && names.has(name)) broken.add(name)
    else whole = 1
  }
  return (names.size - broken.size) / Math.max(1, names.size + whole)
}

function topName(fault: SchemaFault): string {
  const segment = fault.pointer.slice(1).split('/', 1)[0] ?? ''
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}
