import { hazards, type ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'

/** One kind of prompt that is expected, and its share of all. */
export interface ExpectedClass {
  readonly belief: ZeroInflatedBeta
  readonly share: number
  /** Of one try, in the unit of the budget; default 1. */
  readonly cost?: number
}

/** Deeper than this no price is worth going. */
const deepest = 512
const halvings = 50

/** Expected cost of one prompt when each gets tries while h(n)/cost ≥ price: Σ share · cost · Σₙ S(n)·1{h(n) ≥ price · cost}. */
export function expectedCost(mix: readonly ExpectedClass[], price: number): number {
  return mix.reduce((sum, { belief, share, cost = 1 }) => {
    const hazard = hazards(belief, deepest)
    let unsolved = 1
    let tries = 0
    for (let failures = 0; failures < deepest; failures += 1) {
      const chance = hazard[failures] as number
      if (chance < price * cost) break
      tries += unsolved
      unsolved *= 1 - chance
    }
    return sum + share * cost * tries
  }, 0)
}

/**
 * The price of a unit of budget: the largest gain per cost at which a prompt of the expected mix still takes up no more
 * than its share of the budget (reference/allocation.md 2c, choice 1). 0 when the budget is enough for everything.
 */
export function forecastPrice(mix: readonly ExpectedClass[], budgetPerPrompt: number): number {
  let low = 0
  let high = mix.reduce(
    (most, { belief, cost = 1 }) => Math.max(most, (hazards(belief, 1)[0] as number) / cost),
    0,
  )
  // Just above the best gain nothing is bought, so the search always has an end that fits.
  high *= 1 + 1e-9
  if (expectedCost(mix, low) <= budgetPerPrompt) return low
  for (let halving = 0; halving < halvings; halving += 1) {
    const middle = (low + high) / 2
    if (expectedCost(mix, middle) > budgetPerPrompt) low = middle
    else high = middle
  }
  return high
}
