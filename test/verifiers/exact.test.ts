import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json, Verdict } from '../../src/contract.ts'
import { exact } from '../../verifiers/exact.ts'
import { keyOf } from './key-of.ts'
import { scoreOf } from './score-of.ts'
import { subjectOf } from './subject-of.ts'

function judge(text: string, reference?: Json, options?: { readonly [key: string]: Json }): Verdict {
  return exact.verify(subjectOf(text, reference, options))
}

function score(text: string, reference?: Json, options?: { readonly [key: string]: Json }): number | string {
  return scoreOf(judge(text, reference, options))
}

function key(text: string): string | undefined {
  return keyOf(judge(text))
}

test('the same text is right, whatever its white space and its Unicode form', () => {
  expect(score('  Paris \n', 'Paris')).toBe(1)
  expect(score('New\n  York', 'New York')).toBe(1)
  expect(score('Cafe\u0301', 'Café')).toBe(1)
  expect(score('paris', 'Paris')).toBe(0)
  expect(score('paris', 'Paris', { case: 'ignore' })).toBe(1)
})

test('an answer that is stated outright is compared when the whole text differs', () => {
  expect(score('Let us see. The answer is Paris.', 'Paris')).toBe(1)
  expect(score('Thinking…\n**Answer:** Paris', 'Paris')).toBe(1)
  expect(score('So \\boxed{Paris} it is', 'Paris')).toBe(1)
  expect(score('Paris is a city. The answer is Rome.', 'Paris')).toBe(0)
  expect(score('The answer is Paris.', 'Paris', { extract: 'text' })).toBe(0)
  expect(score('Paris', 'Paris', { extract: 'final' })).toBe(0)
  expect(score('The answer is yes.', 'yes.')).toBe(1)
})

test('without a reference the answer is only extracted', () => {
  expect(judge('The answer is Paris.')).toEqual({ kind: 'scored', score: 1, answer: 'Paris' })
  expect(key('Paris')).toBe('Paris')
  expect(score('')).toBe(0)
})

test('a reference that is JSON but no string is compared as canonical JSON', () => {
  expect(score('{"b": 1, "a": [1, 2]}', { a: [1, 2], b: 1 })).toBe(1)
  expect(score('```json\n{"a":1}\n```', { a: 1 })).toBe(1)
  expect(score('The answer is 18', 18)).toBe(1)
  expect(score('[2, 1]', [1, 2])).toBe(0)
  expect(score('{"a":1,"__proto__":2}', { a: 1 })).toBe(0)
  expect(score('not json', { a: 1 })).toBe(0)
})

test('feedback quotes the answer and never the reference', () => {
  const verdict = judge('The answer is Rome.', 'Paris')
  expect(verdict).toMatchObject({ feedback: expect.stringContaining('Rome') })
  expect(JSON.stringify(verdict)).not.toContain('Paris')
})

test('an option that makes no sense is a failed verdict, not a score', () => {
  expect(judge('x', 'x', { extract: 'all' })).toMatchObject({ kind: 'failed', code: 'unsupported' })
  expect(judge('x', 'x', { case: 'upper' })).toMatchObject({ kind: 'failed', code: 'unsupported' })
})

test('huge and hostile texts cost little and get different keys when they differ', () => {
  const nested = '['.repeat(5_000_000)
  const started = performance.now()
  expect(score(nested, [1])).toBe(0)
  expect(key(`${nested}a`)).not.toBe(key(`${nested}b`))
  expect(performance.now() - started).toBeLessThan(1_000)
  expect(score('['.repeat(30_000) + ']'.repeat(30_000), [1])).toBe(0)
  expect(score('\ud800', '\ud800')).toBe(1)
})

test('dress and white space never change the key', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(' ', '\n', '\t  '),
      (words, gap) => {
        const plain = words.join(' ')
        fc.pre(!/answer|^not\b/.test(plain))
        expect(key(words.join(gap))).toBe(plain)
        expect(key(`So, the answer is **${plain}**.`)).toBe(plain)
        expect(key(`hence \\boxed{${plain}}`)).toBe(plain)
        expect(score(`Answer: ${plain}`, plain)).toBe(1)
      },
    ),
  )
})

test('typical answers are verified at 50,000 a second or more', () => {
  const subject = {
    candidate: { text: 'Let us think about it first.\nThe answer is Paris.', finish: 'stop' as const },
    messages: [],
    reference: 'Paris',
  }
  let fastest = 0
  for (let stretch = 0; stretch < 40; stretch += 1) {
    const started = performance.now()
    for (let round = 0; round < 1_000; round += 1) void exact.verify(subject)
    fastest = Math.max(fastest, 1_000 / ((performance.now() - started) / 1_000))
  }
  expect(fastest).toBeGreaterThan(50_000)
})
