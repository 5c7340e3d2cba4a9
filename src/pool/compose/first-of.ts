import type { Verdict } from '../../contract.ts'
import { Fault } from '../../fault.ts'
import type { Checker } from '../verifier-pool.ts'
import { idOf, noiseOf } from './verdicts.ts'

export interface FirstOfOptions {
  /** A score up to this is a decision; 0 to 1, default 0. */
  readonly rejectAt?: number
  /** A score from this on is a decision; above `rejectAt` to 1, default 1. Ignored by a filter. */
  readonly acceptAt?: number
  /** Only the last one may say right; the ones before can only say wrong. Default false. */
  readonly filter?: boolean
}

/**
 * Several checkers as one, cheap before dear: each next one is asked only when the one before could not decide. The
 * verdict is that of the one asked last.
 *
 * A checker cannot decide when it failed, or when its score lies between `rejectAt` and `acceptAt`. As a `filter`,
 * every score above `rejectAt` is passed on to the next, and so is a failure. When the last one asked cannot decide
 * either, its verdict stands as it is, a failure included: a doubt of a cheap one is no substitute for it.
 *
 * Error rates, if they err independently. As a filter, right means that each said right, as in `allOf`:
 * TP = ∏ TPᵢ, FP = ∏ FPᵢ. Otherwise one of them decides and how often each does is not known beforehand, so the
 * worst is declared: TP = min TPᵢ, FP = max FPᵢ. A score of 1 proves an answer when each part's does; as a filter
 * when the last one's does, for then no other part can give a 1.
 * @throws Fault `bad-argument` for no checkers, and for thresholds out of order
 */
export function firstOf(checkers: readonly Checker[], options: FirstOfOptions = {}): Checker {
  const { rejectAt = 0, acceptAt = 1, filter = false } = options
  if (!(rejectAt >= 0 && rejectAt < acceptAt && acceptAt <= 1)) {
    throw new Fault(
      'bad-argument',
      `firstOf rejects at ${rejectAt} and accepts at ${acceptAt}`,
      'Give 0 ≤ rejectAt < acceptAt ≤ 1.',
    )
  }
  const last = checkers.at(-1)
  if (!last) throw new Fault('bad-argument', 'firstOf has no checkers', 'Give at least one.')
  const before = checkers.slice(0, -1)
  const decides = (verdict: Verdict) =>
    verdict.kind === 'scored' && (verdict.score <= rejectAt || (!filter && verdict.score >= acceptAt))
  const rates = checkers.map((checker) => checker.errorRates)
  const combined = filter
    ? {
        truePositive: rates.reduce((product, rate) => product * rate.truePositive, 1),
        falsePositive: rates.reduce((product, rate) => product * rate.falsePositive, 1),
      }
    : {
        truePositive: Math.min(...rates.map((rate) => rate.truePositive)),
        falsePositive: Math.max(...rates.map((rate) => rate.falsePositive)),
      }
  return {
    id: `first-of(${idOf(checkers, ',')})`,
    errorRates: combined,
    ...noiseOf(checkers, combined),
    proves: (prompt) => (filter ? last.proves(prompt) : checkers.every((checker) => checker.proves(prompt))),
    async check(subject) {
      for (const checker of before) {
        const verdict = await checker.check(subject)
        if (decides(verdict)) return verdict
      }
      return last.check(subject)
    },
  }
}
