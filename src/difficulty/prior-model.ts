import { mapped, type MonotoneMap } from './isotonic.ts'
import { logistic } from './logit.ts'
import type { Features } from './outcome.ts'
import { mixture } from './mixture.ts'
import { standardised, type Scale } from './standardise.ts'
import type { Fade, ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** How log odds of the regression become a belief; the second stage of the fit. */
export interface BeliefCurve {
  /** Mean of the regression's log odds. */
  readonly intercept: number
  /** logit mean = shift + slope · score */
  readonly shift: number
  readonly slope: number
  /** logit hopeless = hopelessShift − hopelessSlope · (score − intercept) */
  readonly hopelessShift: number
  readonly hopelessSlope: number
  /** Pseudo-tries, the same for every prompt. */
  readonly strength: number
}

/**
 * From features to a belief about a prompt's pass rate; plain JSON, so that it can be saved and used again.
 * score = intercept + Σ weight · standardised feature, in log odds.
 */
export interface PriorModel extends BeliefCurve {
  readonly scales: readonly Scale[]
  /** One a scale. */
  readonly weights: readonly number[]
  /** Groups of features that the model uses. */
  readonly groups: readonly string[]
  /** Of the pass chance of the first try; absent where outcomes were too few or it did not help. */
  readonly calibration?: MonotoneMap
  /** What is left of the belief without features; absent where there are none. */
  readonly doubt?: Doubt
  /** How what features say wears off with failures; absent where there are none. */
  readonly fades?: Fade
  /** Outcomes that it was fitted on. */
  readonly outcomes: number
}

/** The chance that the features mislead, and what would be believed then. */
export interface Doubt {
  /** 0 to 1. */
  readonly share: number
  readonly belief: ZeroInflatedBeta
}

const leastChance = 1e-6
const mostHopeless = 0.98

/** The belief about one prompt before anything was generated for it. */
export function beliefOf(model: PriorModel, features: Features): ZeroInflatedBeta {
  const belief = beliefAt(model, scoreOf(model, features))
  const kept = model.calibration ? calibrated(belief, model.calibration) : belief
  const { doubt, fades } = model
  const mixed = doubt ? mixture(kept, doubt.belief, doubt.share) : kept
  return fades ? { ...mixed, fades } : mixed
}

/** The regression's log odds. */
export function scoreOf(
  { scales, weights, intercept }: Pick<PriorModel, 'scales' | 'weights' | 'intercept'>,
  features: Features,
): number {
  let score = intercept
  for (const [axis, value] of standardised(features, scales).entries())
    score += (weights[axis] as number) * value
  return score
}

/** The belief at given log odds of the regression. */
export function beliefAt(curve: BeliefCurve, score: number): ZeroInflatedBeta {
  const { intercept, shift, slope, hopelessShift, hopelessSlope, strength } = curve
  return {
    mean: within(logistic(shift + slope * score), 1 - leastChance),
    hopeless: within(logistic(hopelessShift - hopelessSlope * (score - intercept)), mostHopeless),
    strength,
  }
}

/** The chance that the first try succeeds. */
export function firstChance({ mean, hopeless }: ZeroInflatedBeta): number {
  return (1 - hopeless) * mean
}

/** The belief with its first chance moved by the map and its hopelessness kept. */
function calibrated(belief: ZeroInflatedBeta, calibration: MonotoneMap): ZeroInflatedBeta {
  const chance = mapped(calibration, firstChance(belief))
  return { ...belief, mean: within(chance / (1 - belief.hopeless), 1 - leastChance) }
}

function within(chance: number, most: number): number {
  return Math.min(most, Math.max(leastChance, chance))
}
