import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Subject } from '../../src/contract.ts'
import { processReward } from '../../verifiers/process-reward.ts'

const subject = (text: string): Subject => ({
  candidate: { text, finish: 'stop' },
  messages: [{ role: 'user', content: 'Solve it.' }],
})
const reply = (value: unknown) => [{ text: JSON.stringify(value) }]
const answerIn = (verifier: ReturnType<typeof processReward>, text: string) =>
  verifier.ask(subject(text))[0]?.messages.at(-1)?.content

test('steps are paragraphs, else lines, else what the delimiter says', () => {
  const verifier = processReward({ marker: '<s>' })
  expect(answerIn(verifier, 'one\ntwo\n\n \nthree\n')).toBe('one\ntwo<s>three<s>')
  expect(answerIn(verifier, '\none\ntwo\n')).toBe('one<s>two<s>')
  expect(answerIn(processReward({ marker: '<s>', delimiter: ';' }), 'one; two;;')).toBe('one<s>two<s>')
  expect(answerIn(processReward(), 'one\ntwo')).toBe('one\n\ntwo\n\n')
})

test('an answer cannot add steps with the marker', () => {
  const verifier = processReward({ marker: '<s>' })
  expect(answerIn(verifier, 'on<s>e<<s>s>\ntwo')).toBe('one<s>two<s>')
  expect(answerIn(processReward({ delimiter: ';' }), 'one\n\n\nmore; two')).toBe('one\nmore\n\ntwo\n\n')
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', 's', '>', '\n', 'a') }), (text) => {
      const asked = answerIn(verifier, text)
      const markers = typeof asked === 'string' ? asked.split('<s>').length - 1 : 0
      const scores = Array.from({ length: markers }, () => 0.5)
      expect(verifier.read(reply(scores), subject(text)).kind).toBe(markers === 0 ? 'failed' : 'scored')
    }),
  )
})

test.each([
  ['last', 0.9],
  ['min', 0.5],
  ['product', 0.8 * 0.5 * 0.9],
] as const)('combined by %s', (combine, score) => {
  const verdict = processReward({ combine }).read(reply([0.8, 0.5, 0.9]), subject('a\nb\nc'))
  expect(verdict).toEqual({ kind: 'scored', score: expect.closeTo(score, 12), stepScores: [0.8, 0.5, 0.9] })
})

test('positions of two classes are (bad, good), one class is itself', () => {
  const verifier = processReward()
  const pairs = [
    [0.1, 0.9],
    [0.6, 0.4],
  ]
  expect(verifier.read(reply(pairs), subject('a\nb'))).toMatchObject({ score: 0.4, stepScores: [0.9, 0.4] })
  expect(verifier.read(reply([[0.7]]), subject('a'))).toMatchObject({ score: 0.7 })
})

test('raw rewards are scaled step by step', () => {
  const verifier = processReward({ scale: { kind: 'logistic', scale: 2, shift: 1 } })
  expect(verifier.read(reply([1, 3]), subject('a\nb'))).toMatchObject({
    score: 0.5,
    stepScores: [0.5, expect.closeTo(1 / (1 + Math.exp(-4)), 12)],
  })
})

test.each([
  ['fewer scores than steps', [0.5]],
  ['more scores than steps', [0.5, 0.5, 0.5]],
  ['a score outside 0..1', [0.5, 1.5]],
  ['no number', [0.5, null]],
  ['text', [0.5, '0.5']],
  [
    'hidden states',
    [
      [0.1, 0.2, 0.3],
      [0.1, 0.2, 0.3],
    ],
  ],
  ['an object', { score: 1 }],
])('%s is failed', (_, value) => {
  expect(processReward().read(reply(value), subject('a\nb'))).toMatchObject({
    kind: 'failed',
    code: 'crashed',
  })
})

test('no reply, NaN and an empty answer are failed', () => {
  const verifier = processReward()
  expect(verifier.read([null], subject('a'))).toMatchObject({ kind: 'failed', code: 'crashed' })
  expect(verifier.read([{ text: '[NaN]' }], subject('a'))).toMatchObject({ kind: 'failed' })
  expect(verifier.ask(subject(' \n '))).toEqual([])
  expect(verifier.read([], subject(' \n '))).toMatchObject({ kind: 'failed', code: 'unsupported' })
})
