import { fadeTries } from './fit-fade.ts'
import { fitPrior, groupOf } from './fit-prior.ts'
import { isotonic, mapped, type CalibrationPoint } from './isotonic.ts'
import { keptGroups } from './kept-groups.ts'
import { logistic } from './logit.ts'
import { marginalLoss } from './marginal-loss.ts'
import { mixture } from './mixture.ts'
import type { Outcome } from './outcome.ts'
import { beliefOf, firstChance, type PriorModel } from './prior-model.ts'
import type { ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** Parts of the cross-validation. */
const parts = 5
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
 * without it, best group first; with none left it is the feature-free prior. The loss is that of all tries of a prompt,
 * its marginal likelihood, so that what many tries show of one prompt counts. Passing is not certainty: the belief
 * that comes out is the mixture of the kept and the feature-free one by their held-out likelihoods at even prior odds,
 * the uncertainty of those included (pseudo-BMA+: Yao, Vehtari, Simpson, Gelman 2018), so few prompts move it little.
 * Nor does what features say last however often a prompt fails: how soon it wears off (`Fade`) is fitted to the
 * held-out runs up to the first success. Parts are taken in the order given, so shuffle outcomes that are sorted. An
 * isotonic calibration is kept by the same test.
 * @param candidates groups to consider; default: all that outcomes have
 */
export function gatedPrior(outcomes: readonly Outcome[], candidates?: readonly string[]): GatedPrior {
  const used = outcomes.filter(({ tries }) => tries > 0)
  const open = new Set(used.flatMap(({ features }) => Object.keys(features).map(groupOf)))
  for (const group of open) if (candidates && !candidates.includes(group)) open.delete(group)
  const looks = new Map<string, HeldOut>()
  const kept = keptGroups(used.length < leastOutcomes ? [] : open, (groups) => {
    const held = heldOut(used, groups)
    looks.set(groups.join('\n'), held)
    return held.losses
  })
  const model = fitPrior(used, kept.groups)
  const free = looks.get('')
  const held = looks.get(kept.groups.join('\n'))
  const unsure = kept.groups.length > 0 && free && held && unsureOf(used, held, free)
  const calibration = used.length >= leastForIsotonic ? calibrationOf(held?.points ?? []) : undefined
  const count = Math.max(1, used.length)
  return {
    model: { ...model, ...(calibration && { calibration }), ...unsure },
    loss: { free: sum(kept.free) / count, kept: sum(kept.losses) / count },
    gains: kept.gains,
  }
}

interface HeldOut {
  /** Log loss of all tries of each outcome under the prior that was fitted on the other parts. */
  readonly losses: Float64Array
  readonly points: CalibrationPoint[]
  readonly beliefs: ZeroInflatedBeta[]
}

function heldOut(outcomes: readonly Outcome[], groups: readonly string[]): HeldOut {
  const losses = new Float64Array(outcomes.length)
  const points: CalibrationPoint[] = []
  const beliefs: ZeroInflatedBeta[] = []
  for (let part = 0; part < parts; part += 1) {
    const model = fitPrior(
      outcomes.filter((_, row) => row % parts !== part),
      groups,
    )
    for (let row = part; row < outcomes.length; row += parts) {
      const { features, tries, successes } = outcomes[row] as Outcome
      const belief = beliefOf(model, features)
      beliefs[row] = belief
      losses[row] = marginalLoss(belief, tries, successes)
      points[row] = { predicted: firstChance(belief), observed: successes / tries, weight: 1 }
    }
  }
  return { losses, points, beliefs }
}

/** What is left of the belief without features, before any failure and as failures add up. */
function unsureOf(
  outcomes: readonly Outcome[],
  kept: HeldOut,
  free: HeldOut,
): Pick<PriorModel, 'doubt' | 'fades'> {
  const share = doubtOf(free.losses, kept.losses)
  const without = beliefOf(fitPrior(outcomes, []), {})
  const mixed = kept.beliefs.map((belief, row) =>
    mixture(belief, free.beliefs[row] as ZeroInflatedBeta, share),
  )
  return {
    doubt: { share, belief: without },
    fades: { to: without, tries: fadeTries(outcomes, mixed, free.beliefs) },
  }
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

/**
 * The weight of the feature-free prior: the mean of logistic(−total gain) over what the total could have been with other
 * prompts, normal with the variance of the gains; by MacKay's approximation (1992).
 */
function doubtOf(free: Float64Array, kept: Float64Array): number {
  const gains = free.map((loss, row) => loss - (kept[row] as number))
  const total = sum(gains)
  const count = gains.length
  const variance = sum(gains.map((gain) => (gain - total / count) ** 2)) * (count / Math.max(1, count - 1))
  return logistic(-total / Math.sqrt(1 + (Math.PI / 8) * variance))
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0)
}
