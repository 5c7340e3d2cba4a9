import { firstSuccessLoss, judgedTries } from './first-success-loss.ts'
import { fitPrior, groupOf } from './fit-prior.ts'
import { isotonic, mapped, type CalibrationPoint } from './isotonic.ts'
import type { Outcome } from './outcome.ts'
import { beliefOf, firstChance, type PriorModel } from './prior-model.ts'
import { hazards } from './zero-inflated-beta.ts'

/** Parts of the cross-validation. */
const parts = 5
/**
 * A group stays only if its mean gain is this many standard errors above zero. Two models' results on one prompt are
 * nearly always related, so `past` has less to prove than what was merely seen in the prompt, of which several groups
 * are looked at.
 */
const standardErrors = (group: string) => (group.startsWith('past ') ? 0.5 : 2.5)
/** And at least this many nats a prompt. */
const leastGain = 0.002
/** With fewer prompts the held-out loss says nothing. */
const leastOutcomes = 16
/** With fewer prompts the steps of an isotonic map are noise. */
const leastForIsotonic = 200

/** A prior that kept the features which earned it, and what the gate saw. */
export interface GatedPrior {
  readonly model: PriorModel
  /** Held-out log loss, in nats a prompt, of the feature-free prior and of the one that was kept. */
  readonly loss: { readonly free: number; readonly kept: number }
  /** Mean gain in held-out log loss of each group when it was last looked at, beside those kept before it. */
  readonly gains: Readonly<Record<string, number>>
}

/**
 * Keeps a group of features only if it lowers the held-out log loss (5-fold over prompts) below that of the prior
 * without it, best group first; with none left it is the feature-free prior. Parts are taken in the order given, so
 * shuffle outcomes that are sorted. An isotonic calibration is kept by the same test.
 * @param candidates groups to consider; default: all that outcomes have
 */
export function gatedPrior(outcomes: readonly Outcome[], candidates?: readonly string[]): GatedPrior {
  const used = outcomes.filter(({ tries }) => tries > 0)
  const open = new Set(used.flatMap(({ features }) => Object.keys(features).map(groupOf)))
  for (const group of open) if (candidates && !candidates.includes(group)) open.delete(group)
  const gains: Record<string, number> = {}
  let kept: string[] = []
  let held = heldOut(used, kept)
  const free = mean(held.losses)
  if (used.length < leastOutcomes) open.clear()
  while (open.size > 0) {
    let best: { readonly group: string; readonly held: HeldOut; readonly gain: number } | undefined
    for (const group of open) {
      const after = heldOut(used, [...kept, group])
      const { gain, error } = improvement(held.losses, after.losses)
      gains[group] = gain
      const informs = gain > Math.max(leastGain, standardErrors(group) * error)
      if (informs && (!best || gain > best.gain)) best = { group, held: after, gain }
      // What does not help alone hardly helps later, and each look costs a cross-validation.
      if (gain <= 0) open.delete(group)
    }
    if (!best) break
    kept = [...kept, best.group]
    held = best.held
    open.delete(best.group)
  }
  const model = fitPrior(used, kept)
  const calibration = used.length >= leastForIsotonic ? calibrationOf(held.points) : undefined
  return {
    model: { ...model, ...(calibration && { calibration }) },
    loss: { free, kept: mean(held.losses) },
    gains,
  }
}

interface HeldOut {
  /** First-success log loss of each outcome under the prior that was fitted on the other parts. */
  readonly losses: Float64Array
  readonly points: readonly CalibrationPoint[]
}

function heldOut(outcomes: readonly Outcome[], groups: readonly string[]): HeldOut {
  const losses = new Float64Array(outcomes.length)
  const points: CalibrationPoint[] = []
  for (let part = 0; part < parts; part += 1) {
    const model = fitPrior(
      outcomes.filter((_, row) => row % parts !== part),
      groups,
    )
    for (let row = part; row < outcomes.length; row += parts) {
      const { features, tries, successes } = outcomes[row] as Outcome
      const belief = beliefOf(model, features)
      losses[row] = firstSuccessLoss(hazards(belief, judgedTries), tries, successes)
      points[row] = { predicted: firstChance(belief), observed: successes / tries, weight: 1 }
    }
  }
  return { losses, points }
}

/** The isotonic map of held-out predictions, if a map from one half of them lowers the squared error of the other. */
function calibrationOf(points: readonly CalibrationPoint[]) {
  let gain = 0
  for (const half of [0, 1]) {
    const map = isotonic(points.filter((_, row) => row % 2 === half))
    for (const { predicted, observed } of points.filter((_, row) => row % 2 !== half)) {
      gain += (predicted - observed) ** 2 - (mapped(map, predicted) - observed) ** 2
    }
  }
  return gain > 0 ? isotonic(points) : undefined
}

function improvement(before: Float64Array, after: Float64Array) {
  const differences = before.map((loss, row) => loss - (after[row] as number))
  const gain = mean(differences)
  const variance = mean(differences.map((difference) => (difference - gain) ** 2))
  return { gain, error: Math.sqrt(variance / Math.max(1, differences.length - 1)) }
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
