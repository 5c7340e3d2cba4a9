import type { Checker } from '../verifier-pool.ts'
import { failureOf, idOf, joinedFeedback, noiseOf, scoredOf, verdictsOf } from './verdicts.ts'

/**
 * Several checkers as one that says right when at least one of them does: score, answer key and feedback are those of
 * the best verdict (the earliest of equal ones). A part that fails is left out; the verdict is failed only when all
 * failed, and then it is the first failure.
 *
 * Error rates, if they err independently: a candidate is called wrong only when every part calls it wrong, so
 * TP = 1 − ∏ (1 − TPᵢ) and FP = 1 − ∏ (1 − FPᵢ). A score of 1 may come from any part, so it proves an answer only
 * when each part's does.
 */
export function anyOf(checkers: readonly Checker[]): Checker {
  const combined = {
    truePositive:
      1 - checkers.reduce((product, { errorRates }) => product * (1 - errorRates.truePositive), 1),
    falsePositive:
      1 - checkers.reduce((product, { errorRates }) => product * (1 - errorRates.falsePositive), 1),
  }
  return {
    id: `any(${idOf(checkers, ',')})`,
    errorRates: combined,
    ...noiseOf(checkers, combined),
    proves: (prompt) => checkers.every((checker) => checker.proves(prompt)),
    async check(subject) {
      const verdicts = await verdictsOf(checkers, subject)
      const scored = scoredOf(verdicts)
      const score = Math.max(...scored.map((verdict) => verdict.score))
      const best = scored.find((verdict) => verdict.score === score)
      if (!best) return failureOf(verdicts) ?? nothingToAsk
      return {
        kind: 'scored',
        score,
        ...(best.answer !== undefined && { answer: best.answer }),
        // What would have satisfied any of them helps a revision as long as none is satisfied.
        ...(score < 1 && joinedFeedback(scored)),
      }
    },
  }
}

const nothingToAsk = { kind: 'failed', code: 'unsupported', message: 'there is no checker to ask' } as const
