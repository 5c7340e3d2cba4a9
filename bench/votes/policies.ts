import type { Tally } from '../../src/aggregate/tally.ts'
import { splitProcess, type VoteProcess } from '../../src/allocator/vote-process.ts'
import { votePrices } from '../../src/allocator/vote-prices.ts'
import { fitSplits, vagueSplits, type VoteCounts } from '../../src/allocator/vote-splits.ts'
import { VoteStates } from '../../src/allocator/vote-states.ts'
import { leaderProbability, voteValue } from '../../src/allocator/vote-table.ts'
import { fitWorth, type VoteWorth } from '../../src/allocator/vote-worth.ts'
import { randomFrom } from '../../src/clock/random.ts'
import { Tally as Votes } from '../../src/aggregate/tally.ts'
import type { VotePool } from './pool.ts'

/** What the next vote of a prompt is worth to a policy; the prompt with the largest is served, ties in turn. */
export type Worth = (prompt: number, tally: Tally, last: number) => number

/** Nobody is left without an answer: the first vote comes before everything else. */
const firstVote = 1e6
/** Below this a price is no more than round robin among prompts that seem settled. */
const settled = 1e-9

/** Self-consistency: the same number of votes for everyone (2203.11171). */
export const uniform: Worth = (_prompt, tally) => 1 / (1 + tally.total)

/** P(leader is the mode) at which Adaptive-Consistency stops (2305.11860). */
const adaptiveConfidence = 0.95

/** Adaptive-Consistency: round robin over prompts whose two leading answers are not yet settled. */
export const adaptiveConsistency: Worth = (_prompt, tally) =>
  tally.most > 0 && leaderProbability(tally.most, tally.second) >= adaptiveConfidence
    ? 0
    : 1 / (1 + tally.total)

/** Votes in a window of early-stopping self-consistency (2401.10480). */
const escWindow = 5

/** ESC: whole windows of 5 votes; a prompt stops when a window is unanimous. */
export function earlyStopping(prompts: number): Worth {
  const alike = new Int32Array(prompts)
  const lastVote = new Int32Array(prompts)
  return (prompt, tally, vote) => {
    if (tally.total === 0) {
      alike[prompt] = 0
      return 1
    }
    const inWindow = (tally.total - 1) % escWindow
    alike[prompt] = inWindow === 0 ? 1 : (alike[prompt] as number) + (vote === lastVote[prompt] ? 1 : 0)
    lastVote[prompt] = vote
    if (inWindow === escWindow - 1 && alike[prompt] === escWindow && vote >= 0) return 0
    return 1 / (1 + tally.total)
  }
}

/** The knowledge-gradient envelope over the two leaders: no history at all. */
export const envelope: Worth = (_prompt, tally) =>
  tally.total === 0
    ? firstVote
    : voteValue(tally.most, tally.second) * answering(tally) + settled / (1 + tally.total)

/** What was learned from the prompts of the other half. */
export interface Learned {
  readonly process: VoteProcess
  readonly prices: Float64Array
  /** From labels. */
  readonly worth: VoteWorth
}

/** For each half, what the other half teaches. */
export function learn(
  pools: readonly VotePool[],
  halves: Int32Array,
  horizon: number,
  seed: number,
): readonly Learned[] {
  const states = new VoteStates(horizon)
  return [0, 1].map((half) => {
    const others = pools.filter((_, prompt) => halves[prompt] !== half)
    const process = splitProcess(
      states,
      others.length > 0 ? fitSplits(others.map((pool) => [countsOf(pool), 1])) : vagueSplits,
    )
    return {
      process,
      prices: votePrices(process),
      worth: fitWorth(others, horizon, randomFrom(`${seed}/worth/${half}`)),
    }
  })
}

function countsOf({ votes, answers }: VotePool): VoteCounts {
  const tally = new Votes(answers)
  for (const vote of votes) tally.add(vote)
  return { leader: tally.most, second: tally.second, total: tally.answered }
}

/** The Lagrangian price of the next vote under what the other half's votes (no labels) taught. */
export function priced(learned: readonly Learned[], halves: Int32Array): Worth {
  return (prompt, tally) => {
    if (tally.total === 0) return firstVote
    return priceOf(learned[halves[prompt] as number] as Learned, tally) + settled / (1 + tally.total)
  }
}

/** The same, times what a changed answer gains in correctness; stops where a vote gains nothing. */
export function pricedByHistory(learned: readonly Learned[], halves: Int32Array): Worth {
  return (prompt, tally) => {
    if (tally.total === 0) return firstVote
    const own = learned[halves[prompt] as number] as Learned
    return priceOf(own, tally) * own.worth(tally.most, tally.answered)
  }
}

function priceOf({ process, prices }: Learned, tally: Tally): number {
  const { states } = process
  return (prices[states.of(tally.most, tally.second, tally.answered)] as number) * answering(tally)
}

/** Share of votes that give an answer at all, with one imaginary vote that does. */
function answering(tally: Tally): number {
  return (tally.answered + 1) / (tally.total + 1)
}
