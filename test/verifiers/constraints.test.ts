import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, Verdict } from '../../src/contract.ts'
import { constraints } from '../../verifiers/constraints.ts'

function verdict(answer: unknown, list: Json): Verdict {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  const given = constraints.verify({
    candidate: { text, finish: 'stop' },
    messages: [],
    options: { constraints: list },
  })
  if (given instanceof Promise) throw new Error('an inline verifier answers at once')
  return given
}

const PLAN = {
  days: [{ hours: 8 }, { hours: 7.5 }],
  share: 0.5,
  slots: [1, 2, 3],
  prices: [2, 3],
  counts: [10, 1],
}

describe('each kind of constraint', () => {
  it.each<[string, Json, boolean]>([
    ['at least', { path: '/share', op: '>=', value: 0.5 }, true],
    ['more than', { path: '/share', op: '>', value: 0.5 }, false],
    ['every value of a wildcard', { path: '/days/*/hours', op: '<=', value: 8 }, true],
    ['one value of a wildcard too large', { path: '/days/*/hours', op: '<', value: 8 }, false],
    ['sum', { sum: ['/days/*/hours'], op: '=', value: 15.5 }, true],
    ['sum of several paths', { sum: ['/days/0/hours', '/share'], op: '=', value: 8.5 }, true],
    ['sum of products by a factor', { sum: [{ path: '/slots/*', times: 2 }], op: '=', value: 12 }, true],
    [
      'sum of products by wildcard',
      { sum: [{ path: '/prices/*', times: '/counts/*' }], op: '=', value: 23 },
      true,
    ],
    ['mean', { mean: ['/slots/*'], op: '=', value: 2 }, true],
    ['min and max', { min: ['/slots/*'], op: '<', value: { max: ['/slots/*'] } }, true],
    ['count', { count: ['/days/*'], op: '=', value: 2 }, true],
    ['another field', { path: '/days/0/hours', op: '>', value: { path: '/days/1/hours' } }, true],
    ['between', { path: '/share', between: [0, 1] }, true],
    ['not between', { path: '/slots/*', between: [0, 2] }, false],
    ['sum between', { sum: ['/slots/*'], between: [6, 6] }, true],
    ['all different', { allDifferent: ['/slots/*'] }, true],
    ['not all different', { allDifferent: ['/slots/*', '/prices/*'] }, false],
    ['integer', { integer: ['/slots/*'] }, true],
    ['not integer', { path: '/share', integer: true }, false],
    ['equal within tolerance', { path: '/share', op: '=', value: 0.5004, tolerance: 1e-3 }, true],
    ['not equal within tolerance', { path: '/share', op: '=', value: 0.5004, tolerance: 1e-6 }, false],
    ['different', { path: '/share', op: '!=', value: 0.5 }, false],
  ])('%s', (_what, constraint, satisfied) => {
    expect(verdict(PLAN, [constraint])).toMatchObject({ kind: 'scored', score: satisfied ? 1 : 0 })
  })

  it('forgives the rounding of decimal sums', () => {
    expect(verdict([0.1, 0.2], [{ sum: ['/*'], op: '=', value: 0.3 }])).toMatchObject({ score: 1 })
  })
})

describe('what is not there satisfies nothing', () => {
  it.each<[string, unknown, Json, string]>([
    ['missing', {}, { path: '/a', op: '<', value: 1 }, '/a is missing'],
    ['missing in a sum', { b: 1 }, { sum: ['/a/*'], op: '<', value: 1 }, '/a is missing'],
    ['text', { a: '3' }, { path: '/a', op: '>', value: 1 }, '/a is "3", not a number'],
    ['null', { a: null }, { path: '/a', op: '<', value: 1 }, '/a is null, not a number'],
    ['infinite', '{"a":1e999}', { path: '/a', op: '>', value: 1 }, '/a is not a finite number'],
    ['an empty list', { a: [] }, { path: '/a/*', op: '>', value: 1 }, 'there is nothing at /a/*'],
    ['an empty all-different', { a: [] }, { allDifferent: ['/a/*'] }, 'there is nothing at /a/*'],
    [
      'an inherited member',
      { a: 1 },
      { path: '/constructor/length', op: '=', value: 1 },
      '/constructor is missing',
    ],
    ['the length of a list', { a: [1] }, { path: '/a/length', op: '=', value: 1 }, '/a/length is missing'],
  ])('%s', (_what, answer, constraint, reason) => {
    const given = verdict(answer, [constraint])
    expect(given).toMatchObject({ kind: 'scored', score: 0 })
    expect(given.kind === 'scored' && given.feedback).toContain(reason)
  })
})

it('scores the share satisfied and tells the violated with their values', () => {
  const list = [
    { path: '/share', op: '<=', value: 1 },
    { name: 'working week', sum: ['/days/*/hours'], op: '<=', value: 15 },
  ]
  expect(verdict(PLAN, list)).toMatchObject({ score: 0.5, feedback: 'working week: it is 15.5' })
  expect(verdict('no json here', list)).toMatchObject({ score: 0, feedback: 'the answer holds no JSON' })
})

it.each<[string, Json, string]>([
  ['unknown operator', [{ path: '/a', op: '~', value: 1 }], 'constraint 1 is malformed: "op"'],
  [
    'bad pointer',
    [
      { path: '/a', op: '<', value: 1 },
      { path: 'a', op: '<', value: 1 },
    ],
    'constraint 2 is malformed',
  ],
  ['no value', [{ path: '/a', op: '<' }], 'constraint 1 is malformed: "value"'],
  ['misspelt member', [{ path: '/a', op: '<', valeu: 1 }], 'unknown member "valeu"'],
  ['inherited operator', [{ path: '/a', op: 'constructor', value: 1 }], 'constraint 1 is malformed: "op"'],
  ['no list', { path: '/a' }, 'not a list'],
  ['empty list', [], 'empty'],
])('says which constraint is malformed: %s', (_what, list, message) => {
  const given = verdict({ a: 1 }, list)
  expect(given).toMatchObject({ kind: 'failed', code: 'unsupported' })
  expect(given.kind === 'failed' && given.message).toContain(message)
})

it('takes its list from the reference or from meta', () => {
  const list = [{ path: '/a', op: '=', value: 1 }]
  const subject = { candidate: { text: '{"a":1}', finish: 'stop' }, messages: [] } as const
  expect(constraints.verify({ ...subject, reference: { constraints: list } })).toMatchObject({ score: 1 })
  expect(constraints.verify({ ...subject, reference: list })).toMatchObject({ score: 1 })
  expect(constraints.verify({ ...subject, meta: { constraints: list } })).toMatchObject({ score: 1 })
  expect(constraints.verify(subject)).toMatchObject({ kind: 'failed', code: 'unsupported' })
})

it('never scores lower for loosening a bound, and is 1 only when every constraint holds', () => {
  const bound = fc.record({ value: fc.integer({ min: -5, max: 5 }), slack: fc.integer({ min: 0, max: 5 }) })
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1 }),
      fc.array(bound, { minLength: 1 }),
      (answer, bounds) => {
        const scores = [0, 1].map((loose) => {
          const list = bounds.map(({ value, slack }) => ({
            sum: ['/*'],
            op: '<=',
            value: value + loose * slack,
          }))
          const given = verdict(answer, list)
          return given.kind === 'scored' ? given.score : Number.NaN
        })
        const total = answer.reduce((sum, value) => sum + value, 0)
        expect(scores[1]).toBeGreaterThanOrEqual(scores[0] ?? Number.NaN)
        expect(scores[0] === 1).toBe(bounds.every(({ value }) => total <= value))
      },
    ),
  )
})
