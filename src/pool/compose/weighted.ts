import type { ErrorRates } from '../../contract.ts'
import { Fault } from '../../fault.ts'
import type { Checker } from '../verifier-pool.ts'
import { failureOf, joinedFeedback, noiseOf, scoredOf, verdictsOf } from './verdicts.ts'

export interface WeightedOptions {
  /** One a checker, in their order; at least 0, not all 0. Default: all equal. */
  readonly weights?: readonly number[]
  /** Leave parts that failed out and let the others' weights count; default false: one failure is a failed verdict. */
  readonly allowFailed?: boolean
  /** The score from which the whole says right, above 0 to 1; only the declared error rates use it. Default 0.5. */
  readonly rightFrom?: number
}

/** Parts beyond which the outcomes of all of them are too many to go through. */
const mostParts = 16
const defaultRightFrom = 0.5
/** The largest score below 1. */
const almostOne = 1 - Number.EPSILON / 2

/**
 * Several checkers as one: the score is Σ wᵢsᵢ ÷ Σ wᵢ, the answer key the first one's that has one, the feedback all
 * there is. The score is 1 exactly when every part with a weight says 1. A part that fails makes the whole fail unless
 * `allowFailed`; then it fails when no part with a weight is left.
 *
 * Error rates, if the parts err independently and say 0 or 1: TP is the probability that Σ wᵢBᵢ ÷ Σ wᵢ ≥ `rightFrom`
 * with Bᵢ ~ Bernoulli(TPᵢ), summed over all outcomes; FP the same with FPᵢ (a weighted majority vote: Nitzan and
 * Paroush 1982). A score of 1 proves an answer when each part's with a weight does.
 * @throws Fault `bad-argument` for weights that are none, and for more than 16 checkers
 */
export function weighted(checkers: readonly Checker[], options: WeightedOptions = {}): Checker {
  const { weights = checkers.map(() => 1), allowFailed = false, rightFrom = defaultRightFrom } = options
  check(checkers, weights, rightFrom)
  const counting = checkers.filter((_, index) => weightAt(weights, index) > 0)
  const combined = {
    truePositive: majority(checkers, weights, rightFrom, 'truePositive'),
    falsePositive: majority(checkers, weights, rightFrom, 'falsePositive'),
  }
  return {
    id: `weighted(${checkers.map((checker, index) => `${checker.id}*${weightAt(weights, index)}`).join(',')})`,
    errorRates: combined,
    ...noiseOf(checkers, combined),
    proves: (prompt) => counting.every((checker) => checker.proves(prompt)),
    async check(subject) {
      const verdicts = await verdictsOf(checkers, subject)
      const failure = failureOf(verdicts)
      if (failure && !allowFailed) return failure
      let sum = 0
      let total = 0
      let perfect = true
      for (const [index, verdict] of verdicts.entries()) {
        const weight = weightAt(weights, index)
        if (verdict.kind === 'failed' || weight === 0) continue
        sum += weight * verdict.score
        total += weight
        perfect &&= verdict.score === 1
      }
      if (total === 0)
        return failure ?? { kind: 'failed', code: 'unsupported', message: 'no part has a weight' }
      const scored = scoredOf(verdicts)
      const answer = scored.find((verdict) => verdict.answer !== undefined)?.answer
      return {
        kind: 'scored',
        // A score of 1 can be a proof, so rounding must neither make one nor lose one.
        score: perfect ? 1 : Math.min(sum / total, almostOne),
        ...(answer !== undefined && { answer }),
        ...joinedFeedback(scored),
      }
    },
  }
}

function check(checkers: readonly Checker[], weights: readonly number[], rightFrom: number): void {
  const fit =
    weights.length === checkers.length && weights.every((weight) => weight >= 0 && weight < Infinity)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (!fit || !(sum > 0 && sum < Infinity)) {
    throw new Fault(
      'bad-argument',
      `the weights of ${checkers.length} checkers are [${weights.join(', ')}]`,
      'Give one finite number of at least 0 for each, not all 0.',
    )
  }
  if (checkers.length > mostParts) {
    throw new Fault('bad-argument', `${checkers.length} checkers are weighted`, `Give at most ${mostParts}.`)
  }
  if (!(rightFrom > 0 && rightFrom <= 1)) {
    throw new Fault('bad-argument', `rightFrom is ${rightFrom}`, 'Give a number above 0 and up to 1.')
  }
}

function majority(
  checkers: readonly Checker[],
  weights: readonly number[],
  rightFrom: number,
  rate: keyof ErrorRates,
): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let probability = 0
  for (let outcome = 0; outcome < 2 ** checkers.length; outcome += 1) {
    let chance = 1
    let weight = 0
    for (const [index, { errorRates }] of checkers.entries()) {
      const right = ((outcome >> index) & 1) === 1
      chance *= right ? errorRates[rate] : 1 - errorRates[rate]
      if (right) weight += weightAt(weights, index)
    }
    // Sums of weights are rounded: half of three equal weights must not depend on their order.
    if (weight >= rightFrom * total * almostOne * almostOne) probability += chance
  }
  return Math.min(1, probability)
}

function weightAt(weights: readonly number[], index: number): number {
  return weights[index] ?? 0
}
