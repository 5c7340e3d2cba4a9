import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Aggregation, Ballot } from '../../src/aggregate/ballot.ts'
import { bestOfMajority } from '../../src/aggregate/best-of-majority.ts'
import { bestScore } from '../../src/aggregate/best-score.ts'
import { cappedRejection } from '../../src/aggregate/capped-rejection.ts'
import { consensus } from '../../src/aggregate/consensus.ts'
import { accepts, evidence, precision, worthwhileTries } from '../../src/aggregate/error-rates.ts'
import { majority } from '../../src/aggregate/majority.ts'
import { frequencyTrust } from '../../src/aggregate/frequency-trust.ts'
import { posteriorVote } from '../../src/aggregate/posterior-vote.ts'
import { fitZero, weightedVote } from '../../src/aggregate/weighted-vote.ts'

const ballots = fc.array(
  fc.record({
    answer: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
    score: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    behaviour: fc.option(fc.constantFrom('111', '110', '000'), { nil: undefined }),
  }),
  { maxLength: 40 },
)

const all: Readonly<Record<string, Aggregation>> = {
  majority,
  bestScore,
  bestOfMajority: bestOfMajority(),
  weightedVote: weightedVote(),
  cappedRejection: cappedRejection(),
  consensus,
  posteriorVote: posteriorVote({ rates: { truePositive: 0.8, falsePositive: 0.2 } }),
}

describe.each(Object.entries(all))('%s', (_name, aggregation) => {
  it('picks one of the ballots with a confidence in 0..1, the same each time, and nothing from nothing', () => {
    fc.assert(
      fc.property(ballots, (list) => {
        const pick = aggregation(list)
        expect(aggregation(list)).toEqual(pick)
        if (list.length === 0) expect(pick).toBeUndefined()
        if (!pick) return
        expect(list[pick.ballot]).toBeDefined()
        expect(pick.confidence).toBeGreaterThanOrEqual(0)
        expect(pick.confidence).toBeLessThanOrEqual(1 + 1e-9)
      }),
      { numRuns: 60 },
    )
  })
})

describe('majority', () => {
  it('gives a three-way tie to the first mentioned, and lets no missing answer win', () => {
    const list = ['x', undefined, 'y', undefined, 'z', undefined].map((answer) => ({ answer }))
    expect(majority(list)?.ballot).toBe(0)
    expect(majority([{ answer: undefined }, { answer: undefined }, { answer: 'x' }])?.ballot).toBe(2)
  })
})

describe('bestOfMajority', () => {
  it('drops a rare answer that only its score speaks for', () => {
    const list: Ballot[] = Array.from({ length: 99 }, (_, index) => ({
      answer: index < 60 ? 'a' : 'b',
      score: index < 60 ? 0.6 : 0.4,
    }))
    list.push({ answer: 'rare', score: 1 })
    expect(list[bestOfMajority()(list)?.ballot ?? -1]?.answer).toBe('a')
    expect(list[bestScore(list)?.ballot ?? -1]?.answer).toBe('rare')
  })
})

describe('weightedVote', () => {
  it('lets low scores count against an answer', () => {
    const list = [
      { answer: 'often', score: 0.2 },
      { answer: 'often', score: 0.2 },
      { answer: 'often', score: 0.2 },
      { answer: 'once', score: 0.6 },
    ]
    expect(weightedVote()(list)?.ballot).toBe(3)
    expect(weightedVote({ zero: 0.02 })(list)?.ballot).toBe(0)
  })

  it('finds on labelled prompts where a score speaks for an answer', () => {
    const prompt = {
      ballots: [
        { answer: 'right', score: 0.3 },
        { answer: 'right', score: 0.3 },
        { answer: 'wrong', score: 0.35 },
      ],
      right: [true, true, false],
    }
    expect(weightedVote({ zero: fitZero([prompt]) })(prompt.ballots)?.ballot).toBe(0)
  })
})

describe('error rates', () => {
  it('give the precision of a pass as published', () => {
    const rates = { truePositive: 0.95, falsePositive: 0.05 }
    expect(precision(0.3, rates)).toBeCloseTo(0.89, 2)
    expect(precision(0.05, rates)).toBeCloseTo(0.5, 2)
    expect(precision(0.01, rates)).toBeCloseTo(0.16, 2)
    expect(accepts(0.3, rates, 0.6)).toBe(true)
    expect(accepts(0.01, rates, 0.6)).toBe(false)
    expect(evidence(true, rates)).toBeCloseTo(Math.log(19), 9)
    expect(evidence(false, rates)).toBeCloseTo(-Math.log(19), 9)
  })

  it('make the number of tries that pay finite, and smaller for a worse verifier', () => {
    const belief = { right: 1, wrong: 1 }
    const good = worthwhileTries(belief, { truePositive: 0.95, falsePositive: 0.05 }, 2, 0)
    const bad = worthwhileTries(belief, { truePositive: 0.8, falsePositive: 0.2 }, 2, 0)
    expect(good).toBeLessThan(1000)
    expect(bad).toBeLessThan(good)
    expect(bad).toBeLessThan(10)
  })
})

describe('posteriorVote', () => {
  it('counts a verdict once where copies of an answer share it', () => {
    const rates = { truePositive: 0.8, falsePositive: 0.2 }
    const list = [
      { answer: 'a', score: 0 },
      { answer: 'a', score: 0 },
      { answer: 'a', score: 0 },
      { answer: 'a', score: 0 },
      { answer: 'a', score: 0 },
      { answer: 'b', score: 1 },
    ]
    // ln 5 − ln 4 against ln 1 + ln 4: the pass wins; four fails more would not count again.
    expect(posteriorVote({ rates })(list)?.ballot).toBe(5)
    expect(posteriorVote({ rates: { truePositive: 0.55, falsePositive: 0.45 } })(list)?.ballot).toBe(0)
  })

  it('abstains where nothing is likely enough', () => {
    const rates = { truePositive: 0.6, falsePositive: 0.4 }
    const list = [
      { answer: 'a', score: 0 },
      { answer: 'b', score: 0 },
    ]
    expect(posteriorVote({ rates, abstainBelow: 0.5 })(list)).toBeUndefined()
  })

  it('learns from verdicts alone whether frequent answers are better', () => {
    const frequentRight = Array.from({ length: 20 }, () => [
      { answer: 'a', score: 1 },
      { answer: 'a', score: 1 },
      { answer: 'b', score: 0 },
    ])
    const frequentWrong = frequentRight.map((list) =>
      list.map(({ answer, score }) => ({ answer, score: 1 - score })),
    )
    const rates = { truePositive: 0.9, falsePositive: 0.1 }
    expect(frequencyTrust(frequentRight, rates)).toBeGreaterThan(0.7)
    expect(frequencyTrust(frequentWrong, rates)).toBeLessThan(0.3)
    // Nothing seen, or a verifier that says nothing: all values are as likely as before.
    expect(frequencyTrust([], rates)).toBeCloseTo(0.5, 12)
    expect(frequencyTrust(frequentRight, { truePositive: 0.5, falsePositive: 0.5 })).toBeCloseTo(0.5, 12)
  })
})

describe('consensus', () => {
  it('believes many that behave alike over one that passes more tests', () => {
    const list = [
      { behaviour: '1111' },
      { behaviour: '1101' },
      { behaviour: '1101' },
      { behaviour: '1101' },
      { behaviour: '0000' },
      { behaviour: '' },
    ]
    expect(consensus(list)?.ballot).toBe(1)
    expect(
      bestScore(list.map(({ behaviour }) => ({ score: behaviour.replaceAll('0', '').length / 4 })))?.ballot,
    ).toBe(0)
  })
})

describe('cappedRejection', () => {
  it('takes the first that passes, and does not look beyond its cap', () => {
    const list = [{ score: 0.2 }, { score: 0.9 }, { score: 1 }, { score: 1 }]
    expect(cappedRejection()(list)?.ballot).toBe(2)
    expect(cappedRejection({ cap: 2 })(list)?.ballot).toBe(1)
    expect(cappedRejection({ threshold: 0.5 })(list)?.ballot).toBe(1)
  })
})
