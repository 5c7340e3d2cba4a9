import { logistic } from './logit.ts'
import type { Features } from './outcome.ts'
import { standardised, type Scale } from './standardise.ts'
import type { ZeroInflatedBeta } from './zero-inflated-beta.ts'

/**
 * From features to a belief about a prompt's pass rate; plain JSON, so that it can be saved and used again.
 * With s = intercept + Σ weight·feature the log odds: logit mean = shift + slope·s, logit hopeless =
 * hopelessShift − hopelessSlope·(s − intercept), the same strength for every prompt.
 */
export interface PriorModel {
  readonly scales: readonly Scale[]
  /** One a scale. */
  readonly weights: readonly number[]
  readonly intercept: number
  readonly shift: number
  readonly slope: number
  readonly hopelessShift: number
  readonly hopelessSlope: number
  /** Pseudo-tries. */
  readonly strength: number
  /** Groups of features that the gate kept. */
  readonly groups: readonly string[]
  /** Outcomes that it was fitted on. */
  readonly outcomes: number
}

const leastChance = 1e-6

/** The belief about one prompt before anything was generated for it. */
export function beliefOf(model: PriorModel, features: Features): ZeroInflatedBeta {
  const values = standardised(features, model.scales)
  let score = model.intercept
  for (let axis = 0; axis < values.length; axis += 1) {
    score += (model.weights[axis] as number) * (values[axis] as number)
  }
  return beliefAt(model, score)
}

/** The belief at given log odds of the regression. */
export function beliefAt(
  {
    intercept,
    shift,
    slope,
    hopelessShift,
    hopelessSlope,
    strength,
  }: Pick<PriorModel, 'intercept' | 'shift' | 'slope' | 'hopelessShift' | 'hopelessSlope' | 'strength'>,
  score: number,
): ZeroInflatedBeta {
  const within = (chance: number, most: number) => Math.min(most, Math.max(leastChance, chance))
  return {
    mean: within(logistic(shift + slope * score), 1 - leastChance),
    hopeless: within(logistic(hopelessShift - hopelessSlope * (score - intercept)), 0.98),
    strength,
  }
}
