import type { VoteProcess } from './vote-process.ts'
import { solveAtPrice } from './vote-prices.ts'

/** Steps of the search for the best price; each halves the interval roughly by the golden ratio. */
const searchSteps = 60
const goldenRatio = (Math.sqrt(5) - 1) / 2
/** No vote is worth more than going from surely wrong to surely right. */
const dearest = 1

/** Prompts that share a process. */
export interface VoteClass {
  readonly process: VoteProcess
  readonly prompts: number
}

/**
 * An upper bound on the expected reward (prompts answered as wanted) of ANY policy that spends at most `votes` votes
 * over all prompts: U = min over λ ≥ 0 of λ·votes + Σ V(λ), where V(λ) is a prompt's best stopping value when a vote
 * costs λ. Valid under the belief of the processes (Lagrangian relaxation; Hu, Frazier 1512.09204). The sum is convex
 * in λ, so a golden-section search finds the minimum; any λ gives a valid bound.
 */
export function voteBound(classes: readonly VoteClass[], votes: number): number {
  const at = (price: number) =>
    classes.reduce(
      (sum, { process, prompts }) => sum + prompts * (solveAtPrice(process, price).values[0] as number),
      price * votes,
    )
  let low = 0
  let high = dearest
  let inner = high - goldenRatio * (high - low)
  let outer = low + goldenRatio * (high - low)
  let atInner = at(inner)
  let atOuter = at(outer)
  let best = Math.min(at(0), atInner, atOuter)
  for (let step = 0; step < searchSteps && high - low > 1e-9; step += 1) {
    if (atInner <= atOuter) {
      high = outer
      outer = inner
      atOuter = atInner
      inner = high - goldenRatio * (high - low)
      atInner = at(inner)
      best = Math.min(best, atInner)
    } else {
      low = inner
      inner = outer
      atInner = atOuter
      outer = low + goldenRatio * (high - low)
      atOuter = at(outer)
      best = Math.min(best, atOuter)
    }
  }
  return best
}
