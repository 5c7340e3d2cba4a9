import type { Checker } from '../verifier-pool.ts'
import { failureOf, idOf, joinedFeedback, noiseOf, scoredOf, verdictsOf } from './verdicts.ts'

/**
 * Several checkers as one that says right when each of them does: the score is the smallest, the answer key the first
 * one's that has one, the feedback all there is. A candidate that one of them cannot judge is not judged. Score and
 * failure do not depend on the order.
 *
 * Error rates, if they err independently: a right candidate must pass each of them, and so must a wrong one, so
 * TP = ∏ TPᵢ and FP = ∏ FPᵢ. A score of 1 proves an answer when each part's does.
 */
export function allOf(checkers: readonly Checker[]): Checker {
  const combined = {
    truePositive: checkers.reduce((product, { errorRates }) => product * errorRates.truePositive, 1),
    falsePositive: checkers.reduce((product, { errorRates }) => product * errorRates.falsePositive, 1),
  }
  return {
    id: idOf(checkers, '+'),
    errorRates: combined,
    ...noiseOf(checkers, combined),
    proves: (prompt) => checkers.every((checker) => checker.proves(prompt)),
    async check(subject) {
      const verdicts = await verdictsOf(checkers, subject)
      const failure = failureOf(verdicts)
      if (failure) return failure
      const scored = scoredOf(verdicts)
      const answer = scored.find((verdict) => verdict.answer !== undefined)?.answer
      return {
        kind: 'scored',
        score: Math.min(...scored.map((verdict) => verdict.score)),
        ...(answer !== undefined && { answer }),
        ...joinedFeedback(scored),
      }
    },
  }
}
