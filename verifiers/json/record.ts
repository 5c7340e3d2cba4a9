import type { Json } from '../../src/contract.ts'

/** A JSON object, as opposed to a list or a scalar. */
export type JsonRecord = { readonly [key: string]: Json }

/** Narrows to a JSON object. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Narrows to a JSON list. */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

/** A member of a JSON object by its own name only: `constructor` and `__proto__` are never inherited. */
export function ownMember(record: JsonRecord, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
