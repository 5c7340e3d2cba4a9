import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ErrorRates, Subject, Verdict } from '../../src/contract.ts'
import { allOf } from '../../src/pool/compose/all-of.ts'
import { anyOf } from '../../src/pool/compose/any-of.ts'
import { composeCheckers, compositionKinds } from '../../src/pool/compose/compose-checkers.ts'
import { firstOf } from '../../src/pool/compose/first-of.ts'
import { weighted } from '../../src/pool/compose/weighted.ts'
import type { Checker } from '../../src/pool/verifier-pool.ts'

interface Part {
  /** Null: it fails. */
  readonly score: number | null
  readonly rates: ErrorRates
  readonly proves: boolean
}

const subject: Subject = { candidate: { text: '', finish: 'stop' }, messages: [] }
const prompt = { id: 'p', messages: [] }
const perfect: ErrorRates = { truePositive: 1, falsePositive: 0 }

function checker({ score, rates, proves }: Part, index = 0, asked: number[] = []): Checker {
  return {
    id: `part-${index}`,
    errorRates: rates,
    proves: () => proves,
    check: async () => {
      asked.push(index)
      return score === null
        ? { kind: 'failed', code: 'timeout', message: `part ${index}` }
        : { kind: 'scored', score, answer: `answer ${index}`, feedback: `feedback ${index}` }
    },
  }
}
const checkersOf = (parts: readonly Part[]) => parts.map((part, index) => checker(part, index))
const scoring = (...scores: (number | null)[]) =>
  checkersOf(scores.map((score) => ({ score, rates: perfect, proves: true })))
const scoreOf = (verdict: Verdict) => (verdict.kind === 'scored' ? verdict.score : null)

const rate = fc.double({ min: 0, max: 1, noNaN: true })
const part: fc.Arbitrary<Part> = fc.record({
  score: fc.oneof(rate, fc.constantFrom(0, 1, null)),
  rates: fc.record({ truePositive: rate, falsePositive: rate }),
  proves: fc.boolean(),
})
const parts = fc.array(part, { minLength: 1, maxLength: 6 })

describe('laws of every composition', () => {
  const compositions = fc.constantFrom(
    ...compositionKinds.map((kind) => [kind, {}] as const),
    ['weighted', { allowFailed: true }] as const,
    ['firstOf', { filter: true }] as const,
    ['firstOf', { rejectAt: 0.2, acceptAt: 0.8 }] as const,
  )

  test('scores and error rates stay within 0..1 and within what the parts say', async () => {
    await fc.assert(
      fc.asyncProperty(compositions, parts, async ([kind, options], of) => {
        const whole = composeCheckers(kind, checkersOf(of), options)
        const score = scoreOf(await whole.check(subject))
        const known = of.flatMap((each) => each.score ?? [])
        if (score !== null) {
          expect(score).toBeGreaterThanOrEqual(Math.min(...known) - 1e-9)
          expect(score).toBeLessThanOrEqual(Math.max(...known) + 1e-9)
          expect(score >= 0 && score <= 1).toBe(true)
        }
        for (const value of Object.values(whole.errorRates)) expect(value >= 0 && value <= 1).toBe(true)
      }),
    )
  })

  test('a score of 1 that the whole proves was said by a part that proves', async () => {
    await fc.assert(
      fc.asyncProperty(compositions, parts, async ([kind, options], of) => {
        const whole = composeCheckers(kind, checkersOf(of), options)
        if (scoreOf(await whole.check(subject)) !== 1 || !whole.proves(prompt)) return
        expect(of.some((each) => each.score === 1 && each.proves)).toBe(true)
      }),
    )
  })

  test('when every part fails the whole fails', async () => {
    await fc.assert(
      fc.asyncProperty(compositions, parts, async ([kind, options], of) => {
        const failing = of.map((each, index) => checker({ ...each, score: null }, index))
        expect(await composeCheckers(kind, failing, options).check(subject)).toMatchObject({ kind: 'failed' })
      }),
    )
  })
})

describe('allOf', () => {
  test('is the minimum and fails with any part, in every order', async () => {
    await fc.assert(
      fc.asyncProperty(
        parts.chain((of) => fc.tuple(fc.constant(of), fc.shuffledSubarray(of, { minLength: of.length }))),
        async ([of, shuffled]) => {
          const whole = allOf(checkersOf(of))
          const other = allOf(checkersOf(shuffled))
          const verdict = await whole.check(subject)
          expect(scoreOf(await other.check(subject))).toBe(scoreOf(verdict))
          const failing = of.some((each) => each.score === null)
          expect(verdict.kind).toBe(failing ? 'failed' : 'scored')
          if (!failing) expect(scoreOf(verdict)).toBe(Math.min(...of.map((each) => each.score ?? 0)))
          expect(other.proves(prompt)).toBe(whole.proves(prompt))
          expect(other.errorRates.truePositive).toBeCloseTo(whole.errorRates.truePositive, 12)
        },
      ),
    )
  })

  test('keeps the first answer and all feedback', async () => {
    expect(await allOf(scoring(0.5, 1)).check(subject)).toEqual({
      kind: 'scored',
      score: 0.5,
      answer: 'answer 0',
      feedback: 'feedback 0\nfeedback 1',
    })
  })
})

describe('anyOf', () => {
  test('is the maximum of the parts that did not fail', async () => {
    await fc.assert(
      fc.asyncProperty(parts, async (of) => {
        const verdict = await anyOf(checkersOf(of)).check(subject)
        const known = of.flatMap((each) => each.score ?? [])
        expect(scoreOf(verdict)).toBe(known.length === 0 ? null : Math.max(...known))
      }),
    )
  })

  test('gives the best one’s answer, and proves only when every part does', async () => {
    expect(await anyOf(scoring(null, 0.2, 1)).check(subject)).toEqual({
      kind: 'scored',
      score: 1,
      answer: 'answer 2',
    })
    const guess = checker({ score: 1, rates: perfect, proves: false })
    expect(anyOf([...scoring(1), guess]).proves(prompt)).toBe(false)
    expect(anyOf(scoring(1, 1)).proves(prompt)).toBe(true)
  })
})

/** Two verifiers that err independently, tried out. */
function simulated(whole: Checker, of: readonly Checker[], rates: keyof ErrorRates): number {
  let probability = 0
  for (let outcome = 0; outcome < 2 ** of.length; outcome += 1) {
    const bits = of.map((_, index) => (outcome >> index) & 1)
    const chance = of.reduce(
      (product, { errorRates }, index) =>
        product * (bits[index] === 1 ? errorRates[rates] : 1 - errorRates[rates]),
      1,
    )
    const sum = bits.reduce((total, bit) => total + bit, 0)
    const right = whole.id.startsWith('any')
      ? sum > 0
      : whole.id.startsWith('weighted')
        ? sum / of.length >= 0.5
        : sum === of.length
    if (right) probability += chance
  }
  return probability
}

test('declared error rates are those of independent parts', () => {
  fc.assert(
    fc.property(parts, (of) => {
      const checkers = checkersOf(of)
      for (const whole of [allOf(checkers), anyOf(checkers), weighted(checkers)]) {
        for (const rates of ['truePositive', 'falsePositive'] as const) {
          expect(whole.errorRates[rates]).toBeCloseTo(simulated(whole, checkers, rates), 9)
        }
      }
    }),
  )
})

describe('weighted', () => {
  test('is the weighted mean', async () => {
    expect(scoreOf(await weighted(scoring(1, 0.5, 0), { weights: [2, 1, 1] }).check(subject))).toBe(0.625)
    expect(scoreOf(await weighted(scoring(0.1, 0.1, 0.1)).check(subject))).toBeCloseTo(0.1, 12)
  })

  test('a failed part fails the whole unless it may be left out', async () => {
    expect(await weighted(scoring(1, null)).check(subject)).toMatchObject({
      kind: 'failed',
      message: 'part 1',
    })
    const lenient = { weights: [1, 3, 1], allowFailed: true }
    expect(scoreOf(await weighted(scoring(1, null, 0), lenient).check(subject))).toBe(0.5)
    expect(scoreOf(await weighted(scoring(null, 0.4, null), lenient).check(subject))).toBeCloseTo(0.4, 12)
  })

  test('rounding neither makes a proof nor loses one', async () => {
    expect(scoreOf(await weighted(scoring(0.5, 1), { weights: [1e-30, 1] }).check(subject))).toBeLessThan(1)
    expect(scoreOf(await weighted(scoring(1, 1, 1), { weights: [0.1, 0.2, 0.3] }).check(subject))).toBe(1)
    const idle = checker({ score: 0, rates: perfect, proves: false })
    const whole = weighted([...scoring(1), idle], { weights: [1, 0] })
    expect(scoreOf(await whole.check(subject))).toBe(1)
    expect(whole.proves(prompt)).toBe(true)
  })

  test.each([[[1]], [[0, 0]], [[1, -1]], [[1, Number.NaN]], [[1, Infinity]]])(
    'weights %j are refused',
    (weights) => {
      expect(() => weighted(scoring(1, 1), { weights })).toThrow(
        expect.objectContaining({ code: 'bad-argument' }),
      )
    },
  )
})

describe('firstOf', () => {
  const run = async (scores: (number | null)[], options = {}) => {
    const asked: number[] = []
    const whole = firstOf(
      scores.map((score, index) => checker({ score, rates: perfect, proves: true }, index, asked)),
      options,
    )
    return { score: scoreOf(await whole.check(subject)), asked }
  }

  test('asks the next one only when the one before cannot decide', async () => {
    expect(await run([1, 0])).toEqual({ score: 1, asked: [0] })
    expect(await run([0, 1])).toEqual({ score: 0, asked: [0] })
    expect(await run([0.5, 1])).toEqual({ score: 1, asked: [0, 1] })
    expect(await run([null, 0.5, 0])).toEqual({ score: 0, asked: [0, 1, 2] })
    expect(await run([0.7, 0], { acceptAt: 0.7 })).toEqual({ score: 0.7, asked: [0] })
    expect(await run([0.3, 1], { rejectAt: 0.3 })).toEqual({ score: 0.3, asked: [0] })
  })

  test('a failure of the last one is not covered by a doubt of the one before', async () => {
    expect(await run([0.5, null])).toEqual({ score: null, asked: [0, 1] })
  })

  test('a filter can only say wrong', async () => {
    expect(await run([0, 1], { filter: true })).toEqual({ score: 0, asked: [0] })
    expect(await run([1, 0.5], { filter: true })).toEqual({ score: 0.5, asked: [0, 1] })
    expect(await run([1, null], { filter: true })).toEqual({ score: null, asked: [0, 1] })
  })

  test('proofs and error rates are those of whoever may have said right', () => {
    const rough = checker({ score: 1, rates: { truePositive: 0.9, falsePositive: 0.2 }, proves: false })
    const sure = checker({ score: 1, rates: { truePositive: 0.95, falsePositive: 0.1 }, proves: true })
    expect(firstOf([rough, sure]).proves(prompt)).toBe(false)
    expect(firstOf([rough, sure], { filter: true }).proves(prompt)).toBe(true)
    expect(firstOf([sure, rough], { filter: true }).proves(prompt)).toBe(false)
    expect(firstOf([rough, sure]).errorRates).toEqual({ truePositive: 0.9, falsePositive: 0.2 })
    const filter = firstOf([rough, sure], { filter: true }).errorRates
    expect(filter.truePositive).toBeCloseTo(0.855, 12)
    expect(filter.falsePositive).toBeCloseTo(0.02, 12)
  })

  test('thresholds out of order are refused', () => {
    expect(() => firstOf(scoring(1), { rejectAt: 0.5, acceptAt: 0.5 })).toThrow(/rejects at/)
  })
})

test('nothing to compose, and an unknown way, are clear errors', () => {
  expect(() => composeCheckers('any', [])).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  expect(() => composeCheckers('none' as 'any', scoring(1))).toThrow(
    expect.objectContaining({ code: 'unknown-name' }),
  )
})
