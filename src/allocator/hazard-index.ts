import { classSpread, fit, vaguePrior, vagueSpread } from '../difficulty/fit.ts'
import { deepestState, HazardCounts } from '../difficulty/hazard-counts.ts'
import { hazards } from '../difficulty/zero-inflated-beta.ts'
import type { Evidence } from './allocator.ts'
import { CostMean } from './cost-mean.ts'
import type { IndexPolicy, State } from './index-policy.ts'

/** The first refit comes after this many outcomes, and then whenever they have grown by `refitGrowth`. */
const firstRefit = 16
const refitGrowth = 1.1
const defaultWastedShare = 0.2

export interface HazardIndexOptions {
  /**
   * One more try of a prompt that has some out already is wasted if one of those succeeds; it is started only while
   * that is no likelier than this. 0 never starts one: fewest tokens, most waiting. Default 0.2.
   */
  readonly wastedShare?: number
}

/**
 * Verified success: P(next try succeeds | failures so far) per expected cost. Serving the largest is optimal for any
 * budget when priors are independent and costs equal, because the chance only falls with each failure and drops to
 * nothing after a success (a deteriorating bandit; reference/allocation.md 2b, Theorem 1).
 *
 * The chance comes from a zero-inflated Beta per class, fitted as outcomes arrive and pulled to the fit over all
 * classes. While `k` tries of a prompt are out, one more is worth (1 − h(n))…(1 − h(n+k−1)) · h(n+k).
 */
export class HazardIndex implements IndexPolicy {
  readonly first = 0
  revision = 0
  readonly #all = new HazardCounts()
  readonly #classes = new Map<string, { readonly counts: HazardCounts; hazard: Float64Array }>()
  readonly #costs = new CostMean()
  #vague = hazards(vaguePrior, deepestState + 1)
  #refitAt = firstRefit
  readonly #wastedShare: number

  constructor({ wastedShare = defaultWastedShare }: HazardIndexOptions = {}) {
    this.#wastedShare = wastedShare
  }

  after(className: string, state: State, evidence: Evidence): State {
    if (evidence.cost > 0) this.#costs.add(className, evidence.cost)
    if (evidence.kind !== 'solved' && evidence.kind !== 'unsolved') return state
    const solved = evidence.kind === 'solved'
    this.#all.add(state, solved)
    this.#class(className).counts.add(state, solved)
    if (this.#all.total >= this.#refitAt) this.#refit()
    return solved ? state : Math.min(state + 1, deepestState)
  }

  value(className: string, state: State, inFlight: number): number {
    const { hazard } = this.#class(className)
    let unsolved = 1
    for (let ahead = 0; ahead < inFlight; ahead += 1) {
      unsolved *= 1 - (hazard[Math.min(state + ahead, deepestState)] as number)
    }
    if (1 - unsolved > this.#wastedShare) return 0
    return (
      (unsolved * (hazard[Math.min(state + inFlight, deepestState)] as number)) / this.#costs.of(className)
    )
  }

  #class(className: string): { readonly counts: HazardCounts; hazard: Float64Array } {
    let entry = this.#classes.get(className)
    if (!entry) {
      entry = { counts: new HazardCounts(), hazard: this.#vague }
      this.#classes.set(className, entry)
    }
    return entry
  }

  #refit(): void {
    const shared = fit(this.#all, vaguePrior, vagueSpread)
    this.#vague = hazards(shared, deepestState + 1)
    for (const entry of this.#classes.values()) {
      entry.hazard = hazards(fit(entry.counts, shared, classSpread), deepestState + 1)
    }
    this.#refitAt = Math.ceil(this.#all.total * refitGrowth)
    this.revision += 1
  }
}
