import type { Evidence } from './allocator.ts'
import { CostMean } from './cost-mean.ts'
import type { IndexPolicy, State } from './index-policy.ts'

/** Levels that scores from 0 to 1 are rounded to. */
const levels = 64
/** Weight of a uniform law of scores, in samples, until a class has samples of its own. */
const pseudoSamples = 2
const repriceEvery = 64
/** State 0 is a prompt without a score; state s > 0 has the best level s − 1. */
const unscored = 0

interface ScoreLaw {
  readonly counts: Float64Array
  total: number
}

/**
 * Graded scores: E[(X − best)⁺] per expected cost, the chance and size of an improvement by one more sample (the fair
 * cap of Weitzman 1979 with the price of cost as its threshold). The law of scores X is the class's histogram, learned
 * as samples come. The best score only grows, so the index only falls and serving the largest is optimal for a known
 * law. Scores must mean the same for every prompt of a class.
 */
export class FairCapIndex implements IndexPolicy {
  readonly first = unscored
  revision = 0
  readonly #laws = new Map<string, ScoreLaw>()
  readonly #costs = new CostMean()
  #outcomes = 0

  after(className: string, state: State, evidence: Evidence): State {
    if (evidence.cost > 0) this.#costs.add(className, evidence.cost)
    const { score } = evidence
    if (score === undefined) return state
    const level = Math.min(levels - 1, Math.max(0, Math.floor(score * levels)))
    const law = this.#law(className)
    law.counts[level] = (law.counts[level] as number) + 1
    law.total += 1
    this.#outcomes += 1
    if (this.#outcomes % repriceEvery === 0) this.revision += 1
    return Math.max(state, level + 1)
  }

  value(className: string, state: State, inFlight: number): number {
    const { counts, total } = this.#law(className)
    let gain = 0
    for (let level = state; level < levels; level += 1) {
      const chance = ((counts[level] as number) + pseudoSamples / levels) / (total + pseudoSamples)
      // A prompt without a score gains the whole score, one with a best level the distance to it.
      gain += (chance * (state === unscored ? level + 0.5 : level - (state - 1))) / levels
    }
    // What is in flight may bring the same improvement.
    return gain / (1 + inFlight) / this.#costs.of(className)
  }

  #law(className: string): ScoreLaw {
    let law = this.#laws.get(className)
    if (!law) {
      law = { counts: new Float64Array(levels), total: 0 }
      this.#laws.set(className, law)
    }
    return law
  }
}
