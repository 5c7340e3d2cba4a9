import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestOfMajority as aggregation } from '../../src/aggregate/best-of-majority.ts'
import { ballotOf } from '../../src/aggregate/choose.ts'
import { bestOfMajority } from '../../strategies/best-of-majority.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { candidate, drive, scored, type Script } from './driver.ts'
import { chaotic, plays, scoring } from './scripts.ts'

/** The answers of samples in order: [answer, score]. */
const answering =
  (answers: readonly (readonly [answer: string, score: number])[]): Script =>
  ({ index }) => {
    const [answer, score] = answers[index] ?? ['none', 0]
    return { candidate: candidate(answer), verdict: scored(score, { answer }) }
  }

describe('best-of-majority', () => {
  it('takes the best score among frequent answers, where best-of-N takes a lucky one', () => {
    const answers = [
      ['often', 0.5],
      ['often', 0.6],
      ['twice', 0.7],
      ['twice', 0.8],
      ['thrice', 0.6],
      ['thrice', 0.6],
      ['thrice', 0.6],
      ['lucky', 0.95],
    ] as const
    const play = drive(bestOfMajority({ samples: 8 }), answering(answers))
    expect(play.best?.candidate?.text).toBe('twice')
    expect(drive(bestOfN({ samples: 8 }), answering(answers)).best?.candidate?.text).toBe('lucky')
  })

  it('goes by the share of votes when there are many', () => {
    const answers = Array.from({ length: 100 }, (_, at) =>
      at < 2 ? (['rare', 0.9] as const) : (['often', 0.5] as const),
    )
    const best = (threshold: number) =>
      drive(bestOfMajority({ samples: 100, threshold }), answering(answers)).best?.candidate?.text
    expect(best(0.015)).toBe('rare')
    expect(best(0.05)).toBe('often')
    expect(best(1)).toBe('often')
  })

  it('orders as the aggregation of that name chooses', () => {
    fc.assert(
      fc.property(plays, fc.integer({ min: 1, max: 60 }), ({ seed }, samples) => {
        const play = drive(bestOfMajority({ samples }), chaotic(seed), { seed })
        const judged = play.candidates.filter(
          (node) =>
            node.verdict?.kind === 'scored' &&
            node.verdict.score >= 0 &&
            node.verdict.score <= 1 &&
            node.candidate?.finish !== 'length',
        )
        const pick = aggregation()(judged.map(ballotOf))
        expect(play.best).toEqual(pick ? judged[pick.ballot] : play.candidates[0])
      }),
    )
  })

  it('goes on after a score of 1 unless told to stop there', () => {
    expect(
      drive(
        bestOfMajority(),
        scoring(() => 1),
        { budget: 5, concurrency: 1 },
      ).spent,
    ).toBe(5)
    const stopping = bestOfMajority({ stopWhenSolved: true })
    expect(
      drive(
        stopping,
        scoring(() => 1),
        { budget: 5, concurrency: 1 },
      ).spent,
    ).toBe(1)
  })

  it('ranks every done node once, whatever came back', () => {
    fc.assert(
      fc.property(plays, ({ solves, ...options }) => {
        const strategy = bestOfMajority()
        const play = drive(strategy, chaotic(options.seed, solves), options)
        expect(play.spent).toBe(options.budget)
        const done = play.tree.nodes.filter(({ state }) => state === 'done').map(({ step }) => step.id)
        expect(strategy.rank(play.tree).toSorted()).toEqual(done.toSorted())
      }),
    )
  })

  it('refuses options out of range', () => {
    expect(() => bestOfMajority({ samples: 0 })).toThrow(RangeError)
    expect(() => bestOfMajority({ threshold: 1.1 })).toThrow(RangeError)
    expect(() => bestOfMajority({ threshold: Number.NaN })).toThrow(RangeError)
  })
})
