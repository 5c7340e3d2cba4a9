import { logisticRegression } from './logistic-regression.ts'
import { logit } from './logit.ts'
import { marginalLoss } from './marginal-loss.ts'
import { minimise } from './minimise.ts'
import type { Outcome } from './outcome.ts'
import { beliefAt, type PriorModel } from './prior-model.ts'
import { scalesOf, standardised } from './standardise.ts'

/** Ridge of a standardised weight: worth one effective try each. */
const ridge = 2
/** Tries of one prompt are this correlated in the regression: many tries of one prompt are not many prompts. */
const sameness = 1 / 3

/** Normal priors of the second stage: centre and standard deviation. */
const centres = { shift: 0, slope: 1, logStrength: Math.log(2), hopelessShift: -2.2, hopelessSlope: 0.5 }
const spreads = { shift: 1, slope: 0.5, logStrength: 1, hopelessShift: 1.2, hopelessSlope: 0.5 }

/** The name's group: what stands before its first dot. */
export function groupOf(name: string): string {
  return name.split('.', 1)[0] as string
}

/**
 * Difficulty from history: ridge logistic regression of pass rates on standardised features gives the order of
 * prompts; shift, slope, strength and zero inflation then maximise the marginal likelihood of the zero-inflated
 * beta-binomial, with weak normal priors (reference/allocation.md 2d). With no groups: the feature-free prior,
 * empirical Bayes alone.
 */
export function fitPrior(outcomes: readonly Outcome[], groups: readonly string[]): PriorModel {
  const used = outcomes.filter(({ tries }) => tries > 0)
  const names = [...new Set(used.flatMap(({ features }) => Object.keys(features)))]
    .filter((name) => groups.includes(groupOf(name)))
    .toSorted()
  const scales = scalesOf(
    used.map(({ features }) => features),
    names,
  )
  const rows = used.map(({ features, tries, successes }) => ({
    features: standardised(features, scales),
    // Half a success and half a failure more: log odds stay finite where all tries agree.
    rate: (successes + 0.5) / (tries + 1),
    weight: tries / (1 + (tries - 1) * sameness),
  }))
  const weights = logisticRegression(rows, ridge)
  const intercept = weights[0] ?? 0
  const scores = rows.map(({ features }) =>
    features.reduce((sum, value, axis) => sum + (weights[axis + 1] as number) * value, intercept),
  )
  const free = scales.length === 0
  const at = (point: readonly number[]) => {
    const [shift = 0, logStrength = 0, hopelessShift = 0, slope = 1, hopelessSlope = 0] = point
    return {
      intercept,
      shift,
      slope,
      hopelessShift,
      hopelessSlope,
      strength: Math.min(1e4, Math.max(0.02, Math.exp(logStrength))),
    }
  }
  const start = [centres.shift, centres.logStrength, centres.hopelessShift]
  const widths = [spreads.shift, spreads.logStrength, spreads.hopelessShift]
  if (!free) {
    start.push(centres.slope, centres.hopelessSlope)
    widths.push(spreads.slope, spreads.hopelessSlope)
  }
  const loss = (point: readonly number[]) => {
    const parameters = at(point)
    let sum = 0
    for (let axis = 0; axis < start.length; axis += 1) {
      sum += (((point[axis] as number) - (start[axis] as number)) / (widths[axis] as number)) ** 2 / 2
    }
    for (let row = 0; row < used.length; row += 1) {
      const { tries, successes } = used[row] as Outcome
      sum += marginalLoss(beliefAt(parameters, scores[row] as number), tries, successes)
    }
    return sum
  }
  return {
    ...at(used.length === 0 ? start : minimise(loss, start)),
    ...(used.length === 0 && { intercept: logit(0.35) }),
    scales,
    weights: Array.from(weights.subarray(1)),
    groups: free ? [] : [...new Set(scales.map(({ name }) => groupOf(name)))],
    outcomes: used.length,
  }
}
