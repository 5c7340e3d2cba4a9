import type { Json, Subject, Verdict, Verifier } from '../src/contract.ts'
import { isRecord } from './json/record.ts'
import { numberAnswer } from './answer/number-answer.ts'
import type { FoundNumber } from './answer/number-at.ts'
import { plainNumberText } from './answer/plain-number-text.ts'
import {
  canonical,
  compare,
  equal,
  fromDecimal,
  multiply,
  subtract,
  type Rational,
} from './answer/rational.ts'
import { statedNumber } from './answer/stated-number.ts'
import { unmarked } from './answer/unmarked.ts'
import { unsupported } from './verdict/unsupported.ts'

const HUNDRED: Rational = { numerator: 100n, denominator: 1n }
const ONE: Rational = { numerator: 1n, denominator: 1n }

interface Tolerance {
  readonly absolute: Rational
  readonly relative: Rational
}

const NONE: Rational = { numerator: 0n, denominator: 1n }

/**
 * One number as the answer, compared exactly. Units and currencies are read over, not converted.
 *
 * Percent: `50%` is the value 0.5 and has its key. A plain 50 is accepted for `50%` and the other way round, since
 * questions that ask for a percentage are answered both ways, but only above 1: `0.5%` is never 0.5, nor `1%` 1.
 *
 * Options: `tolerance`, a number (absolute) or `{absolute?, relative?}`, with the comparison still in exact fractions.
 */
export const numeric = {
  id: 'numeric',
  version: '1',
  runs: 'inline',
  exact: 'reference',
  verify(subject: Subject): Verdict {
    const found = numberAnswer(subject.candidate.text)
    if (subject.reference === undefined) {
      return found === undefined ? noNumber() : { kind: 'scored', score: 1, answer: canonical(found.value) }
    }
    const expected = referenceNumber(subject.reference)
    if (expected === undefined) return unsupported('the reference is not a number')
    const tolerance = toleranceOf(subject.options?.['tolerance'])
    if (tolerance === undefined) return unsupported('the option tolerance is not a number of at least 0')
    if (found === undefined) return noNumber()
    const answer = canonical(found.value)
    if (agrees(expected, found, tolerance)) return { kind: 'scored', score: 1, answer }
    return { kind: 'scored', score: 0, answer, feedback: `The final answer ${brief(answer)} is not right.` }
  },
} satisfies Verifier

function agrees(expected: FoundNumber, found: FoundNumber, tolerance: Tolerance | null): boolean {
  if (near(expected.value, found.value, tolerance)) return true
  if (expected.percent === found.percent) return false
  const [marked, bare] = expected.percent ? [expected, found] : [found, expected]
  const points = multiply(marked.value, HUNDRED)
  if (compare(points, ONE) <= 0) return false
  return expected.percent ? near(points, bare.value, tolerance) : near(bare.value, points, tolerance)
}

function near(expected: Rational, found: Rational, tolerance: Tolerance | null): boolean {
  if (equal(expected, found)) return true
  if (tolerance === null) return false
  const distance = size(subtract(expected, found))
  if (compare(distance, tolerance.absolute) <= 0) return true
  return compare(distance, multiply(size(expected), tolerance.relative)) <= 0
}

function size(value: Rational): Rational {
  return value.numerator < 0n ? { ...value, numerator: -value.numerator } : value
}

function referenceNumber(reference: Json): FoundNumber | undefined {
  if (typeof reference === 'number') {
    const value = fromDecimal(String(reference))
    return value === undefined ? undefined : { value, percent: false, start: 0, end: 0 }
  }
  if (typeof reference !== 'string') return undefined
  return statedNumber(plainNumberText(unmarked(reference))) ?? numberAnswer(reference)
}

/** Null when none was asked for, undefined when what was asked for makes no sense. */
function toleranceOf(option: Json | undefined): Tolerance | null | undefined {
  if (option === undefined || option === null) return null
  if (typeof option === 'number') {
    const absolute = bound(option)
    return absolute === undefined ? undefined : { absolute, relative: NONE }
  }
  if (!isRecord(option)) return undefined
  const absolute = bound(option['absolute'] ?? 0)
  const relative = bound(option['relative'] ?? 0)
  return absolute === undefined || relative === undefined ? undefined : { absolute, relative }
}

function bound(value: Json): Rational | undefined {
  return typeof value === 'number' && value >= 0 ? fromDecimal(String(value)) : undefined
}

/** Feedback quotes the answer; a number of a thousand digits would drown it. */
function brief(answer: string): string {
  return answer.length > 60 ? `${answer.slice(0, 57)}…` : answer
}

function noNumber(): Verdict {
  return { kind: 'scored', score: 0, feedback: 'No number was found as the final answer.' }
}
