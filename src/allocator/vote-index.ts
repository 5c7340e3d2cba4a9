import type { Evidence } from './allocator.ts'
import { CostMean } from './cost-mean.ts'
import type { IndexPolicy, State } from './index-policy.ts'
import { votePrices } from './vote-prices.ts'
import { splitProcess } from './vote-process.ts'
import { fitSplits, vagueSplits, type SplitBelief, type VoteCounts } from './vote-splits.ts'
import { VoteStates } from './vote-states.ts'

/** Most votes of one prompt that are planned for; a prompt with more has enough. */
const defaultHorizon = 40
/** A vote dearer than this in P(right) is not bought: it would hardly change an answer. */
const defaultLeastPrice = 1e-4
/** The first refit comes after this many votes, and then whenever they have grown by `refitGrowth`. */
const firstRefit = 64
const refitGrowth = 1.5
/** Outcomes between two pricings of all buckets: the mean costs have moved. */
const repriceEvery = 256

/** Votes without any answer after which a prompt is given up: its samples have none. */
const mostUnanswered = 8

/** Evidence of votes; `cast`: votes that gave an answer so far, where the engine says it. */
export type VoteEvidence = Evidence & { readonly cast?: number }

/** Prices under the vague belief at the default horizon, once they are known. */
let usual: Float64Array | undefined

export interface VoteIndexOptions {
  /** Most votes of one prompt that are planned for, failed ones not counted; default 40. */
  readonly horizon?: number
  /** What a vote must be worth, in P(the answer is the mode); default 0.0001. */
  readonly leastPrice?: number
  /** What is known of answer shapes before the batch; default: nothing. */
  readonly belief?: SplitBelief
}

/**
 * Majority votes: the price at which one more vote would no longer be bought, per expected cost (Lagrangian index; see
 * `votePrices`). What shapes answers have is learned as the batch runs: each class starts from what all classes show.
 */
export class VoteIndex implements IndexPolicy {
  readonly first = 0
  revision = 0
  readonly #states: VoteStates
  readonly #leastPrice: number
  readonly #costs = new CostMean()
  /** How many prompts are in each state, by class: what the belief is fitted to. */
  readonly #prompts = new Map<string, Map<State, number>>()
  readonly #prices = new Map<string, Float64Array>()
  readonly #counts: readonly VoteCounts[]
  #vague: Float64Array
  #outcomes = 0
  #refitAt = firstRefit

  constructor({
    horizon = defaultHorizon,
    leastPrice = defaultLeastPrice,
    belief = vagueSplits,
  }: VoteIndexOptions = {}) {
    this.#states = new VoteStates(horizon)
    this.#leastPrice = leastPrice
    this.#counts = this.#states.list()
    // The usual table is the same for every engine of a process: a sweep makes hundreds.
    if (belief === vagueSplits && horizon === defaultHorizon) {
      usual ??= votePrices(splitProcess(this.#states, belief))
      this.#vague = usual
    } else this.#vague = votePrices(splitProcess(this.#states, belief))
  }

  after(className: string, state: State, evidence: VoteEvidence): State {
    if (evidence.cost > 0) this.#costs.add(className, evidence.cost)
    this.#outcomes += 1
    if (this.#outcomes % repriceEvery === 0) this.revision += 1
    if (evidence.kind !== 'votes') return state
    const leader = evidence.leader ?? 0
    const second = Math.min(evidence.second ?? 0, leader)
    const { count } = this.#states
    // States past the last one: so many votes and no answer yet.
    if (leader === 0) return state < count ? count : Math.min(state + 1, count + mostUnanswered)
    const from = state < count ? state : 0
    const before = this.#counts[from] as VoteCounts
    const total = Math.max(leader + second, evidence.cast ?? before.total + 1)
    const after = this.#states.of(leader, second, total)
    this.#note(className, from, after)
    if (this.#outcomes >= this.#refitAt) this.#refit()
    return after
  }

  value(className: string, state: State, inFlight: number): number {
    const cost = this.#costs.of(className)
    // Every prompt needs an answer: the first vote comes before everything else.
    const unanswered = state >= this.#states.count ? state - this.#states.count + 1 : 0
    if (unanswered > mostUnanswered) return 0
    if (state === 0 || unanswered > 0) return 1 / (1 + inFlight) / (1 + unanswered) / cost
    const price = (this.#prices.get(className) ?? this.#vague)[state] as number
    // Votes in flight will bring part of the gain already.
    return price < this.#leastPrice ? 0 : price / (1 + inFlight) / cost
  }

  #note(className: string, before: State, after: State): void {
    let prompts = this.#prompts.get(className)
    if (!prompts) {
      prompts = new Map()
      this.#prompts.set(className, prompts)
    }
    const left = (prompts.get(before) ?? 0) - 1
    if (left > 0) prompts.set(before, left)
    else prompts.delete(before)
    prompts.set(after, (prompts.get(after) ?? 0) + 1)
  }

  #refit(): void {
    const everything: (readonly [VoteCounts, number])[] = []
    for (const prompts of this.#prompts.values()) everything.push(...this.#seen(prompts))
    const shared = fitSplits(everything)
    this.#vague = votePrices(splitProcess(this.#states, shared))
    for (const [className, prompts] of this.#prompts) {
      // A class alone is what all classes show.
      if (this.#prompts.size === 1) this.#prices.set(className, this.#vague)
      else {
        const own = fitSplits(this.#seen(prompts), shared)
        this.#prices.set(className, votePrices(splitProcess(this.#states, own)))
      }
    }
    this.#refitAt = Math.ceil(this.#outcomes * refitGrowth)
    this.revision += 1
  }

  #seen(prompts: ReadonlyMap<State, number>): (readonly [VoteCounts, number])[] {
    return [...prompts].map(([state, count]) => [this.#counts[state] as VoteCounts, count])
  }
}
