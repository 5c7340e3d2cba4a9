import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escalateNow, planEscalation, stopHere, voteAgain } from '../../src/allocator/vote-escalation.ts'
import { learnPaired } from '../../src/allocator/vote-history.ts'
import { splitProcess } from '../../src/allocator/vote-process.ts'
import { vagueSplits } from '../../src/allocator/vote-splits.ts'
import { moves, VoteStates } from '../../src/allocator/vote-states.ts'
import { fitWorth, isotonic } from '../../src/allocator/vote-worth.ts'
import { randomFrom } from '../../src/clock/random.ts'

const states = new VoteStates(4)
const process = splitProcess(states, vagueSplits)
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  minLength: states.count,
  maxLength: states.count,
})

describe('planEscalation', () => {
  it('is the best plan at its price, found by trying everything', () => {
    fc.assert(
      fc.property(shares, shares, fc.double({ min: 0.001, max: 1, noNaN: true }), (small, large, price) => {
        const input = {
          process,
          small: Float64Array.from(small),
          large: Float64Array.from(large),
          smallCost: 0.1,
          largeCost: 1,
        }
        const value = (state: number): number => {
          let again = -price * input.smallCost
          let out = 0
          for (let move = state * moves; move < (state + 1) * moves; move += 1) {
            const chance = process.chances[move] as number
            if (chance === 0) continue
            out += chance
            again += chance * value(states.next[move] as number)
          }
          return Math.max(
            state === 0 ? -Infinity : (small[state] as number),
            (large[state] as number) - price * input.largeCost,
            out > 0 ? again : -Infinity,
          )
        }
        const plan = planEscalation(input, price)
        expect(plan.values[0]).toBeCloseTo(value(0), 9)
        for (const [state, action] of plan.actions.entries()) {
          expect([stopHere, voteAgain, escalateNow]).toContain(action)
          // Where it escalates, that gains more than it costs.
          if (action === escalateNow && state > 0)
            expect((large[state] as number) - (small[state] as number)).toBeGreaterThan(price - 1e-12)
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('learnPaired', () => {
  it('learns where the large model helps', () => {
    // On half of the prompts the small model is always right, on the other half it scatters and the large one is.
    const history = Array.from({ length: 60 }, (_, prompt) =>
      prompt % 2 === 0
        ? { small: [0, 0, 0, 0], large: [0], answers: 5, right: [1, 0, 0, 0, 0] }
        : { small: [1, 2, 3, 4], large: [0], answers: 5, right: [1, 0, 0, 0, 0] },
    )
    const { small, large } = learnPaired(history, states, randomFrom('paired'))
    const agree = states.of(3, 0, 3)
    const scatter = states.of(1, 1, 3)
    expect(small[agree]).toBeGreaterThan(0.85)
    expect((large[agree] as number) - (small[agree] as number)).toBeLessThan(0.1)
    expect((large[scatter] as number) - (small[scatter] as number)).toBeGreaterThan(0.6)
  })
})

describe('fitWorth', () => {
  it('finds no worth in votes that make the answer wrong', () => {
    const history = Array.from({ length: 200 }, () => ({
      votes: [0, 1, 1, 1, 2, 1, 0, 1],
      answers: 3,
      right: [1, 0, 0],
    }))
    const worth = fitWorth(history, 8, randomFrom('worth'))
    expect(worth(1, 3)).toBe(0)
    const good = fitWorth(
      history.map((prompt) => ({ ...prompt, right: [0, 1, 0] })),
      8,
      randomFrom('worth'),
    )
    expect(good(1, 3)).toBeGreaterThan(0.5)
  })

  it('pools what falls into what rises', () => {
    const rising = isotonic([3, 1, 2, 5, 4].map((value) => ({ value, weight: 1 })))
    expect(rising).toEqual([2, 2, 2, 4.5, 4.5])
  })
})
