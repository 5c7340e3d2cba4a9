import { logistic, logit } from './logit.ts'

const smallest = 1e-9

/**
 * Hazards that give way to others as failures add up: log odds of the own with weight t/(t + n) after n failures, of the
 * others with the rest, as if the features were t tries beside the n real ones. Beta hazards a/(a + b + n) keep their
 * ratio for ever, so without this a prompt that its features call easy stays ahead of all that they call hard however
 * often it failed; where log odds of pass rates scatter normally, what features said wears off. A failure never raises
 * a chance, so the faded hazard is held at its least value so far.
 * @param tries t, > 0
 */
export function faded(own: Float64Array, others: Float64Array, tries: number): Float64Array {
  let least = 1
  return own.map((chance, failures) => {
    least = Math.min(least, fadedChance(chance, others[failures] as number, failures, tries))
    return least
  })
}

/** One of {@link faded}'s hazards before it is held at the least so far. */
export function fadedChance(own: number, other: number, failures: number, tries: number): number {
  if (failures === 0) return own
  const share = tries / (tries + failures)
  return logistic(share * logit(within(own)) + (1 - share) * logit(within(other)))
}

function within(chance: number): number {
  return Math.min(1 - smallest, Math.max(smallest, chance))
}
