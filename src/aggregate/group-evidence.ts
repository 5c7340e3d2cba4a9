import type { ErrorRates } from '../contract.ts'
import type { Ballot, Group } from './ballot.ts'
import { evidence } from './error-rates.ts'

/**
 * What a verifier of known error rates said of each answer, as a log-likelihood ratio of right against wrong. A
 * verifier that judges the answer itself says the same of every copy; it then counts once. One that differs between
 * copies is counted per copy.
 */
export function groupEvidence(
  ballots: readonly Ballot[],
  groups: readonly Group[],
  rates: ErrorRates,
  threshold: number,
): readonly number[] {
  const independent = groups.some(({ members }) => differs(ballots, members, threshold))
  return groups.map(({ members }) => {
    let sum = 0
    let judged = 0
    for (const member of members) {
      const score = ballots[member]?.score
      if (score === undefined) continue
      sum += evidence(score >= threshold, rates)
      judged += 1
    }
    return judged === 0 ? 0 : independent ? sum : sum / judged
  })
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
