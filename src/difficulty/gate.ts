import { firstSuccessLoss, judgedTries } from './first-success-loss.ts'
import { fitPrior, groupOf } from './fit-prior.ts'
import type { Outcome } from './outcome.ts'
import { beliefOf, type PriorModel } from './prior-model.ts'
import { hazards } from './zero-inflated-beta.ts'

/** Parts of the cross-validation. */
const parts = 5
/** A group stays only if its mean gain is this many standard errors above zero: a lucky feature loses more than it wins. */
const standardErrors = 1
/** And at least this many nats a prompt. */
const leastGain = 0.002
/** With fewer prompts the held-out loss says nothing. */
const leastOutcomes = 16

/** A prior that kept the features which earned it, and what the gate saw. */
export interface GatedPrior {
  readonly model: PriorModel
  /** Held-out log loss, in nats a prompt, of the feature-free prior and of the one that was kept. */
  readonly loss: { readonly free: number; readonly kept: number }
  /** Mean gain in held-out log loss of each group that was looked at, when it was added to those kept before it. */
  readonly gains: Readonly<Record<string, number>>
}

/**
 * Keeps a group of features only if it lowers the held-out log loss (5-fold over prompts) below that of the prior
 * without it, best group first; with none left it is the feature-free prior. Parts are taken in the order given, so
 * shuffle outcomes that are sorted.
 */
export function gatedPrior(outcomes: readonly Outcome[]): GatedPrior {
  const used = outcomes.filter(({ tries }) => tries > 0)
  const open = new Set(used.flatMap(({ features }) => Object.keys(features).map(groupOf)))
  const gains: Record<string, number> = {}
  let kept: string[] = []
  let losses = heldOutLosses(used, [])
  const free = mean(losses)
  if (used.length < leastOutcomes) open.clear()
  while (open.size > 0) {
    let best: { group: string; losses: Float64Array; gain: number; passes: boolean } | undefined
    for (const group of open) {
      const after = heldOutLosses(used, [...kept, group])
      const differences = losses.map((loss, row) => loss - (after[row] as number))
      const gain = mean(differences)
      const error = Math.sqrt(
        mean(differences.map((difference) => (difference - gain) ** 2)) / (differences.length - 1),
      )
      gains[group] = gain
      const passes = gain > Math.max(leastGain, standardErrors * error)
      if (passes && (!best || gain > best.gain)) best = { group, losses: after, gain, passes }
    }
    if (!best) break
    kept = [...kept, best.group]
    losses = best.losses
    open.delete(best.group)
  }
  return { model: fitPrior(used, kept), loss: { free, kept: mean(losses) }, gains }
}

/** For each outcome, the first-success log loss under the prior that was fitted on the other parts. */
function heldOutLosses(outcomes: readonly Outcome[], groups: readonly string[]): Float64Array {
  const losses = new Float64Array(outcomes.length)
  for (let part = 0; part < parts; part += 1) {
    const model = fitPrior(
      outcomes.filter((_, row) => row % parts !== part),
      groups,
    )
    for (let row = part; row < outcomes.length; row += parts) {
      const { features, tries, successes } = outcomes[row] as Outcome
      losses[row] = firstSuccessLoss(hazards(beliefOf(model, features), judgedTries), tries, successes)
    }
  }
  return losses
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
