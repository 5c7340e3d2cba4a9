import type { VoteProcess } from './vote-process.ts'
import { moves } from './vote-states.ts'

/** Prices tried for one vote, in P(right): from more than any vote is worth down to noise. */
const dearest = 1
const cheapest = 1e-6
const pricesTried = 64

/** A prompt's stopping problem solved at one price a vote. */
export interface Priced {
  /** Per state: expected reward minus price of the votes to come, under the best stopping rule. */
  readonly values: Float64Array
  /** Per state: what one more vote, and the best thereafter, is worth more than stopping; may be negative. */
  readonly advantages: Float64Array
}

/**
 * The best stopping rule when each vote costs `price` (in units of P(right)), by backward induction over votes cast:
 * V(s) = max{R(s), −price + Σ P(s′ | s) V(s′)}. The first vote is always bought: a prompt needs an answer.
 */
export function solveAtPrice({ states, chances, rewards }: VoteProcess, price: number): Priced {
  const values = new Float64Array(states.count)
  const advantages = new Float64Array(states.count)
  for (let state = states.count - 1; state >= 0; state -= 1) {
    const stop = rewards[state] as number
    let go = 0
    let out = 0
    for (let move = state * moves; move < (state + 1) * moves; move += 1) {
      const chance = chances[move] as number
      if (chance === 0) continue
      out += chance
      go += chance * (values[states.next[move] as number] as number)
    }
    if (out === 0) {
      values[state] = stop
      advantages[state] = -price
      continue
    }
    advantages[state] = go - price - stop
    values[state] = state === 0 ? go - price : Math.max(stop, go - price)
  }
  return { values, advantages }
}

/**
 * Per state, the smallest price at which stopping is optimal: what the next vote may cost. Serving the largest is the
 * index policy of the Lagrangian relaxation (Hu, Frazier 1512.09204). Prices between those tried are interpolated:
 * the advantage is piecewise linear in the price.
 */
export function votePrices(process: VoteProcess): Float64Array {
  const { count } = process.states
  const prices = new Float64Array(count)
  const ratio = (cheapest / dearest) ** (1 / (pricesTried - 1))
  let above = solveAtPrice(process, dearest)
  let priceAbove = dearest
  for (let tried = 1; tried < pricesTried; tried += 1) {
    const price = dearest * ratio ** tried
    const { advantages, values } = solveAtPrice(process, price)
    for (let state = 0; state < count; state += 1) {
      if (prices[state] !== 0) continue
      const gain = advantages[state] as number
      if (gain <= 0) continue
      const loss = above.advantages[state] as number
      prices[state] = price + ((priceAbove - price) * gain) / (gain - loss)
    }
    above = { advantages, values }
    priceAbove = price
  }
  return prices
}
