import type { Json, Subject } from '../../src/contract.ts'
import { isList, isRecord, ownMember } from '../json/record.ts'

/** One test of a program. */
export type ProgramTest =
  | {
      /** The function is called with data, and what it returns is compared. */
      readonly kind: 'call'
      readonly call: string
      readonly args: readonly Json[]
      readonly expected: CallExpectation
    }
  | {
      /** A script with assertions about the functions of the program. */
      readonly kind: 'source'
      readonly source: string
    }

export type CallExpectation =
  | { readonly kind: 'result'; readonly value: Json; readonly tolerance: number }
  /** The value of an argument after the call, for functions that change it in place. */
  | { readonly kind: 'argument'; readonly index: number; readonly value: Json; readonly tolerance: number }
  | { readonly kind: 'throws'; readonly message: string }

/** The tests, or why they cannot be read. */
export type TestPlan =
  | { readonly kind: 'tests'; readonly tests: readonly ProgramTest[]; readonly entryPoint?: string }
  | { readonly kind: 'malformed'; readonly reason: string }

/** Relative to nothing: results are compared exactly unless a test says otherwise. */
const NO_TOLERANCE = 0

/** Reads the tests of a subject: `options.tests`, `reference` (or its `tests`), `meta.tests` or `meta.test`. */
export function testPlan(subject: Subject): TestPlan {
  const { reference, meta, options } = subject
  const referred = reference !== undefined && isRecord(reference) ? ownMember(reference, 'tests') : reference
  const given = options?.['tests'] ?? referred ?? meta?.['tests'] ?? meta?.['test']
  if (given === undefined || given === null) return { kind: 'malformed', reason: 'no tests were given' }
  const list = isList(given) ? given : [given]
  if (list.length === 0) return { kind: 'malformed', reason: 'the list of tests is empty' }

  const tests: ProgramTest[] = []
  for (const [index, entry] of list.entries()) {
    const read = typeof entry === 'string' ? sourceTest(entry) : callTest(entry)
    if (typeof read === 'string') return { kind: 'malformed', reason: `test ${index + 1}: ${read}` }
    tests.push(read)
  }
  const inReference =
    reference !== undefined && isRecord(reference) ? ownMember(reference, 'entry_point') : undefined
  const entryPoint = options?.['entry_point'] ?? inReference ?? meta?.['entry_point']
  return { kind: 'tests', tests, ...(typeof entryPoint === 'string' ? { entryPoint } : {}) }
}

function sourceTest(source: string): ProgramTest | string {
  return source.trim() === '' ? 'it is empty' : { kind: 'source', source }
}

function callTest(entry: Json): ProgramTest | string {
  if (!isRecord(entry)) return 'it is neither source nor an object with "call"'
  const call = ownMember(entry, 'call')
  if (typeof call !== 'string' || call.trim() === '') return '"call" does not name a function'
  const args = ownMember(entry, 'args') ?? []
  if (!isList(args)) return '"args" is not a list'
  const expected = callExpectation(entry, args.length)
  return typeof expected === 'string' ? expected : { kind: 'call', call: call.trim(), args, expected }
}

function callExpectation(
  entry: { readonly [key: string]: Json },
  argumentCount: number,
): CallExpectation | string {
  const throws = ownMember(entry, 'throws')
  if (throws === true) return { kind: 'throws', message: '' }
  if (typeof throws === 'string') return { kind: 'throws', message: throws }
  const value = ownMember(entry, 'expected')
  if (value === undefined) return 'neither "expected" nor "throws" is given'
  const tolerance = ownMember(entry, 'tolerance') ?? NO_TOLERANCE
  if (typeof tolerance !== 'number' || !(tolerance >= 0)) return '"tolerance" is not a number of at least 0'
  const index = ownMember(entry, 'argument')
  if (index === undefined) return { kind: 'result', value, tolerance }
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= argumentCount) {
    return '"argument" is not the index of an argument'
  }
  return { kind: 'argument', index, value, tolerance }
}
