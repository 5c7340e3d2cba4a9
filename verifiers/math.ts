import type { Subject, Verdict, Verifier } from '../src/contract.ts'
import { answerKey } from './math/answer-key.ts'
import { parseAnswer } from './math/parse-answer.ts'
import { sameAnswer } from './math/same-answer.ts'
import { statedAnswer } from './math/stated-answer.ts'

/** Characters of a key or of an answer in feedback. */
const SHOWN_CHARACTERS = 300

/** Wall milliseconds one verdict may take; usual ones take a few. */
const DEADLINE_MS = 5_000

/**
 * Mathematical equality of answers in LaTeX or plain text: numbers, expressions, sets, intervals, tuples, matrices,
 * equations. Right means the same value, not a rounded one: 0.33 is not 1/3, 10 % is not 10. A unit that only one side
 * gives is read over. What cannot be shown equal is not right.
 */
export const math = {
  id: 'math',
  version: '1',
  runs: 'pool',
  exact: 'reference',
  deadlineMs: DEADLINE_MS,
  async verify(subject: Subject): Promise<Verdict> {
    const { reference } = subject
    if (reference !== undefined && typeof reference !== 'string' && typeof reference !== 'number') {
      return { kind: 'failed', code: 'unsupported', message: 'the reference is neither a text nor a number' }
    }
    const written = statedAnswer(subject.candidate.text)
    const answer = written === undefined ? undefined : parseAnswer(written)
    if (written === undefined || answer === undefined) {
      return { kind: 'scored', score: 0, feedback: 'No final answer was found.' }
    }
    const key = shortened(answerKey(answer))
    if (reference === undefined) return { kind: 'scored', score: 1, answer: key }
    const expected = String(reference)
    const referenceText = /\\f?box|answer|####/i.test(expected)
      ? (statedAnswer(expected) ?? expected)
      : expected
    const wanted = parseAnswer(referenceText)
    if (wanted === undefined)
      return { kind: 'failed', code: 'unsupported', message: 'the reference is no answer' }
    if (await sameAnswer(wanted, answer)) return { kind: 'scored', score: 1, answer: key }
    if (await sameAsListed(referenceText, written)) return { kind: 'scored', score: 1, answer: key }
    return {
      kind: 'scored',
      score: 0,
      answer: key,
      feedback: `The final answer ${shortened(written)} is not right.`,
    }
  },
} satisfies Verifier

/** `100,200` is one number, or a list of two: a set on the other side tells which. */
async function sameAsListed(reference: string, written: string): Promise<boolean> {
  if (!/\d,\d{3}/.test(reference) && !/\d,\d{3}/.test(written)) return false
  const [wanted, answer] = [parseAnswer(reference), parseAnswer(written)]
  if ((wanted?.kind === 'list' && wanted.braced) === (answer?.kind === 'list' && answer.braced)) return false
  const [asList, answerAsList] = [parseAnswer(reference, 'list'), parseAnswer(written, 'list')]
  return asList !== undefined && answerAsList !== undefined && sameAnswer(asList, answerAsList)
}

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 1)}…` : text
}
