import type { ErrorRates } from '../contract.ts'
import { groupsOf, type Ballot } from './ballot.ts'
import { groupEvidence } from './group-evidence.ts'

/** Trusts, and chances that any of a prompt's answers is right, that are weighed against each other. */
const trusts = [0, 0.25, 0.5, 0.75, 1] as const
const chances = [0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95] as const

/**
 * How much the frequency of an answer tells, 0 to 1, from verdicts alone: with n(y) copies of answer y, P(y is the
 * right one) is taken to be proportional to n(y)^trust. A prompt's verdicts have likelihood
 * 1 − π + π Σ n(y)^trust · e(y) / Σ n(y)^trust relative to all being wrong, e the likelihood ratio of y's verdict and π
 * the chance that any is right; the trust is its mean under the posterior of both, all values equally likely before.
 * Few prompts or a bad verifier leave it near one half, where a pass outweighs a moderate majority. Where right answers
 * come in many forms and wrong ones in few, frequency misleads and it falls to 0.
 * @param prompts ballots of prompts, with scores
 * @param threshold score from which a candidate counts as passed; default 0.5
 */
export function frequencyTrust(
  prompts: readonly (readonly Ballot[])[],
  rates: ErrorRates,
  threshold = 0.5,
): number {
  const logs = trusts.map(() => chances.map(() => 0))
  for (const ballots of prompts) {
    const groups = groupsOf(ballots)
    if (groups.length === 0) continue
    const verdicts = groupEvidence(ballots, groups, rates, threshold)
    const most = Math.max(0, ...verdicts)
    for (const [row, trust] of trusts.entries()) {
      let all = 0
      let right = 0
      for (const [group, { members }] of groups.entries()) {
        const weight = members.length ** trust
        all += weight
        right += weight * Math.exp((verdicts[group] as number) - most)
      }
      const line = logs[row] as number[]
      for (const [column, chance] of chances.entries()) {
        const likelihood = (1 - chance) * Math.exp(-most) + (chance * right) / all
        line[column] = (line[column] as number) + Math.log(Math.max(likelihood, Number.MIN_VALUE))
      }
    }
  }
  const highest = Math.max(...logs.flat())
  let mass = 0
  let mean = 0
  for (const [row, trust] of trusts.entries()) {
    for (const log of logs[row] as number[]) {
      const weight = Math.exp(log - highest)
      mass += weight
      mean += weight * trust
    }
  }
  return mean / mass
}
