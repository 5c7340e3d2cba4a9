import type { ErrorRates } from '../contract.ts'
import type { ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** Chances of the next try after each number of rejected ones, under a verifier that errs. */
export interface NoisyHazards {
  /** P(the next try is right and is accepted | rejected so far). */
  readonly right: Float64Array
  /** P(it is wrong and is accepted | rejected so far). */
  readonly wrong: Float64Array
}

/**
 * The hazard with verifier error rates in the posterior. A rejection has likelihood 1 − F − (T − F)p, so with
 * g = (T − F)/(1 − F) the posterior needs E[(1 − gp)^n] = ₂F₁(−n, a; a + b; g) under Beta(a, b), by the three-term
 * recurrence in n (Abramowitz, Stegun 1964, 15.2.10), and the same under Beta(a + 1, b) for E[p(1 − gp)^n]. The factor
 * (1 − F)^n cancels. With T = 1, F = 0 `right` is the exact hazard.
 * @throws RangeError unless 0 ≤ F < T ≤ 1
 */
export function noisyHazards(belief: ZeroInflatedBeta, rates: ErrorRates, count: number): NoisyHazards {
  const { truePositive, falsePositive } = rates
  if (!(falsePositive >= 0 && falsePositive < truePositive && truePositive <= 1)) {
    throw new RangeError(
      `error rates ${truePositive}/${falsePositive}: need 0 ≤ false positive < true positive ≤ 1`,
    )
  }
  const { hopeless, mean, strength } = belief
  const a = mean * strength
  const share = (truePositive - falsePositive) / (1 - falsePositive)
  const rejected = powers(a, strength, share, count)
  const rightRejected = powers(a + 1, strength + 1, share, count)
  const right = new Float64Array(count)
  const wrong = new Float64Array(count)
  for (let tries = 0; tries < count; tries += 1) {
    const alive = (1 - hopeless) * (rejected[tries] as number)
    const chance = ((1 - hopeless) * mean * (rightRejected[tries] as number)) / (hopeless + alive)
    right[tries] = truePositive * chance
    wrong[tries] = falsePositive * (1 - chance)
  }
  return { right, wrong }
}

/** E[(1 − g·p)^n] for n = 0..count−1 under a Beta with first parameter a and sum c. */
function powers(a: number, c: number, g: number, count: number): Float64Array {
  const moments = new Float64Array(Math.max(count, 2))
  moments[0] = 1
  moments[1] = 1 - (g * a) / c
  for (let n = 1; n + 1 < count; n += 1) {
    const next =
      ((c + 2 * n - (a + n) * g) * (moments[n] as number) - n * (1 - g) * (moments[n - 1] as number)) /
      (c + n)
    moments[n + 1] = next
  }
  return moments
}
