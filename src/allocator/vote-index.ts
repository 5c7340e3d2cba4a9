import type { Evidence } from './allocator.ts'
import { CostMean } from './cost-mean.ts'
import type { IndexPolicy, State } from './index-policy.ts'
import { deepestVotes, voteValue } from './vote-table.ts'

const width = deepestVotes + 1
/** Below this gain in P(right) a vote is noise; the prompt has enough votes. */
const leastGain = 1e-4
/** Outcomes between two pricings of all buckets. */
const repriceEvery = 256

/** Majority votes: the lookahead gain of one more vote per expected cost, from the counts of the two leaders. */
export class VoteIndex implements IndexPolicy {
  readonly first = 0
  revision = 0
  readonly #costs = new CostMean()
  #outcomes = 0

  after(className: string, state: State, evidence: Evidence): State {
    if (evidence.cost > 0) this.#costs.add(className, evidence.cost)
    this.#outcomes += 1
    // The mean costs have moved; buckets are priced anew.
    if (this.#outcomes % repriceEvery === 0) this.revision += 1
    if (evidence.kind !== 'votes') return state
    const leader = Math.min(evidence.leader ?? 0, deepestVotes)
    return leader * width + Math.min(evidence.second ?? 0, leader)
  }

  value(className: string, state: State, inFlight: number): number {
    const gain = voteValue(Math.floor(state / width), state % width)
    // Votes in flight will bring part of the gain already.
    return gain < leastGain ? 0 : gain / (1 + inFlight) / this.#costs.of(className)
  }
}
