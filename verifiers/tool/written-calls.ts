import type { Candidate, Json } from '../../src/contract.ts'
import { findJson } from '../json/find-json.ts'
import { parseJson } from '../json/parse-json.ts'
import { isList, isRecord, type JsonRecord, ownMember } from '../json/record.ts'

/** A call as the candidate wrote it. */
export interface WrittenCall {
  readonly name: string
  /** What other calls may refer to it by, besides its place in the list. */
  readonly id?: string
  /** Absent when the arguments are not a JSON object; `fault` then says why. */
  readonly arguments?: JsonRecord
  readonly fault?: string
}

/** Calls read from one message; more are a fault of the message, not work for us. */
export const MAX_CALLS = 128

const TAGGED_CALL = '<tool_call>'
const TAGGED_CALL_END = '</tool_call>'

/**
 * The calls of a candidate, in order: its `tool_calls`, or else calls written in its text, between `<tool_call>`
 * tags or as a JSON object or list (`{"name", "arguments"}`, `{"function": {…}}`, `{"tool_calls": […]}`).
 */
export function writtenCalls(candidate: Candidate): readonly WrittenCall[] {
  if (candidate.toolCalls !== undefined && candidate.toolCalls.length > 0) {
    return candidate.toolCalls
      .slice(0, MAX_CALLS)
      .map((call) => writtenCall(call.function?.name, call.function?.arguments, call.id))
  }
  const tagged = taggedCalls(candidate.text)
  if (tagged.length > 0) return tagged
  const found = findJson(candidate)
  return found.kind === 'none' ? [] : callsIn(found.value)
}

function taggedCalls(text: string): readonly WrittenCall[] {
  const calls: WrittenCall[] = []
  let start = text.indexOf(TAGGED_CALL)
  while (start !== -1 && calls.length < MAX_CALLS) {
    const bodyStart = start + TAGGED_CALL.length
    const end = text.indexOf(TAGGED_CALL_END, bodyStart)
    const parsed = parseJson(text.slice(bodyStart, end === -1 ? text.length : end).trim())
    if (parsed.kind === 'value') calls.push(...callsIn(parsed.value))
    else calls.push({ name: '', fault: parsed.reason })
    if (end === -1) break
    start = text.indexOf(TAGGED_CALL, end)
  }
  return calls.slice(0, MAX_CALLS)
}

/** The calls that a JSON value is, if it is any. A value that only looks similar is an answer, not a call. */
function callsIn(value: Json): readonly WrittenCall[] {
  if (isList(value)) return value.slice(0, MAX_CALLS).flatMap(callsIn)
  if (!isRecord(value)) return []
  const list = ownMember(value, 'tool_calls') ?? ownMember(value, 'calls')
  if (isList(list)) return callsIn(list)
  const inner = ownMember(value, 'function') ?? value
  if (!isRecord(inner)) return []
  const name = ownMember(inner, 'name')
  if (typeof name !== 'string') return []
  const given = ownMember(inner, 'arguments') ?? ownMember(inner, 'parameters') ?? {}
  const id = ownMember(value, 'id') ?? ownMember(value, 'label')
  return [writtenCall(name, given, typeof id === 'string' ? id : undefined)]
}

/** One call from its parts; the parts come from a model, whatever their types say. */
export function writtenCall(name: unknown, given: unknown, id: unknown): WrittenCall {
  const known = { name: typeof name === 'string' ? name : '', ...(typeof id === 'string' ? { id } : {}) }
  // Providers send an empty text for a call without arguments.
  if (given === undefined || given === null || given === '') return { ...known, arguments: {} }
  if (typeof given !== 'string') {
    return isRecord(given) ? { ...known, arguments: given } : { ...known, fault: NOT_AN_OBJECT }
  }
  const parsed = parseJson(given)
  if (parsed.kind === 'invalid') return { ...known, fault: `the arguments are ${parsed.reason}` }
  return isRecord(parsed.value) ? { ...known, arguments: parsed.value } : { ...known, fault: NOT_AN_OBJECT }
}

const NOT_AN_OBJECT = 'the arguments are not a JSON object'
