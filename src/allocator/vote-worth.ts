import { Tally } from '../aggregate/tally.ts'
import { shuffled, type Random } from '../clock/random.ts'

/** All votes of one past prompt, with labels. */
export interface LabelledVotes {
  /** Answers as small numbers, negative where a sample gave none. */
  readonly votes: readonly number[]
  /** Number of different answers. */
  readonly answers: number
  /** P(right) of each answer. */
  readonly right: ArrayLike<number>
}

/** What it is worth, in P(right), that the vote ends with the mode instead of today's leader; 0..1. */
export type VoteWorth = (leader: number, total: number) => number

/** Upper ends of the bands of agreement, smoothed as (leader + 1) / (total + 2); the last band is above them all. */
const bandEnds = [0.3, 0.45, 0.6, 0.7, 0.85] as const
/** Prompts whose leader changed that the guess below is worth, for all bands together and for each band. */
const priorChanges = 10
const priorWorth = 0.5
/** Variance of what one changed leader gains: it lies in −1..1. Votes end only where they surely gain nothing. */
const gainVariance = 0.5
/** Draw orders in which each past prompt is replayed. */
const replays = 20

/**
 * Learns from labelled prompts, by bands of agreement, how much a changed leader gains: a monotone map of agreement,
 * because where answers scatter the mode is seldom right either. Votes that would change the answer but not its
 * correctness are then worth nothing. Where it learns that votes do harm, their worth is 0.
 */
export function fitWorth(history: readonly LabelledVotes[], horizon: number, random: Random): VoteWorth {
  const changes = new Float64Array(bandEnds.length + 1)
  const gains = new Float64Array(bandEnds.length + 1)
  for (const { votes, answers, right } of history) {
    for (let replay = 0; replay < replays; replay += 1) {
      const tally = new Tally(answers)
      const seen: { readonly band: number; readonly leader: number }[] = []
      for (const place of shuffled(votes.length, random).slice(0, horizon)) {
        tally.add(votes[place] as number)
        if (tally.leader >= 0) seen.push({ band: bandOf(tally.most, tally.answered), leader: tally.leader })
      }
      const end = tally.leader
      if (end < 0) continue
      // A prompt that lingers in a band must not outweigh one that passes through.
      const share = 1 / (replays * seen.length)
      for (const { band, leader } of seen) {
        if (leader === end) continue
        changes[band] = (changes[band] as number) + share
        gains[band] = (gains[band] as number) + share * ((right[end] as number) - (right[leader] as number))
      }
    }
  }
  const all = (sum(gains) + priorChanges * priorWorth) / (sum(changes) + priorChanges)
  const worths = Array.from(changes, (changed, band) => ({
    value:
      ((gains[band] as number) + priorChanges * all) / (changed + priorChanges) +
      Math.sqrt(gainVariance / (changed + priorChanges)),
    weight: changed + priorChanges,
  }))
  const rising = isotonic(worths).map((worth) => Math.min(1, Math.max(0, worth)))
  return (leader, total) => rising[bandOf(leader, total)] as number
}

function bandOf(leader: number, total: number): number {
  const agreement = (leader + 1) / (total + 2)
  const band = bandEnds.findIndex((end) => agreement < end)
  return band < 0 ? bandEnds.length : band
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The closest non-decreasing values, by pooling adjacent violators (Ayer et al. 1955). */
export function isotonic(points: readonly { readonly value: number; readonly weight: number }[]): number[] {
  const pools: { value: number; weight: number; count: number }[] = []
  for (const { value, weight } of points) {
    pools.push({ value, weight, count: 1 })
    for (;;) {
      const last = pools.at(-1)
      const before = pools.at(-2)
      if (!last || !before || before.value <= last.value) break
      const joint = before.weight + last.weight
      before.value = (before.value * before.weight + last.value * last.weight) / joint
      before.weight = joint
      before.count += last.count
      pools.pop()
    }
  }
  return pools.flatMap(({ value, count }) => Array.from({ length: count }, () => value))
}
