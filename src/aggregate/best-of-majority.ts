import { groupsOf, largest, type Aggregation, type Ballot, type Group } from './ballot.ts'

/** From this many ballots the frequency threshold takes over from the rule for few. */
const many = 30
/** α = 3 / (4 C*): an answer rarer than this is dropped; C* = 1 / P(right), taken as 1 / 0.02. */
const defaultThreshold = 0.015
const repeated = 2
const keptWhenFew = 3

export interface BestOfMajorityOptions {
  /** Share of ballots below which an answer is dropped, from 30 ballots on; default 0.015. */
  readonly threshold?: number
}

/**
 * Best-of-Majority: drops rare answers, then takes the best score. Unlike best-of-N its regret does not grow with N
 * (2510.03199). With fewer than 30 ballots an answer stays if it was given twice or is among the three most frequent.
 * A kept answer counts with its mean score: the best score of a group grows with its size, and with it the reward for
 * whatever the scorer overrates.
 */
export function bestOfMajority({ threshold = defaultThreshold }: BestOfMajorityOptions = {}): Aggregation {
  return (ballots) => {
    const groups = groupsOf(ballots).toSorted((left, right) => right.members.length - left.members.length)
    const kept = groups.filter((group, rank) =>
      ballots.length < many
        ? group.members.length >= repeated || rank < keptWhenFew
        : group.members.length / ballots.length >= threshold || rank < 1,
    )
    const best = largest(kept, (group) => meanScore(ballots, group))
    return best && { ballot: best.members[0] as number, confidence: Math.max(0, meanScore(ballots, best)) }
  }
}

/** Mean score of a group's scored ballots; −1 when none was scored: that says nothing. */
export function meanScore(ballots: readonly Ballot[], { members }: Group): number {
  let sum = 0
  let count = 0
  for (const member of members) {
    const score = ballots[member]?.score
    if (score === undefined) continue
    sum += score
    count += 1
  }
  return count === 0 ? -1 : sum / count
}
