import type { Verdict } from '../contract.ts'
import type { Checker } from './verifier-pool.ts'

/**
 * Several checkers as one: the score is the smallest, the answer key the first one's, the feedback all there is. A
 * candidate that one of them cannot judge is not judged.
 */
export function allOf(checkers: readonly Checker[]): Checker {
  return {
    id: checkers.map((checker) => checker.id).join('+'),
    errorRates: {
      // If they err independently, a right candidate must pass each of them, and so must a wrong one.
      truePositive: checkers.reduce((product, { errorRates }) => product * errorRates.truePositive, 1),
      falsePositive: checkers.reduce((product, { errorRates }) => product * errorRates.falsePositive, 1),
    },
    proves: (prompt) => checkers.every((checker) => checker.proves(prompt)),
    async check(subject): Promise<Verdict> {
      const verdicts = await Promise.all(checkers.map((checker) => checker.check(subject)))
      const failed = verdicts.find((verdict) => verdict.kind === 'failed')
      if (failed) return failed
      const scored = verdicts.filter((verdict) => verdict.kind === 'scored')
      const answer = scored.find((verdict) => verdict.answer !== undefined)?.answer
      const feedback = scored.flatMap((verdict) => verdict.feedback ?? []).join('\n')
      return {
        kind: 'scored',
        score: Math.min(...scored.map((verdict) => verdict.score)),
        ...(answer !== undefined && { answer }),
        ...(feedback !== '' && { feedback }),
      }
    },
  }
}
