import { deepestState } from '../difficulty/hazard-counts.ts'
import type { ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'
import { plainAction, type Evidence, type Offer } from './allocator.ts'
import { HazardIndex, type HazardIndexOptions } from './hazard-index.ts'
import type { IndexPolicy, State } from './index-policy.ts'
import { MenuMemory } from './menu-memory.ts'

/** Costs within this factor of each other share a state. */
const costStep = 2 ** 0.25
/** How much a failure of another model says about an action, beside one of the model's own. */
const otherModelsShare = 0.5

/** How much of what is spent may be given up for steps that are bought to learn about them. */
const exploredShare = 0.02

interface Situation {
  /** Candidates of this prompt that were not right, by the action that brought them. */
  readonly failures: ReadonlyMap<string, number>
  /** What may be bought now: action and cost; empty where it is the plain step only. */
  readonly offers: readonly Offer[]
  /** Whether there ever was anything else; what comes back was bought from the offers of before. */
  readonly chosen: boolean
  /** The states that follow a failure, by its action: most prompts go the same few ways. */
  readonly following: Map<string, State>
}

/**
 * Several kinds of step for one prompt: sample, revise, think longer, search, a larger model. Each has its own chance
 * to bring the next right answer and its own cost; the best chance per cost says what to buy, and one such number
 * orders all prompts, so that one shadow price rules the whole budget.
 *
 * The chance of the plain action (the caller's own request again) is the {@link HazardIndex}'s, from the prompt's
 * belief and its failures; a failure of any other action of its model counts like one, and one of another model half.
 * Every other action's odds are a learned function of that chance and of its own failures on the prompt: see
 * {@link MenuMemory}. What is not known well is learned on purpose: the step that may well be best by its upper
 * confidence bound (Auer et al. 2002) is bought instead of the one that is thought to be, as long as what is given up for
 * that by expectation stays below a fiftieth of all that is spent (a baseline with conservative exploration, as in Wu et
 * al. 2016, "Conservative Bandits", 1602.04282). So a menu of useless steps costs about a fiftieth, and a useful one is
 * found. Where there is the plain step only, this is the hazard index and nothing else.
 *
 * A prompt's state is (failures by action, offers with costs in steps of 2^¼); prompts in the same situation share a
 * bucket.
 */
export class MenuIndex implements IndexPolicy {
  readonly first = 0
  readonly #base: HazardIndex
  readonly #situations: Situation[] = []
  readonly #states = new Map<string, State>()
  readonly #memory: MenuMemory
  /** Actions of other models. */
  readonly #others = new Set<string>()
  #revision = 0
  /** Cost of what was picked so far, and how much of it was given up for learning; both in plain steps. */
  #spent = 0
  #givenUp = 0

  constructor(options: HazardIndexOptions & { readonly memory?: MenuMemory } = {}) {
    this.#base = new HazardIndex(options)
    this.#memory = options.memory ?? new MenuMemory()
    this.#state(new Map(), [], false)
  }

  get revision(): number {
    return this.#base.revision + this.#revision
  }

  classFor(className: string, belief: ZeroInflatedBeta | undefined, inputCost?: number): string {
    return this.#base.classFor(className, belief, inputCost)
  }

  offered(state: State, offers: readonly Offer[]): State {
    const before = this.#situation(state)
    if (offers.length === 0 && before.offers.length === 0) return state
    for (const { action, otherModel } of offers) if (otherModel === true) this.#others.add(action)
    const rounded = offers.map(({ cost, ...offer }) => ({
      ...offer,
      cost: costStep ** Math.round(Math.log(cost) / Math.log(costStep)),
    }))
    return this.#state(before.failures, rounded, before.chosen || rounded.length > 0)
  }

  after(className: string, state: State, evidence: Evidence): State {
    const situation = this.#situation(state)
    const { failures, offers, chosen } = situation
    const { kind } = evidence
    const action = chosen ? (evidence.action ?? plainAction) : plainAction
    const tried = this.#effective(situation, action)
    if (action === plainAction) this.#base.after(className, tried, evidence)
    if (kind !== 'solved' && kind !== 'unsolved') return state
    if (action !== plainAction) {
      const { cost = 1, otherModel } = offers.find((offer) => offer.action === action) ?? {}
      const hazard = this.#base.hazard(className, tried)
      this.#memory.of(action, cost, otherModel).observe(hazard, failures.get(action) ?? 0, kind === 'solved')
      this.#revision += 1
    }
    if (kind === 'solved') return state
    let following = situation.following.get(action)
    if (following === undefined) {
      const more = Math.min((failures.get(action) ?? 0) + 1, deepestState)
      following = this.#state(new Map(failures).set(action, more), offers, chosen)
      situation.following.set(action, following)
    }
    return following
  }

  value(className: string, state: State, inFlight: number): number {
    const situation = this.#situation(state)
    const { offers } = situation
    const tried = this.#effective(situation, plainAction)
    const plain = this.#base.value(className, tried, inFlight)
    if (offers.length === 0 || plain <= 0) return plain
    const best = Math.max(
      ...offers.map((offer) => this.#gain(className, situation, offer, inFlight, 'expected')),
    )
    // The plain step's own value knows what its class costs; the best offer is worth this many times as much.
    return plain * (best / this.#base.hazard(className, tried + inFlight))
  }

  pick(className: string, state: State, offers: readonly Offer[]): number {
    const situation = this.#situation(state)
    const expected = offers.map((offer) => this.#gain(className, situation, offer, 0, 'expected'))
    const hopeful = offers.map((offer) => this.#gain(className, situation, offer, 0, 'hopeful'))
    const best = largest(expected)
    const hoped = largest(hopeful)
    const gain = expected[best] as number
    const cost = (at: number) => (offers[at] as Offer).cost
    const given = cost(hoped) * (1 - (expected[hoped] as number) / gain)
    const explores = hoped !== best && this.#givenUp + given <= exploredShare * (this.#spent + cost(hoped))
    const picked = explores ? hoped : best
    this.#spent += cost(picked)
    if (explores) this.#givenUp += given
    return picked
  }

  /** Chance per cost of one action. */
  #gain(
    className: string,
    situation: Situation,
    { action, cost, otherModel }: Offer,
    inFlight: number,
    chance: 'expected' | 'hopeful',
  ): number {
    const hazard = this.#base.hazard(className, this.#effective(situation, action) + inFlight)
    if (action === plainAction) return hazard / cost
    const own = situation.failures.get(action) ?? 0
    return this.#memory.of(action, cost, otherModel)[chance](hazard, own) / cost
  }

  /** Failures as they count for an action; its own, where it is not the plain one, are told apart. */
  #effective({ failures }: Situation, action: string): number {
    const foreign = this.#others.has(action)
    let count = 0
    for (const [other, times] of failures) {
      if (other === action && action !== plainAction) continue
      count += times * (other === plainAction || this.#others.has(other) === foreign ? 1 : otherModelsShare)
    }
    return Math.min(deepestState, Math.floor(count))
  }

  #situation(state: State): Situation {
    return this.#situations[state] as Situation
  }

  #state(failures: ReadonlyMap<string, number>, offers: readonly Offer[], chosen: boolean): State {
    const tried = [...failures].toSorted(([left], [right]) => (left < right ? -1 : 1))
    const key = JSON.stringify([
      chosen,
      tried,
      offers.map(({ action, cost }) => [action, cost.toExponential(6)]),
    ])
    let state = this.#states.get(key)
    if (state === undefined) {
      state = this.#situations.length
      this.#situations.push({ failures, offers, chosen, following: new Map() })
      this.#states.set(key, state)
    }
    return state
  }
}

/** Index of the largest; the first among equals. */
function largest(values: readonly number[]): number {
  return values.reduce((best, value, at) => (value > (values[best] as number) ? at : best), 0)
}
