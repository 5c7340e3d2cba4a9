import type { Json, Subject, Verdict, Verifier } from '../src/contract.ts'
import { answerKey } from './json/answer-key.ts'
import { canonicalJson } from './json/canonical-json.ts'
import { feedback, shortened } from './json/feedback.ts'
import { type JsonRecord, ownMember } from './json/record.ts'
import { callFaults } from './tool/call-faults.ts'
import { type ExpectedCalls, expectation } from './tool/expected-calls.ts'
import { offeredTools } from './tool/offered-tools.ts'
import { pairedCalls } from './tool/paired-calls.ts'
import { type ResolvedCall, resolvedCalls } from './tool/resolved-calls.ts'
import { writtenCalls } from './tool/written-calls.ts'
import { unsupported } from './verdict/unsupported.ts'

/**
 * The candidate calls the tools it should, as it should.
 *
 * Every call must name a tool that was offered (`tools` of the request, `options.tools`, `meta.tools`) with
 * arguments that its schema takes. With a reference `{calls: [{name, arguments, id?}], order, match, subtask}` the
 * calls are compared with those expected: score = right calls ÷ the larger of both counts, so 1 means all right and
 * nothing extra. Without one the score is the share of calls that are well formed, which is evidence, no proof.
 */
export const toolCall: Verifier = {
  id: 'tool-call',
  version: '1',
  runs: 'pool',
  exact: 'reference',
  verify,
}

/** A call of the candidate with all that is known about it. */
interface JudgedCall {
  readonly resolved: ResolvedCall
  readonly faults: readonly string[]
}

async function verify(subject: Subject): Promise<Verdict> {
  const list = subject.tools ?? subject.options?.['tools'] ?? subject.meta?.['tools']
  const offered = list === undefined ? undefined : offeredTools(list)
  if (offered?.kind === 'malformed') return unsupported(offered.reason)
  const wanted = expectation(subject.reference)
  if (wanted.kind === 'malformed') return unsupported(wanted.reason)
  if (offered === undefined && wanted.kind === 'none')
    return unsupported('neither tools nor a reference were given')

  const expected = wanted.kind === 'expected' ? wanted.expected : undefined
  const written = writtenCalls(subject.candidate)
  const inOrder = expected?.order !== 'any'
  const calls: JudgedCall[] = []
  for (const [index, resolved] of resolvedCalls(written, inOrder).entries()) {
    const call = written[index]
    if (call === undefined) continue
    const check = await callFaults(call, resolved, offered?.tools)
    if (check.kind === 'malformed') return unsupported(check.reason)
    calls.push({ resolved, faults: check.faults })
  }
  if (expected === undefined) return wellFormed(calls)
  if (expected.subtask === 'response' || expected.calls.length === 0) {
    return response(subject.candidate.text, calls, expected)
  }
  switch (expected.subtask) {
    case 'name-detection':
      return compared(calls, expected, namesOnly)
    case 'parameter-detection':
      return parameters(calls, expected)
    default:
      return compared(calls, expected, wholeCalls)
  }
}

function scored(score: number, answer: string | undefined, faults: readonly string[]): Verdict {
  return {
    kind: 'scored',
    score,
    ...(answer === undefined ? {} : { answer }),
    ...(faults.length === 0 ? {} : { feedback: feedback(faults) }),
  }
}

/** No reference: every call must be one that the tools would take. */
function wellFormed(calls: readonly JudgedCall[]): Verdict {
  const faults = calls.flatMap(faultLines)
  if (calls.length === 0) return scored(0, undefined, ['no tool was called'])
  const right = calls.filter((call) => call.faults.length === 0).length
  return scored(right / calls.length, keyOf(calls, 'strict'), faults)
}

/** The text is the answer: nothing may be called, and the given values must be mentioned. */
function response(text: string, calls: readonly JudgedCall[], expected: ExpectedCalls): Verdict {
  if (calls.length > 0) {
    return scored(0, keyOf(calls, expected.order), [`no tool should be called, but ${nameOf(calls[0])} was`])
  }
  if (text.trim() === '') return scored(0, undefined, ['the response is empty'])
  const folded = text.toLowerCase()
  const missing = expected.mentions.filter((value) => !folded.includes(value.toLowerCase()))
  const faults = missing.map((value) => `the response does not mention ${shortened(value, SHOWN_CHARACTERS)}`)
  const share = expected.mentions.length === 0 ? 1 : 1 - missing.length / expected.mentions.length
  return scored(share, '[]', faults)
}

/** How a written call stands for an expected one, and what of it counts in the answer. */
interface Comparison {
  matches(expected: ResolvedCall, written: JudgedCall, match: ExpectedCalls['match']): boolean
  difference(expected: ResolvedCall, written: JudgedCall, match: ExpectedCalls['match']): string
  answer(calls: readonly JudgedCall[], order: ExpectedCalls['order']): string
}

const namesOnly: Comparison = {
  matches: (expected, written) => expected.name === written.resolved.name,
  difference: () => 'wrong place',
  answer: (calls, order) =>
    listKey(
      calls.map((call) => call.resolved.name),
      order,
    ),
}

const wholeCalls: Comparison = {
  matches(expected, written, match) {
    if (match === 'exact')
      return expected.key === written.resolved.key && written.resolved.faults.length === 0
    if (expected.name !== written.resolved.name || written.faults.length > 0) return false
    return Object.keys(expected.arguments).every((name) => sameArgument(expected, written, name))
  },
  difference(expected, written, match) {
    const names = Object.keys(expected.arguments).filter((name) => !sameArgument(expected, written, name))
    const extra = Object.keys(written.resolved.arguments).filter(
      (name) => !Object.hasOwn(expected.arguments, name),
    )
    const parts = [
      ...names.map((name) => {
        const missing = !Object.hasOwn(written.resolved.arguments, name)
        return missing ? `argument ${name} is missing` : `argument ${name} is wrong`
      }),
      ...(match === 'exact' ? extra.map((name) => `argument ${name} is not expected`) : []),
    ]
    return parts.length === 0 ? 'wrong place' : parts.join(', ')
  },
  answer: keyOf,
}

function sameArgument(expected: ResolvedCall, written: JudgedCall, name: string): boolean {
  const want = ownMember(expected.arguments, name)
  const have = ownMember(written.resolved.arguments, name)
  return want !== undefined && have !== undefined && canonicalJson(want) === canonicalJson(have)
}

function compared(calls: readonly JudgedCall[], expected: ExpectedCalls, how: Comparison): Verdict {
  const targets = resolvedCalls(expected.calls, expected.order === 'strict')
  const pairs = pairedCalls(targets.length, calls.length, expected.order, (target, call) => {
    const [want, have] = [targets[target], calls[call]]
    return want !== undefined && have !== undefined && how.matches(want, have, expected.match)
  })
  const right = pairs.filter((call) => call !== -1).length
  const score = right / Math.max(targets.length, calls.length)
  const faults = score === 1 ? [] : differences(calls, targets, pairs, expected, how)
  return scored(score, how.answer(calls, expected.order), faults)
}

/** Feedback per call: what is wrong with those that match nothing, then what is missing. */
function differences(
  calls: readonly JudgedCall[],
  targets: readonly ResolvedCall[],
  pairs: readonly number[],
  expected: ExpectedCalls,
  how: Comparison,
): readonly string[] {
  const open = new Set(targets.keys().filter((target) => pairs[target] === -1))
  const lines: string[] = []
  for (const [index, call] of calls.entries()) {
    if (pairs.includes(index)) continue
    const label = labelOf(call, index)
    const target = [...open].find((at) => targets[at]?.name === call.resolved.name)
    const want = target === undefined ? undefined : targets[target]
    if (target !== undefined) open.delete(target)
    if (call.faults.length > 0) lines.push(...faultLines(call, index))
    else if (want === undefined) lines.push(`${label}: not expected`)
    else lines.push(`${label}: ${how.difference(want, call, expected.match)}`)
  }
  // Names of missing calls are told, their arguments are not: feedback must not hand the answer over.
  for (const target of open) lines.push(`missing call of ${nameOf(targets[target])}`)
  return lines
}

/** Share of the expected name–value pairs found in the call that fits best; extra pairs count against it. */
function parameters(calls: readonly JudgedCall[], expected: ExpectedCalls): Verdict {
  const targets = resolvedCalls(expected.calls, expected.order === 'strict')
  const pairs = pairedCalls(targets.length, calls.length, expected.order, (target, call) => {
    return targets[target]?.name === calls[call]?.resolved.name
  })
  let right = 0
  let wanted = 0
  const lines: string[] = []
  for (const [index, target] of targets.entries()) {
    const call = calls[pairs[index] ?? -1]
    const names = Object.keys(target.arguments)
    const have = call === undefined ? [] : Object.keys(call.resolved.arguments)
    const found = call === undefined ? 0 : names.filter((name) => sameArgument(target, call, name)).length
    const extra = have.filter((name) => !Object.hasOwn(target.arguments, name)).length
    // The name counts as a pair of its own: a call without arguments can then be right or wrong too.
    right += found + (call === undefined ? 0 : 1)
    wanted += names.length + (expected.match === 'exact' ? extra : 0) + 1
    if (call === undefined) lines.push(`missing call of ${target.name}`)
    else if (found < names.length || (expected.match === 'exact' && extra > 0)) {
      lines.push(
        `${labelOf(call, pairs[index] ?? 0)}: ${wholeCalls.difference(target, call, expected.match)}`,
      )
    }
    if (call !== undefined && call.faults.length > 0) lines.push(...faultLines(call, pairs[index] ?? 0))
  }
  const unpaired = calls.filter((_, index) => !pairs.includes(index))
  wanted += unpaired.reduce((sum, call) => sum + 1 + Object.keys(call.resolved.arguments).length, 0)
  lines.push(...unpaired.map((call) => `call of ${nameOf(call)} is not expected`))
  return scored(right / wanted, keyOf(calls, expected.order), lines)
}

/** Characters of a name or value that feedback repeats. */
const SHOWN_CHARACTERS = 80

function nameOf(call: JudgedCall | ResolvedCall | undefined): string {
  if (call === undefined) return 'a tool'
  const name = 'resolved' in call ? call.resolved.name : call.name
  return name === '' ? 'a tool without a name' : shortened(name, SHOWN_CHARACTERS)
}

function labelOf(call: JudgedCall, index: number): string {
  return `call ${index + 1} (${nameOf(call)})`
}

function faultLines(call: JudgedCall, index: number): readonly string[] {
  return call.faults.map((fault) => `${labelOf(call, index)}: ${fault}`)
}

function keyOf(calls: readonly JudgedCall[], order: ExpectedCalls['order']): string {
  const list = calls.map((call): JsonRecord => ({
    name: call.resolved.name,
    arguments: call.resolved.arguments,
  }))
  return listKey(list, order)
}

/** In any order, equal sets of calls are one answer. */
function listKey(list: readonly Json[], order: ExpectedCalls['order']): string {
  const sorted =
    order === 'any' ? list.toSorted((a, b) => compareText(canonicalJson(a), canonicalJson(b))) : list
  return answerKey(sorted)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
