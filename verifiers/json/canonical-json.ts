import type { Json } from '../../src/contract.ts'
import { isList } from './record.ts'

/**
 * One text per JSON value: keys sorted by code unit, no white space, numbers as JavaScript prints them (so `1.0`,
 * `1e0` and `1` are one, and so are `-0` and `0`), lone surrogates escaped. Numbers too large for a double, which
 * parse to Infinity, print as `1e999`: valid JSON, and distinct from null.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value)
    if (Number.isNaN(value)) return 'null'
    return value > 0 ? '1e999' : '-1e999'
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`)
  return `{${members.join(',')}}`
}
