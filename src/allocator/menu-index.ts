import type { ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'
import { deepestState } from '../difficulty/hazard-counts.ts'
import { plainAction, type Evidence, type Offer } from './allocator.ts'
import { HazardIndex, type HazardIndexOptions } from './hazard-index.ts'
import type { IndexPolicy, State } from './index-policy.ts'
import { MenuMemory } from './menu-memory.ts'

/** Costs within this factor of each other share a state. */
const costStep = 2 ** 0.25

interface Situation {
  /** Candidates of this prompt that were not right, whatever brought them. */
  readonly failures: number
  /** What may be bought now: action and cost; empty where there is only one kind of step. */
  readonly offers: readonly Offer[]
}

/**
 * Several kinds of step for one prompt: sample, revise, think longer, search, a larger model. Each has its own chance
 * to bring the next right answer and its own cost; the best chance per cost says what to buy, and one such number
 * orders all prompts, so that one shadow price rules the whole budget.
 *
 * The chance of the plain action (the caller's own request again) is the {@link HazardIndex}'s, from the
 * prompt's belief and its failures. Every other action's odds are a learned multiple of that: see
 * {@link MenuMemory}. Where there is one kind of step only, this is the hazard index and nothing else.
 *
 * A prompt's state is (failures, offers with costs in steps of 2^¼); prompts in the same situation share a bucket.
 */
export class MenuIndex implements IndexPolicy {
  readonly first = 0
  readonly #base: HazardIndex
  readonly #situations: Situation[] = []
  readonly #states = new Map<string, State>()
  readonly #memory: MenuMemory
  #revision = 0

  constructor(options: HazardIndexOptions & { readonly memory?: MenuMemory } = {}) {
    this.#base = new HazardIndex(options)
    this.#memory = options.memory ?? new MenuMemory()
    this.#state(0, [])
  }

  get revision(): number {
    return this.#base.revision + this.#revision
  }

  classFor(className: string, belief: ZeroInflatedBeta): string {
    return this.#base.classFor(className, belief)
  }

  offered(state: State, offers: readonly Offer[]): State {
    const { failures } = this.#situation(state)
    return this.#state(
      failures,
      offers.map(({ action, cost }) => ({
        action,
        cost: costStep ** Math.round(Math.log(cost) / Math.log(costStep)),
      })),
    )
  }

  after(className: string, state: State, evidence: Evidence): State {
    const { failures, offers } = this.#situation(state)
    const { kind, action = plainAction } = evidence
    if (kind !== 'solved' && kind !== 'unsolved') {
      this.#base.after(className, failures, evidence)
      return state
    }
    if (offers.length === 0 || action === plainAction) {
      return this.#state(this.#base.after(className, failures, evidence), offers)
    }
    const cost = offers.find((offer) => offer.action === action)?.cost ?? plainCost(offers)
    this.#memory
      .of(action, cost / plainCost(offers))
      .observe(this.#base.hazard(className, failures), kind === 'solved')
    this.#revision += 1
    return this.#state(kind === 'solved' ? failures : Math.min(failures + 1, deepestState), offers)
  }

  value(className: string, state: State, inFlight: number): number {
    const { failures, offers } = this.#situation(state)
    const plain = this.#base.value(className, failures, inFlight)
    if (offers.length === 0 || plain <= 0) return plain
    const tried = failures + inFlight
    const unit = plainCost(offers)
    let best = 0
    for (const offer of offers) best = Math.max(best, this.#gain(className, tried, offer, unit))
    // The plain step's own value knows what its class costs; the best offer is worth this many times as much.
    return plain * (best / (this.#base.hazard(className, tried) / unit))
  }

  pick(className: string, state: State, offers: readonly Offer[]): number {
    const { failures } = this.#situation(state)
    const unit = plainCost(offers)
    let best = 0
    let gain = 0
    for (const [index, offer] of offers.entries()) {
      const here = this.#gain(className, failures, offer, unit)
      if (here > gain) [best, gain] = [index, here]
    }
    return best
  }

  /** Chance per cost of one action. */
  #gain(className: string, failures: number, { action, cost }: Offer, unit: number): number {
    const hazard = this.#base.hazard(className, failures)
    if (action === plainAction) return hazard / cost
    return this.#memory.of(action, cost / unit).hopeful(hazard) / cost
  }

  #situation(state: State): Situation {
    return this.#situations[state] as Situation
  }

  #state(failures: number, offers: readonly Offer[]): State {
    const key = `${failures};${offers.map(({ action, cost }) => `${action}@${cost.toExponential(6)}`).join(';')}`
    let state = this.#states.get(key)
    if (state === undefined) {
      state = this.#situations.length
      this.#situations.push({ failures, offers })
      this.#states.set(key, state)
    }
    return state
  }
}

/** Of the plain step; where it is not to be had, of the cheapest offer. */
function plainCost(offers: readonly Offer[]): number {
  const plain = offers.find(({ action }) => action === plainAction)
  return plain?.cost ?? Math.min(...offers.map(({ cost }) => cost))
}
