import { createHash } from 'node:crypto'
import type { Json, Subject, Verdict, Verifier } from '../src/contract.ts'
import { finalAnswer } from './answer/final-answer.ts'
import { TAIL_CHARACTERS, tail } from './answer/tail.ts'
import { unmarked } from './answer/unmarked.ts'
import { canonicalJson } from './json/canonical-json.ts'
import { parseJson } from './json/parse-json.ts'

interface Reading {
  readonly extract: 'text' | 'final' | 'either'
  readonly ignoreCase: boolean
}

const FENCED = /^```[a-z]{0,10}\n([\s\S]*?)\n?```$/i

/**
 * The same text: trimmed, Unicode NFC, white space collapsed. The whole text counts first; when it differs, the answer
 * that it states outright ("the answer is …", a box). References that are JSON but no string are compared as
 * canonical JSON.
 *
 * Options: `extract`, `text` (only the whole text) or `final` (only the stated answer); `case`, `ignore`.
 */
export const exact = {
  id: 'exact',
  version: '1',
  runs: 'inline',
  exact: 'reference',
  verify(subject: Subject): Verdict {
    const reading = readingOf(subject.options)
    if (typeof reading === 'string') return { kind: 'failed', code: 'unsupported', message: reading }
    const { reference } = subject
    const text = subject.candidate.text.trim()
    if (reference !== undefined && typeof reference !== 'string') return asJson(text, reference, reading)
    const answer = keyOf(text, reading)
    if (answer === undefined)
      return { kind: 'scored', score: 0, feedback: 'No final answer was found in the text.' }
    if (reference === undefined) return { kind: 'scored', score: 1, answer }
    return scored(answer, matches(text, answer, reference, reading))
  },
} satisfies Verifier

function matches(text: string, answer: string, reference: string, reading: Reading): boolean {
  const expected = collapsed(reference, reading)
  if (answer === expected || answer === keyOf(reference.trim(), reading)) return true
  if (reading.extract !== 'final' && text.length <= TAIL_CHARACTERS && collapsed(text, reading) === expected)
    return true
  // An answer taken from a sentence has lost its full stop; the reference may have one.
  return reading.extract !== 'text' && answer === collapsed(unmarked(reference), reading)
}

/** The candidate's answer: what it states outright, else all of it. Never depends on the reference. */
function keyOf(text: string, reading: Reading): string | undefined {
  if (reading.extract !== 'text') {
    const stated = finalAnswer(tail(text))
    if (stated !== undefined) return collapsed(stated, reading)
    if (reading.extract === 'final') return undefined
  }
  if (text === '') return undefined
  // A text of megabytes is still one answer, but not a key to carry around.
  if (text.length > TAIL_CHARACTERS) return `sha256:${createHash('sha256').update(text).digest('hex')}`
  return collapsed(text, reading)
}

function asJson(text: string, reference: Exclude<Json, string>, reading: Reading): Verdict {
  const expected = canonicalJson(reference)
  const stated = reading.extract === 'text' ? undefined : finalAnswer(tail(text))
  const whole = reading.extract === 'final' ? undefined : text
  let answer: string | undefined
  for (const source of [whole, stated]) {
    if (source === undefined) continue
    const value = jsonKey(source)
    if (value === expected) return { kind: 'scored', score: 1, answer: value }
    answer ??= value
  }
  if (answer !== undefined) return scored(answer, false)
  return { kind: 'scored', score: 0, feedback: 'The answer is not valid JSON.' }
}

function jsonKey(source: string): string | undefined {
  if (source.length > TAIL_CHARACTERS) return undefined
  const parsed = parseJson(FENCED.exec(source)?.[1] ?? source)
  // Not JSON: an answer like any other, only not this one.
  return parsed.kind === 'value' ? canonicalJson(parsed.value) : undefined
}

function collapsed(text: string, reading: Reading): string {
  const plain = text.normalize('NFC').trim().replaceAll(/\s+/g, ' ')
  return reading.ignoreCase ? plain.toLowerCase() : plain
}

function scored(answer: string, right: boolean): Verdict {
  if (right) return { kind: 'scored', score: 1, answer }
  const shown = answer.length > 80 ? `${answer.slice(0, 77)}…` : answer
  return { kind: 'scored', score: 0, answer, feedback: `The answer "${shown}" is not right.` }
}

function readingOf(options: Subject['options']): Reading | string {
  const extract = options?.['extract'] ?? 'either'
  if (extract !== 'text' && extract !== 'final' && extract !== 'either') {
    return 'the option extract is "text" or "final"'
  }
  const letters = options?.['case'] ?? 'keep'
  if (letters !== 'keep' && letters !== 'ignore') return 'the option case is "keep" or "ignore"'
  return { extract, ignoreCase: letters === 'ignore' }
}
