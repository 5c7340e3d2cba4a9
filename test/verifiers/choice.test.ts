import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json, Verdict } from '../../src/contract.ts'
import { choice } from '../../verifiers/choice.ts'
import { keyOf } from './key-of.ts'
import { subjectOf } from './subject-of.ts'

function judge(text: string, reference?: Json, options?: { readonly [key: string]: Json }): Verdict {
  return choice.verify(subjectOf(text, reference, options))
}

function key(text: string, options?: { readonly [key: string]: Json }): string | undefined {
  return keyOf(judge(text, undefined, options))
}

test.each([
  ['(C)', 'C'],
  ['C.', 'C'],
  ['**A**', 'A'],
  ['A', 'A'],
  ['the answer is (C).', 'C'],
  ['Answer: c', 'C'],
  ['the answer is b.', 'B'],
  ['Answer:\n\nB', 'B'],
  ['\\boxed{\\text{(B)}}', 'B'],
  ['\\boxed{\\textbf{(E) } 5}', 'E'],
  ['The final answer is $\\boxed{D}$.', 'D'],
  ['The answer is **D** because A is wrong', 'D'],
  ['The correct answer is option B: Paris', 'B'],
  ['A) red\nB) green\nC) blue. The correct answer is C) blue', 'C'],
  ['#### B', 'B'],
])('%j chooses %s', (text, expected) => {
  expect(key(text)).toBe(expected)
})

test('the last stated choice wins over earlier ones and over letters that merely occur', () => {
  expect(key('The answer is A. Wait. The answer is D.')).toBe('D')
  expect(key('The answer is B. A dog has four legs.')).toBe('B')
  expect(key('Option A is tempting, but option C is right')).toBe('C')
  expect(key('The answer is not A. It must be C')).toBe('C')
})

test('articles, pronouns and formulas are no choices', () => {
  expect(key('A dog walked in and I went out.')).toBeUndefined()
  expect(key('The answer is A dog')).toBeUndefined()
  expect(key("The answer is I don't know")).toBeUndefined()
  expect(key('Answer: E=mc^2')).toBeUndefined()
})

test('two choices are no choice', () => {
  for (const text of ['The answer is A or B', 'Answer: A and B', '\\boxed{A, B}', 'Answer: both A and C']) {
    expect(key(text)).toBeUndefined()
  }
})

test('digits and roman numerals count only when the options say so', () => {
  expect(key('The answer is 3')).toBeUndefined()
  expect(key('The answer is 3', { labels: 'digits' })).toBe('3')
  expect(key('the answer is (iv)', { labels: 'roman' })).toBe('IV')
  expect(key('Answer: Z', { count: 4 })).toBeUndefined()
})

test('the reference may be dressed too, and feedback does not give it away', () => {
  expect(judge('Answer: C', '(c)')).toMatchObject({ score: 1, answer: 'C' })
  const wrong = judge('Answer: C', 'D')
  expect(wrong).toMatchObject({ score: 0, answer: 'C' })
  expect(wrong.kind === 'scored' && wrong.feedback).not.toContain('D')
  expect(judge('Answer: C', 'Paris')).toMatchObject({ kind: 'failed', code: 'unsupported' })
})

test('every letter is found in every dress', () => {
  const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split(''))
  const dress = fc.constantFrom(
    'the answer is (_).',
    'Answer: **_**',
    '\\boxed{_}',
    '(_)',
    '_.',
    'So option _.',
    '#### _',
  )
  fc.assert(
    fc.property(letter, dress, (chosen, pattern) => {
      expect(key(`Some words first.\n${pattern.replace('_', chosen)}`)).toBe(chosen)
    }),
  )
})

test('a text of 5 MB costs less than half a second', () => {
  for (const piece of ['A ', '(A', 'Option A ', 'answer is A ', '*', '\n']) {
    const started = performance.now()
    key(piece.repeat(5_000_000 / piece.length))
    expect(performance.now() - started).toBeLessThan(500)
  }
})
