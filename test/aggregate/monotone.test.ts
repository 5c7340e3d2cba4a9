import { describe, expect, it } from 'vitest'
import type { Aggregation, Ballot } from '../../src/aggregate/ballot.ts'
import { bestScore } from '../../src/aggregate/best-score.ts'
import { applyLearned, learnAggregation } from '../../src/aggregate/learned-aggregation.ts'
import { majority } from '../../src/aggregate/majority.ts'
import { posteriorVote } from '../../src/aggregate/posterior-vote.ts'
import { weightedVote } from '../../src/aggregate/weighted-vote.ts'
import { randomFrom, type Random } from '../../src/clock/random.ts'

const sizes = [1, 2, 4, 8, 16, 32, 64] as const
const prompts = 1500
/** Three standard errors of a paired difference over so many prompts. */
const noise = 0.02

interface Sampled {
  readonly ballots: readonly Ballot[]
  readonly right: readonly boolean[]
}

/** A prompt of its own difficulty: right samples share one answer, wrong ones scatter over six. */
function sampled(random: Random, score: (right: boolean, length: number, answer: string) => number): Sampled {
  const chance = random() ** 2
  const answers = Array.from({ length: 64 }, () =>
    random() < chance ? 'right' : `wrong ${Math.floor(random() ** 2 * 6)}`,
  )
  return {
    ballots: answers.map((answer) => {
      const right = answer === 'right'
      // Wrong answers are long more often.
      const length = random() + (right ? 0 : 0.3 * random())
      return { answer, score: score(right, length, answer) }
    }),
    right: answers.map((answer) => answer === 'right'),
  }
}

function accuracies(list: readonly Sampled[], aggregation: Aggregation): number[] {
  return sizes.map((size) => {
    let hits = 0
    for (const { ballots, right } of list) {
      const pick = aggregation(ballots.slice(0, size))
      if (pick && right[pick.ballot] === true) hits += 1
    }
    return hits / list.length
  })
}

function falls(accuracy: readonly number[]): number {
  return Math.min(...accuracy.slice(2).map((value, index) => value - (accuracy[index] as number)))
}

describe('law 7: never worse by spending more', () => {
  it.each([
    [0.99, 0.01],
    [0.95, 0.05],
    [0.8, 0.2],
  ])(
    'holds for a verifier with known rates T = %f, F = %f, and beats best-of-N',
    (truePositive, falsePositive) => {
      for (const perAnswer of [true, false]) {
        const random = randomFrom(`${truePositive}/${perAnswer}`)
        const list = Array.from({ length: prompts }, () => {
          const verdicts = new Map<string, number>()
          return sampled(random, (right, _length, answer) => {
            const draw = random() < (right ? truePositive : falsePositive) ? 1 : 0
            if (!perAnswer) return draw
            const known = verdicts.get(answer) ?? draw
            verdicts.set(answer, known)
            return known
          })
        })
        const ours = accuracies(list, posteriorVote({ rates: { truePositive, falsePositive } }))
        const plain = accuracies(list, bestScore)
        expect(falls(ours)).toBeGreaterThan(-noise)
        for (const [index, accuracy] of ours.entries()) {
          expect(accuracy).toBeGreaterThan((plain[index] as number) - noise)
          expect(accuracy).toBeGreaterThan((ours[0] as number) - noise)
        }
      }
    },
  )

  it('holds for a score that likes length, where best-of-N falls, once labels have shown it', () => {
    const random = randomFrom('length')
    const score = (right: boolean, length: number) =>
      Math.min(1, Math.max(0, 0.1 * Number(right) + 0.7 * length))
    const history = Array.from({ length: 200 }, () => sampled(random, score))
    const list = Array.from({ length: prompts }, () => sampled(random, score))
    const learned = learnAggregation(
      history,
      { best: bestScore, majority, vote: weightedVote() },
      sizes,
      randomFrom('learn'),
    )
    expect(falls(accuracies(list, bestScore))).toBeLessThan(-noise)
    const ours = accuracies(list, applyLearned(learned))
    expect(falls(ours)).toBeGreaterThan(-noise)
    expect(Math.min(...ours)).toBeGreaterThan((ours[0] as number) - noise)
  })

  it('leaves later ballots unread where nothing on the menu gains by them', () => {
    const random = randomFrom('harm')
    const history = Array.from({ length: 300 }, () => sampled(random, (right) => (right ? 0.2 : 0.8)))
    const [, ...later] = learnAggregation(history, { best: bestScore }, sizes, randomFrom('learn'))
    for (const { cap } of later) expect(cap).toBe(1)
  })
})
