import type { Json } from '../../src/contract.ts'
import { isList, isRecord, type JsonRecord, ownMember } from '../json/record.ts'
import { type WrittenCall, writtenCall } from './written-calls.ts'

/** The seven subtasks of function calling. */
export const SUBTASKS = [
  'nested',
  'chained',
  'parallel',
  'name-detection',
  'parameter-detection',
  'next-best',
  'response',
] as const

export type Subtask = (typeof SUBTASKS)[number]

/** What the reference expects of a candidate. */
export interface ExpectedCalls {
  readonly calls: readonly WrittenCall[]
  readonly order: 'any' | 'strict'
  /** `subset`: the expected arguments must be there; others may be too. */
  readonly match: 'exact' | 'subset'
  readonly subtask?: Subtask
  /** For `response`: what the text must mention. */
  readonly mentions: readonly string[]
}

/** What is expected, nothing, or why the reference cannot be read. */
export type Expectation =
  | { readonly kind: 'expected'; readonly expected: ExpectedCalls }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly reason: string }

/** Reads `{calls, order, match, subtask, mentions}`, or a bare list of calls. */
export function expectation(reference: Json | undefined): Expectation {
  if (reference === undefined || reference === null) return { kind: 'none' }
  const record: JsonRecord | undefined = isList(reference)
    ? { calls: reference }
    : isRecord(reference)
      ? reference
      : undefined
  if (record === undefined) return malformed('the reference is neither a list of calls nor an object')

  const subtask = ownMember(record, 'subtask')
  if (subtask !== undefined && !isSubtask(subtask)) {
    return malformed(`the subtask is none of ${SUBTASKS.join(', ')}`)
  }
  const order =
    ownMember(record, 'order') ?? (subtask === 'chained' || subtask === 'nested' ? 'strict' : 'any')
  if (order !== 'any' && order !== 'strict') return malformed('the order is neither "any" nor "strict"')
  const match = ownMember(record, 'match') ?? 'exact'
  if (match !== 'exact' && match !== 'subset') return malformed('the match is neither "exact" nor "subset"')

  const list = ownMember(record, 'calls')
  if (list === undefined && subtask !== 'response') {
    // An object without calls is some other verifier's reference.
    return subtask === undefined ? { kind: 'none' } : malformed('the reference has no calls')
  }
  if (list !== undefined && !isList(list)) return malformed('the calls of the reference are not a list')
  const calls: WrittenCall[] = []
  for (const [index, entry] of (isList(list) ? list : []).entries()) {
    const call = isRecord(entry) ? expectedCall(entry) : undefined
    if (call === undefined) return malformed(`call ${index + 1} of the reference has no name`)
    if (call.fault !== undefined) return malformed(`call ${index + 1} of the reference: ${call.fault}`)
    calls.push(call)
  }
  if (subtask === 'next-best' && calls.length !== 1) return malformed('"next-best" expects exactly one call')
  if (subtask === 'response' && calls.length > 0) return malformed('"response" expects no calls')

  const listed = ownMember(record, 'mentions') ?? []
  if (!isList(listed)) return malformed('the mentions are not a list')
  const mentions = listed.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
  return {
    kind: 'expected',
    expected: { calls, order, match, mentions, ...(subtask === undefined ? {} : { subtask }) },
  }
}

function expectedCall(entry: JsonRecord): WrittenCall | undefined {
  const inner = ownMember(entry, 'function') ?? entry
  if (!isRecord(inner)) return undefined
  const name = ownMember(inner, 'name')
  if (typeof name !== 'string') return undefined
  return writtenCall(name, ownMember(inner, 'arguments'), ownMember(entry, 'id'))
}

function isSubtask(value: Json): value is Subtask {
  return SUBTASKS.some((subtask) => subtask === value)
}

function malformed(reason: string): Expectation {
  return { kind: 'malformed', reason }
}
