import type { Json } from '../../src/contract.ts'
import { isList, isRecord } from '../json/record.ts'

/**
 * Values between realms, as tagged JSON: strings, booleans, null and finite numbers stand for themselves, all else
 * is a list that starts with its kind, so that objects with any keys and values that JSON lacks cross unharmed.
 *
 * `["u"]` undefined, `["n", "NaN" | "Infinity" | "-Infinity" | "-0"]`, `["i", digits]` bigint, `["a", …items]`,
 * `["o", key, value, …]`, `["m", key, value, …]` Map, `["s", …items]` Set, `["d", milliseconds]` Date,
 * `["t", kind, …numbers]` typed array, `["r", source, flags]`, `["e", name, message]` error, `["f", id]` function,
 * `["y"]` symbol.
 */
export type Wire = null | boolean | number | string | readonly Wire[]

/** A plain JSON value as wire. */
export function wireOf(value: Json): Wire {
  if (isList(value)) return ['a', ...value.map(wireOf)]
  if (!isRecord(value)) return value
  return ['o', ...Object.entries(value).flatMap(([key, member]): Wire[] => [key, wireOf(member)])]
}

/** Members of a wire object by name. */
function membersOf(wire: readonly Wire[]): Map<string, Wire> {
  const members = new Map<string, Wire>()
  for (let at = 1; at + 1 < wire.length; at += 2) {
    const value = wire[at + 1]
    // A member that is undefined is a member that JSON does not have.
    if (value !== undefined && !(isWireList(value) && value[0] === 'u')) members.set(String(wire[at]), value)
  }
  return members
}

/** Narrows to a wire value with a kind. */
export function isWireList(wire: Wire | undefined): wire is readonly Wire[] {
  return Array.isArray(wire)
}

/** Names for values that JSON lacks, in what a test expects: `{"$value": "NaN"}`. */
const SPECIAL_VALUES: { readonly [name: string]: Wire } = {
  undefined: ['u'],
  NaN: ['n', 'NaN'],
  Infinity: ['n', 'Infinity'],
  '-Infinity': ['n', '-Infinity'],
}

/** Whether what a candidate returned is what a test expects. The comparison is ours: the candidate has no part in it. */
export function isExpected(actual: Wire, expected: Json, tolerance: number): boolean {
  if (typeof expected === 'number') {
    if (isWireList(actual)) return actual[0] === 'n' && actual[1] === '-0' && expected === 0
    if (typeof actual !== 'number') return false
    return actual === expected || Math.abs(actual - expected) <= tolerance
  }
  if (isList(expected)) {
    if (!isWireList(actual) || actual[0] !== 'a' || actual.length !== expected.length + 1) return false
    return expected.every((item, index) => {
      const given = actual[index + 1]
      return given !== undefined && isExpected(given, item, tolerance)
    })
  }
  if (!isRecord(expected)) return actual === expected
  const special = expected['$value']
  if (typeof special === 'string' && Object.hasOwn(SPECIAL_VALUES, special)) {
    return JSON.stringify(actual) === JSON.stringify(SPECIAL_VALUES[special])
  }
  if (!isWireList(actual) || actual[0] !== 'o') return false
  const members = membersOf(actual)
  const keys = Object.keys(expected)
  if (keys.length !== members.size) return false
  return keys.every((key) => {
    const given = members.get(key)
    const wanted = expected[key]
    return given !== undefined && wanted !== undefined && isExpected(given, wanted, tolerance)
  })
}

/** A wire value as a reader of feedback would write it. */
export function wireText(wire: Wire): string {
  if (!isWireList(wire)) return JSON.stringify(wire)
  const items = (from: number) => wire.slice(from).map(wireText).join(', ')
  switch (wire[0]) {
    case 'a':
      return `[${items(1)}]`
    case 'o':
      return `{${[...membersOf(wire)].map(([key, value]) => `${JSON.stringify(key)}: ${wireText(value)}`).join(', ')}}`
    case 'u':
      return 'undefined'
    case 'n':
      return String(wire[1])
    case 'i':
      return `${String(wire[1])}n`
    case 'm':
      return `Map(${items(1)})`
    case 's':
      return `Set(${items(1)})`
    case 'd':
      return `Date(${items(1)})`
    case 't':
      return `${String(wire[1])}(${items(2)})`
    case 'e':
      return `${String(wire[1])}: ${String(wire[2])}`
    case 'r':
      return `/${String(wire[1])}/${String(wire[2])}`
    case 'f':
      return 'a function'
    default:
      return 'a symbol'
  }
}
