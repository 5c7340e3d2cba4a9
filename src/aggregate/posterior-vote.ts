import type { ErrorRates } from '../contract.ts'
import { groupsOf, largest, type Aggregation } from './ballot.ts'
import { groupEvidence } from './group-evidence.ts'

export interface PosteriorVoteOptions {
  readonly rates: ErrorRates
  /** Score from which a candidate counts as passed; default 0.5. */
  readonly threshold?: number
  /**
   * How much the frequency of an answer counts, 0..1: 1 takes it for the chance that the answer is right, 0 ignores it
   * and leaves ties to the first one given. `frequencyTrust` learns it without labels. Default 1.
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
    const verdicts = groupEvidence(ballots, groups, rates, threshold)
    const logs = groups.map(
      ({ members }, group) => trust * Math.log(members.length) + (verdicts[group] as number),
    )
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
