import type { ErrorRates } from '../contract.ts'
import { groupsOf, largest, type Aggregation, type Ballot } from './ballot.ts'
import { evidence } from './error-rates.ts'

export interface PosteriorVoteOptions {
  readonly rates: ErrorRates
  /** Score from which a candidate counts as passed; default 0.5. */
  readonly threshold?: number
  /**
   * How much the frequency of an answer counts, 0..1: 1 takes it for the chance that the answer is right, 0 ignores it
   * and leaves ties to the first one given. {@link frequencyTrust} learns it without labels. Default 1.
   */
  readonly trust?: number
  /** An answer less likely right than this is not given: the aggregation abstains. Default 0: it never does. */
  readonly abstainBelow?: number
}

/**
 * The answer most likely right, from how often it was given and from what a verifier of known error rates said of it:
 * log n(y) + Σ ln of likelihood ratios. A pass on a rare answer is weak evidence when the verifier is wrong as often
 * as such answers are right, which is how best-of-N gets worse with N.
 *
 * A verifier that judges the answer itself says the same of every copy; it then counts once. One that differs between
 * copies is counted per copy.
 */
export function posteriorVote({
  rates,
  threshold = 0.5,
  trust = 1,
  abstainBelow = 0,
}: PosteriorVoteOptions): Aggregation {
  return (ballots) => {
    const groups = groupsOf(ballots)
    const independent = groups.some(({ members }) => differs(ballots, members, threshold))
    const logs = groups.map(({ members }) => {
      let sum = 0
      let judged = 0
      for (const member of members) {
        const score = ballots[member]?.score
        if (score === undefined) continue
        sum += evidence(score >= threshold, rates)
        judged += 1
      }
      const verdict = judged === 0 ? 0 : independent ? sum : sum / judged
      return trust * Math.log(members.length) + verdict
    })
    const best = largest([...groups.keys()], (group) => logs[group] as number)
    if (best === undefined) return undefined
    // "None of these is right" is always possible; it counts like one more candidate that nobody verified.
    const most = logs[best] as number
    const all = logs.reduce((sum, log) => sum + Math.exp(log - most), Math.exp(-most))
    const confidence = 1 / all
    if (confidence < abstainBelow) return undefined
    return { ballot: groups[best]?.members[0] as number, confidence }
  }
}

/**
 * Whether the most frequent answer is right more often than a single sample, judged by the verifier alone: the share of
 * passes rises with the share of right ones. 1 when it is, else 0: where right answers
 * come in many forms and wrong ones in few, frequency misleads.
 */
export function frequencyTrust(prompts: readonly (readonly Ballot[])[], threshold = 0.5): 0 | 1 {
  let modes = 0
  let singles = 0
  for (const ballots of prompts) {
    const mode = largest(
      groupsOf(ballots).filter((group) => group.answered),
      (group) => group.members.length,
    )
    const judged = ballots.filter((ballot) => ballot.score !== undefined)
    if (!mode || judged.length === 0) continue
    const share = (members: readonly Ballot[]) =>
      members.filter(({ score = 0 }) => score >= threshold).length / members.length
    modes += share(mode.members.map((member) => ballots[member] as Ballot))
    singles += share(judged)
  }
  // The rates are the same for both, so the shares of passes compare as the shares of right ones do.
  return modes >= singles ? 1 : 0
}

function differs(ballots: readonly Ballot[], members: readonly number[], threshold: number): boolean {
  let passed = 0
  let judged = 0
  for (const member of members) {
    const score = ballots[member]?.score
    if (score === undefined) continue
    judged += 1
    if (score >= threshold) passed += 1
  }
  return passed > 0 && passed < judged
}
