import { faded } from './fade.ts'
import type { Outcome } from './outcome.ts'
import { hazards, type ZeroInflatedBeta } from './zero-inflated-beta.ts'

/**
 * Variance of the log odds of a pass rate around what its features say, before any outcome: 1, wrong by a factor of e in
 * odds. Then n tries at a rate h, whose Fisher information about log odds is n·h(1 − h), leave t/(t + n) of what was said,
 * t = 1/(h(1 − h)) (normal prior, Laplace's approximation of the posterior). Four tries where one in two succeeds, a
 * hundred where one in a hundred does: there ten failures, the cap of reference/allocation.md 3 against a miscalibrated
 * prior, are what was to be expected of any prompt. The rate is that of the belief without features, for features that
 * mislead must not say how soon they are doubted. Held-out outcomes raise or lower t.
 */
const priorVariance = 1
/** Standard deviation of the natural logarithm of the tries. */
const spread = 1
/** The grid of the search, in standard deviations. */
const reach = 4
const step = 0.2
/** Failures up to which a run is looked at. */
const deepest = 32
const smallest = 1e-9

/**
 * How many tries the features are worth (`Fade.tries`): the number that makes held-out runs up to the first success
 * most likely, under a log-normal prior around the tries that tell as much of a prompt's log odds as features are
 * expected to.
 * @param own held-out beliefs with features, one an outcome
 * @param others held-out beliefs without
 */
export function fadeTries(
  outcomes: readonly Outcome[],
  own: readonly ZeroInflatedBeta[],
  others: readonly ZeroInflatedBeta[],
): number {
  const rows = outcomes.map((outcome, row) => ({
    outcome,
    own: hazards(own[row] as ZeroInflatedBeta, deepest),
    others: hazards(others[row] as ZeroInflatedBeta, deepest),
  }))
  const rate = meanOf(rows.map((row) => row.others[0] as number))
  const expectedTries = 1 / (priorVariance * rate * (1 - rate))
  let best = { loss: Infinity, tries: expectedTries }
  for (let place = -reach; place <= reach; place += step) {
    const tries = expectedTries * Math.exp(place * spread)
    let loss = place ** 2 / 2
    for (const row of rows) loss += runLoss(faded(row.own, row.others, tries), row.outcome)
    if (loss < best.loss) best = { loss, tries }
  }
  return best.tries
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/**
 * −ln P(the run of tries up to the first success), averaged over the orders that the tries may have come in: after n
 * failures the next one succeeds in successes/(tries − n) of them.
 */
function runLoss(hazard: Float64Array, { tries, successes, stopped }: Outcome): number {
  let unsolved = 1
  let loss = 0
  const depth = Math.min(deepest, tries)
  for (let failures = 0; failures < depth && unsolved > smallest; failures += 1) {
    const left = tries - failures
    const success = stopped ? Number(left === 1) : Math.min(1, successes / left)
    const chance = Math.min(1 - smallest, Math.max(smallest, hazard[failures] as number))
    loss -= unsolved * (success * Math.log(chance) + (1 - success) * Math.log1p(-chance))
    unsolved *= 1 - success
  }
  return loss
}
