import { logisticRegression } from './logistic-regression.ts'
import { marginalLoss } from './marginal-loss.ts'
import { minimise } from './minimise.ts'
import type { Outcome } from './outcome.ts'
import { beliefAt, scoreOf, type BeliefCurve, type PriorModel } from './prior-model.ts'
import { scalesOf, standardised, usefulNames, type Scale } from './standardise.ts'

/** Ridge of a standardised weight. */
const ridge = 2
/**
 * Variance of log odds between prompts that features do not explain. Tries of one prompt are correlated by this times
 * p(1 − p), p the mean pass rate: many tries of one prompt are not many prompts, but where successes are rare each of
 * them still tells.
 */
const unexplained = 4 / 3
/**
 * Weights that standardised features of another model's results have before any outcome, in log odds: log odds of two
 * models on the same prompts spread by about 1.5 and share about half of that, and a model that never succeeded
 * tells a little more than its rate. All other features are as likely to point up as down.
 */
const expectedRate = 0.7
const expectedNever = -0.3
/** Parts of the cross-fit that gives the second stage its scores. */
const parts = 5
/** Pass rate that is thought of before any outcome, in log odds. */
const vagueIntercept = -0.6

/** Centres and standard deviations of the second stage's normal priors. */
const stage = [
  { name: 'shift', centre: 0, spread: 1 },
  { name: 'logStrength', centre: Math.log(2), spread: 1 },
  { name: 'hopelessShift', centre: -2.2, spread: 1.2 },
  { name: 'slope', centre: 1, spread: 0.5 },
  { name: 'hopelessSlope', centre: 0.5, spread: 0.5 },
] as const
/** Of these, the ones that a feature-free prior has. */
const freeParameters = 3

/** The group of a feature: what stands before its first dot. */
export function groupOf(name: string): string {
  return name.split('.', 1)[0] as string
}

/**
 * Difficulty from history (reference/allocation.md 2d). Ridge logistic regression of pass rates on standardised
 * features gives the order of prompts; shift, slope, strength and zero inflation then maximise the marginal likelihood
 * of the zero-inflated beta-binomial under weak normal priors. The second stage sees scores from regressions that did
 * not see the prompt, so features that only fitted noise get a slope near 0. With no groups it is the feature-free
 * prior: empirical Bayes alone.
 */
export function fitPrior(outcomes: readonly Outcome[], groups: readonly string[]): PriorModel {
  const used = outcomes.filter(({ tries }) => tries > 0)
  const whole = regression(used, groups)
  const free = whole.scales.length === 0
  const scores = free ? used.map(() => whole.intercept) : crossFitted(used, groups)
  const size = used.length === 0 ? 0 : free ? freeParameters : stage.length
  const curveAt = (point: readonly number[]): BeliefCurve => {
    const value = (axis: number) => point[axis] ?? (axis < freeParameters ? stage[axis]?.centre : undefined)
    return {
      intercept: whole.intercept,
      shift: value(0) ?? 0,
      strength: Math.min(1e4, Math.max(0.02, Math.exp(value(1) ?? 0))),
      hopelessShift: value(2) ?? 0,
      // A negative slope would say that the features mislead when they are turned around: they are noise.
      slope: Math.max(0, value(3) ?? 1),
      hopelessSlope: value(4) ?? 0,
    }
  }
  const loss = (point: readonly number[]) => {
    const curve = curveAt(point)
    let sum = 0
    for (const [axis, value] of point.entries()) {
      const { centre, spread } = stage[axis] as (typeof stage)[number]
      sum += ((value - centre) / spread) ** 2 / 2
    }
    for (const [row, { tries, successes }] of used.entries()) {
      sum += marginalLoss(beliefAt(curve, scores[row] as number), tries, successes)
    }
    return sum
  }
  const start = stage.slice(0, size).map(({ centre }) => centre)
  return {
    ...curveAt(size === 0 ? [] : minimise(loss, start)),
    scales: whole.scales,
    weights: whole.weights,
    groups: free ? [] : [...new Set(whole.scales.map(({ name }) => groupOf(name)))],
    outcomes: used.length,
  }
}

function expectedWeight(name: string): number {
  if (!name.startsWith('past ')) return 0
  return name.endsWith('.rate') ? expectedRate : name.endsWith('.never') ? expectedNever : 0
}

interface Regression {
  readonly scales: readonly Scale[]
  readonly weights: readonly number[]
  readonly intercept: number
}

function regression(outcomes: readonly Outcome[], groups: readonly string[]): Regression {
  const rows = outcomes.map(({ features }) => features)
  const names = groups.length === 0 ? [] : usefulNames(rows, (name) => groups.includes(groupOf(name)))
  const scales = scalesOf(rows, names)
  const rate = outcomes.reduce(
    (sum, { tries, successes }) => sum + (successes + 0.5) / (tries + 1) / outcomes.length,
    0,
  )
  const sameness = unexplained * rate * (1 - rate)
  const [intercept = vagueIntercept, ...weights] =
    outcomes.length === 0
      ? []
      : logisticRegression(
          outcomes.map(({ features, tries, successes }) => ({
            features: standardised(features, scales),
            // Half a success and half a failure more: log odds stay finite where all tries agree.
            rate: (successes + 0.5) / (tries + 1),
            weight: tries / (1 + (tries - 1) * sameness),
          })),
          ridge,
          scales.map(({ name }) => expectedWeight(name)),
        )
  return { scales, weights, intercept }
}

/** For each outcome, the score of a regression on the other parts. */
function crossFitted(outcomes: readonly Outcome[], groups: readonly string[]): readonly number[] {
  const scores: number[] = []
  for (let part = 0; part < parts; part += 1) {
    const fitted = regression(
      outcomes.filter((_, row) => row % parts !== part),
      groups,
    )
    for (let row = part; row < outcomes.length; row += parts) {
      scores[row] = scoreOf(fitted, (outcomes[row] as Outcome).features)
    }
  }
  return scores
}
