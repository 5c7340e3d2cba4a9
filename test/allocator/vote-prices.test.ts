import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { voteBound } from '../../src/allocator/vote-bound.ts'
import { solveAtPrice, votePrices } from '../../src/allocator/vote-prices.ts'
import { betweenTwo, splitProcess, type VoteProcess } from '../../src/allocator/vote-process.ts'
import { fitSplits, splits, vagueSplits, type SplitBelief } from '../../src/allocator/vote-splits.ts'
import { moves, VoteStates } from '../../src/allocator/vote-states.ts'
import { leaderProbability } from '../../src/allocator/vote-table.ts'
import { randomFrom } from '../../src/clock/random.ts'

const beliefs = fc
  .record({
    weights: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), {
      minLength: splits.length,
      maxLength: splits.length,
    }),
    elsewhere: fc.double({ min: 0, max: 0.8, noNaN: true }),
  })
  .map(({ weights, elsewhere }): SplitBelief => {
    const all = weights.reduce((sum, weight) => sum + weight, 0)
    return { weights: weights.map((weight) => weight / all), elsewhere }
  })

/** The successors of a state with their chances. */
function next({ states, chances }: VoteProcess, state: number): [number, number][] {
  const found: [number, number][] = []
  for (let move = state * moves; move < (state + 1) * moves; move += 1) {
    if ((chances[move] as number) > 0) found.push([states.next[move] as number, chances[move] as number])
  }
  return found
}

describe('VoteStates', () => {
  it('numbers all states once, in the order of votes cast', () => {
    const states = new VoteStates(9)
    const counts = states.list()
    expect(counts.length).toBe(states.count)
    for (const [state, { leader, second, total }] of counts.entries())
      expect(states.of(leader, second, total)).toBe(state)
    for (let state = 0; state < states.count; state += 1) {
      for (let move = 0; move < moves; move += 1) {
        const after = states.next[state * moves + move] as number
        if (after >= 0) expect(counts[after]?.total).toBe((counts[state]?.total ?? 0) + 1)
      }
    }
  })

  it('keeps counts beyond the horizon inside, and refuses a horizon of nothing', () => {
    expect(() => new VoteStates(0)).toThrow(RangeError)
    const states = new VoteStates(5)
    expect(states.of(40, 20, 60)).toBeLessThan(states.count)
  })
})

describe('splitProcess', () => {
  it('has chances that add up to 1, and rewards between one half and 1', () => {
    fc.assert(
      fc.property(beliefs, (belief) => {
        const process = splitProcess(new VoteStates(7), belief)
        for (const [state, { leader, total }] of process.states.list().entries()) {
          const sum = next(process, state).reduce((all, [, chance]) => all + chance, 0)
          expect(sum).toBeCloseTo(total === 7 ? 0 : 1, 9)
          if (leader > 0) {
            expect(process.rewards[state]).toBeGreaterThanOrEqual(0.5 - 1e-9)
            expect(process.rewards[state]).toBeLessThanOrEqual(1)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('is close to the closed form under a uniform prior', () => {
    for (const [leader, second] of [
      [1, 0],
      [3, 1],
      [5, 4],
      [9, 3],
    ] as const)
      expect(betweenTwo(leader, second, vagueSplits).leads).toBeCloseTo(leaderProbability(leader, second), 1)
  })
})

describe('fitSplits', () => {
  it('recovers the split that prompts were drawn from', () => {
    const random = randomFrom('splits')
    const truth = 0.8
    const seen = Array.from({ length: 400 }, () => {
      let hits = 0
      for (let vote = 0; vote < 12; vote += 1) hits += random() < truth ? 1 : 0
      return [{ leader: Math.max(hits, 12 - hits), second: Math.min(hits, 12 - hits), total: 12 }, 1] as const
    })
    const { weights, elsewhere } = fitSplits(seen)
    const mean = weights.reduce((sum, weight, index) => sum + weight * (splits[index] as number), 0)
    expect(mean).toBeGreaterThan(0.77)
    expect(mean).toBeLessThan(0.83)
    expect(elsewhere).toBeLessThan(0.02)
  })

  it('learns that identical samples need no second vote', () => {
    const settled = fitSplits(
      Array.from({ length: 60 }, () => [{ leader: 4, second: 0, total: 4 }, 1] as const),
    )
    const states = new VoteStates(8)
    const price = (belief: SplitBelief) =>
      votePrices(splitProcess(states, belief))[states.of(2, 0, 2)] as number
    expect(price(settled)).toBeLessThan(price(vagueSplits) / 4)
  })
})

describe('solveAtPrice', () => {
  it('is the best of all stopping rules, found by trying every one', () => {
    fc.assert(
      fc.property(beliefs, fc.double({ min: 0.001, max: 0.3, noNaN: true }), (belief, price) => {
        const process = splitProcess(new VoteStates(4), belief)
        const value = (state: number): number => {
          const stop = process.rewards[state] as number
          const after = next(process, state)
          if (after.length === 0) return stop
          const go = after.reduce((sum, [to, chance]) => sum + chance * value(to), -price)
          return state === 0 ? go : Math.max(stop, go)
        }
        expect(solveAtPrice(process, price).values[0]).toBeCloseTo(value(0), 9)
      }),
      { numRuns: 20 },
    )
  })

  it('gives as price of a state the best gain per vote over all plans from there', () => {
    fc.assert(
      fc.property(beliefs, (belief) => {
        const process = splitProcess(new VoteStates(4), belief)
        const prices = votePrices(process)
        const from = process.states.of(1, 1, 2)
        const rest: number[] = []
        const gather = (state: number) => {
          for (const [to] of next(process, state)) {
            if (rest.includes(to)) continue
            rest.push(to)
            gather(to)
          }
        }
        gather(from)
        let best = 0
        for (let plan = 0; plan < 2 ** rest.length; plan += 1) {
          const follow = (state: number, first: boolean): [number, number] => {
            const after = next(process, state)
            const stops = !first && (plan & (1 << rest.indexOf(state))) === 0
            if (stops || after.length === 0) return [process.rewards[state] as number, 0]
            let reward = 0
            let votes = 1
            for (const [to, chance] of after) {
              const [value, cost] = follow(to, false)
              reward += chance * value
              votes += chance * cost
            }
            return [reward, votes]
          }
          const [reward, votes] = follow(from, true)
          best = Math.max(best, (reward - (process.rewards[from] as number)) / votes)
        }
        expect(prices[from]).toBeCloseTo(best, 3)
      }),
      { numRuns: 10 },
    )
  })
})

describe('voteBound', () => {
  it('is never below the best policy for a hard budget, found by dynamic programming over two prompts', () => {
    fc.assert(
      fc.property(beliefs, fc.integer({ min: 2, max: 6 }), (belief, budget) => {
        const process = splitProcess(new VoteStates(3), belief)
        const seen = new Map<string, number>()
        const best = (left: number, right: number, votes: number): number => {
          const key = `${left}/${right}/${votes}`
          const known = seen.get(key)
          if (known !== undefined) return known
          let most =
            left === 0 || right === 0
              ? -Infinity
              : (process.rewards[left] as number) + (process.rewards[right] as number)
          if (votes > 0) {
            const along = (after: [number, number][], value: (to: number) => number) =>
              after.length === 0
                ? -Infinity
                : after.reduce((sum, [to, chance]) => sum + chance * value(to), 0)
            most = Math.max(
              most,
              along(next(process, left), (to) => best(to, right, votes - 1)),
              along(next(process, right), (to) => best(left, to, votes - 1)),
            )
          }
          seen.set(key, most)
          return most
        }
        const bound = voteBound([{ process, prompts: 2 }], budget)
        expect(bound).toBeGreaterThanOrEqual(best(0, 0, budget) - 1e-9)
        expect(bound).toBeLessThanOrEqual(2 + 1e-9)
      }),
      { numRuns: 25 },
    )
  })
})
