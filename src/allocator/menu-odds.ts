import { logistic, logit } from '../difficulty/logit.ts'

/** Standard deviation of what is believed beforehand about an action's log odds beside the plain step's. */
const shiftSpread = 1
/** How much of a prompt's difficulty carries over to another action, and how sure that is: 1 is all of it. */
const usualSlope = 0.75
const slopeSpread = 0.3
/** Untried actions count as better than they are thought to be by this many standard deviations. */
const hope = 0.5
/** Hazards are kept off 0 and 1 by this much. */
const margin = 1e-4

/** What was learned of one action, as plain data. */
export interface SavedOdds {
  readonly mean: readonly [number, number]
  readonly precision: readonly [number, number, number]
}

/** How much better or worse than the plain step one action is. */
export interface ActionOdds {
  /** A try of it, where the plain step's chance was `hazard`. */
  observe(hazard: number, solved: boolean): void
  /** Expected chance, where the plain step's is `hazard`. */
  expected(hazard: number): number
  /** The chance that it may well have: expected plus half a standard deviation in log odds. */
  hopeful(hazard: number): number
  save(): SavedOdds
}

/**
 * log odds of the action = shift + slope × log odds of the plain step, with independent normal beliefs about shift and
 * slope. Each outcome updates both by one Gaussian step of assumed-density filtering for the logistic likelihood
 * (Spiegelhalter & Lauritzen 1990, "Sequential updating of conditional probabilities on directed graphical
 * structures", section 5): precision += p(1 − p)·x·xᵀ, mean += precision⁻¹·x·(y − p).
 *
 * Before any outcome the slope is ¾: a prompt's failures are partly the plain step's own. The shift is half of
 * ln(cost ratio): odds that grow as the cost does would make the dearer action worth its price anywhere, and half of
 * that is granted until it has shown more; so it starts where the plain step is weak. Being hopeful (an upper confidence bound, Auer et al. 2002) tries each action where the plain step is weak,
 * and the hope goes as outcomes come.
 */
export function actionOdds(costRatio: number, saved?: SavedOdds): ActionOdds {
  let [shift, slope] = saved?.mean ?? [Math.log(costRatio) / 2, usualSlope]
  let [a, b, c] = saved?.precision ?? [1 / shiftSpread ** 2, 0, 1 / slopeSpread ** 2]
  const input = (hazard: number) => logit(Math.min(1 - margin, Math.max(margin, hazard)))
  return {
    observe(hazard, solved) {
      const x = input(hazard)
      const p = logistic(shift + slope * x)
      const weight = p * (1 - p)
      a += weight
      b += weight * x
      c += weight * x * x
      const error = (solved ? 1 : 0) - p
      const determinant = a * c - b * b
      shift += ((c - b * x) * error) / determinant
      slope += ((a * x - b) * error) / determinant
    },
    expected: (hazard) => logistic(shift + slope * input(hazard)),
    hopeful(hazard) {
      const x = input(hazard)
      const variance = (c - 2 * b * x + a * x * x) / (a * c - b * b)
      return logistic(shift + slope * x + hope * Math.sqrt(variance))
    },
    save: () => ({ mean: [shift, slope], precision: [a, b, c] }),
  }
}
