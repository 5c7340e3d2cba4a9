import { fitPrior, groupOf } from './fit-prior.ts'
import { isotonic, mapped, type CalibrationPoint } from './isotonic.ts'
import { marginalLoss } from './marginal-loss.ts'
import { logistic } from './logit.ts'
import type { Outcome } from './outcome.ts'
import { beliefOf, firstChance, type PriorModel } from './prior-model.ts'

/** Parts of the cross-validation. */
const parts = 5
/**
 * How many times likelier, in log odds, a group must make the held-out outcomes. Another model's success on the same
 * prompt is expected to tell, so `past` has nothing to prove beyond even odds, and doubt keeps its share of the belief
 * (see `gatedPrior`). Whatever else is looked at needs strong evidence, 20 to 1 (Kass, Raftery 1995), for each look.
 */
const needed = (group: string, looks: number) => (isPast(group) ? 0 : Math.log(20 * Math.max(1, looks)))
/**
 * And a mean gain this many standard errors above zero: one prompt must not open the gate. More for what was merely seen
 * in the prompt, which tells least often: held-out gains of its groups on fewer than a hundred prompts scatter widely.
 */
const standardErrors = (group: string) => (isPast(group) ? 0 : group.startsWith('answers ') ? 1.645 : 2.5)
/** With fewer prompts the held-out loss says nothing. */
const leastOutcomes = 16
/** With fewer prompts the steps of an isotonic map are noise. */
const leastForIsotonic = 200

function isPast(group: string): boolean {
  return group.startsWith('past ')
}

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
 * without it, best group first; with none left it is the feature-free prior. The loss is that of all tries of a prompt,
 * its marginal likelihood, so that what many tries show of one prompt counts. Passing is not certainty: the belief
 * that comes out is the mixture of the kept and the feature-free one by their held-out likelihoods at even prior odds
 * (pseudo-Bayes factor: Geisser, Eddy 1979), so few prompts move it little. Parts are taken in the order given, so
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
  const looks = [...open].filter((group) => !isPast(group)).length
  if (used.length < leastOutcomes) open.clear()
  while (open.size > 0) {
    let best: { readonly group: string; readonly held: HeldOut; readonly gain: number } | undefined
    for (const group of open) {
      const after = heldOut(used, [...kept, group])
      const { gain, error } = improvement(held.losses, after.losses)
      gains[group] = gain
      const informs =
        gain * used.length > needed(group, looks) && gain > standardErrors(group) * error && gain > 0
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
  const evidence = (free - mean(held.losses)) * used.length
  const doubt = kept.length > 0 && { share: logistic(-evidence), belief: beliefOf(fitPrior(used, []), {}) }
  const calibration = used.length >= leastForIsotonic ? calibrationOf(held.points) : undefined
  return {
    model: { ...model, ...(calibration && { calibration }), ...(doubt && { doubt }) },
    loss: { free, kept: mean(held.losses) },
    gains,
  }
}

interface HeldOut {
  /** Log loss of all tries of each outcome under the prior that was fitted on the other parts. */
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
      losses[row] = marginalLoss(belief, tries, successes)
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
