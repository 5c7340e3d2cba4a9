import { logistic, logit } from './logit.ts'
import type { Features } from './outcome.ts'
import { standardised, type Scale } from './standardise.ts'
import type { ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** How much the log odds of a belief move with the evidence. */
export interface EvidenceCurve {
  /** Added whatever the evidence is: what the belief gets wrong after a failure. */
  readonly shift: number
  /** Multiplies the strength: evidence leaves less to guess. */
  readonly strength: number
  /** logit mean moves by slope · score, score = Σ weight · standardised feature */
  readonly slope: number
  /** logit hopeless moves by −hopelessSlope · score */
  readonly hopelessSlope: number
}

/** From what failed samples showed to a corrected belief; plain JSON. */
export interface EvidenceModel extends EvidenceCurve {
  readonly scales: readonly Scale[]
  /** One a scale. */
  readonly weights: readonly number[]
  /** Groups of features that passed the gate. */
  readonly groups: readonly string[]
}

const leastChance = 1e-6
const mostHopeless = 0.98

/**
 * The belief about a prompt once its failed samples were looked at. It is still a belief as it would stand before any
 * try, so that the number of failures is counted on top of it, once, as for any other prompt.
 */
export function beliefAfter(
  model: EvidenceModel,
  belief: ZeroInflatedBeta,
  seen: Features,
): ZeroInflatedBeta {
  return movedBelief(model, belief, evidenceScore(model, seen))
}

/** Σ weight · standardised feature, in log odds; a feature that was not seen counts as average. */
export function evidenceScore(
  { scales, weights }: Pick<EvidenceModel, 'scales' | 'weights'>,
  seen: Features,
): number {
  let score = 0
  for (const [axis, value] of standardised(seen, scales).entries()) score += (weights[axis] as number) * value
  return score
}

/** A belief moved by the evidence of a score. */
export function movedBelief(
  { shift, strength, slope, hopelessSlope }: EvidenceCurve,
  { mean, hopeless, strength: before, fades }: ZeroInflatedBeta,
  score: number,
): ZeroInflatedBeta {
  return {
    mean: within(logistic(logit(within(mean, 1 - leastChance)) + shift + slope * score), 1 - leastChance),
    hopeless: within(logistic(logit(within(hopeless, mostHopeless)) - hopelessSlope * score), mostHopeless),
    strength: Math.min(1e4, Math.max(0.02, before * strength)),
    ...(fades && { fades }),
  }
}

function within(chance: number, most: number): number {
  return Math.min(most, Math.max(leastChance, chance))
}
