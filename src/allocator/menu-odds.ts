import { logistic, logit } from '../difficulty/logit.ts'

/**
 * What is believed of an action beforehand: means and standard deviations of the three weights. Of another model less
 * is known than of the plain step's own.
 */
const beforehand = {
  /** Log odds beside the plain step's, as a share of ln(cost ratio). */
  shift: { sameModel: { share: 0.25, spread: 0.7 }, otherModel: { share: 0.5, spread: 1 } },
  /** How much of a prompt's difficulty carries over to the action; 1 is all of it. */
  slope: { sameModel: 0.9, otherModel: 0.75, spread: 0.3 },
  /** What ln(1 + the action's own failures on the prompt) takes from its log odds. */
  decay: { mean: -0.75, spread: 0.3 },
} as const
/** What an action may well be better by than it is thought to be, in standard deviations of its log odds. */
const hope = 1.5
/** Hazards are kept off 0 and 1 by this much. */
const margin = 1e-4

type Vector = [number, number, number]
type Matrix = [Vector, Vector, Vector]

/** What was learned of one action, as plain data. */
export interface SavedOdds {
  readonly mean: readonly number[]
  readonly covariance: readonly (readonly number[])[]
}

/** How much better or worse than the plain step one action is. */
export interface ActionOdds {
  /** A try of it on a prompt where the plain step's chance was `hazard` and it had failed `failures` times itself. */
  observe(hazard: number, failures: number, solved: boolean): void
  /** Expected chance of the next try. */
  expected(hazard: number, failures: number): number
  /** The chance that it may well have: expected plus 1.5 standard deviations in log odds. */
  hopeful(hazard: number, failures: number): number
  save(): SavedOdds
}

/**
 * log odds of the action = shift + slope × log odds of the plain step + decay × ln(1 + own failures), with independent
 * normal beliefs about the three weights. Each outcome y updates them by one Gaussian step of assumed-density
 * filtering for the logistic likelihood (Spiegelhalter & Lauritzen 1990, "Sequential updating of conditional
 * probabilities on directed graphical structures", section 5): with x the three inputs, p the expected chance and
 * w = p(1 − p), covariance⁻¹ += w·x·xᵀ and then mean += covariance·x·(y − p).
 *
 * Before any outcome a prompt's failures count as partly the plain step's own (slope 0.9) and the model's own (0.75 for
 * another one), and an action that failed on a prompt counts as less likely to work there at the next try than others
 * are; so other actions are tried where the plain one keeps failing. Odds that grow as the cost does would
 * make an action worth its price anywhere; half of that shift is granted to another model, a quarter to more work of
 * the same one, until they have shown more.
 */
export function actionOdds(costRatio: number, otherModel: boolean, saved?: SavedOdds): ActionOdds {
  const { shift, slope, decay } = beforehand
  const ownShift = otherModel ? shift.otherModel : shift.sameModel
  const ownSlope = otherModel ? slope.otherModel : slope.sameModel
  const means = [ownShift.share * Math.log(costRatio), ownSlope, decay.mean]
  const spreads = [ownShift.spread, slope.spread, decay.spread]
  const mean = [...(saved?.mean ?? means)] as Vector
  const covariance = (saved?.covariance.map((row) => [...row]) ??
    spreads.map((spread, at) => spreads.map((_, other) => (other === at ? spread ** 2 : 0)))) as Matrix
  const inputs = (hazard: number, failures: number): Vector => [
    1,
    logit(Math.min(1 - margin, Math.max(margin, hazard))),
    Math.log1p(failures),
  ]
  /** covariance · x */
  const spreadOf = (x: Vector): Vector => covariance.map((row) => dot(row, x)) as Vector
  return {
    observe(hazard, failures, solved) {
      const x = inputs(hazard, failures)
      const p = logistic(dot(mean, x))
      const weight = p * (1 - p)
      const before = spreadOf(x)
      // Sherman–Morrison: the inverse of a matrix after x·xᵀ was added to it.
      const factor = weight / (1 + weight * dot(before, x))
      for (const [at, row] of covariance.entries())
        for (const other of row.keys())
          row[other] = (row[other] as number) - factor * (before[at] as number) * (before[other] as number)
      const step = spreadOf(x)
      for (const at of mean.keys())
        mean[at] = (mean[at] as number) + (step[at] as number) * (Number(solved) - p)
    },
    expected: (hazard, failures) => logistic(dot(mean, inputs(hazard, failures))),
    hopeful(hazard, failures) {
      const x = inputs(hazard, failures)
      return logistic(dot(mean, x) + hope * Math.sqrt(dot(spreadOf(x), x)))
    },
    save: () => ({ mean: [...mean], covariance: covariance.map((row) => [...row]) }),
  }
}

function dot(left: Vector, right: Vector): number {
  return left[0] * right[0] + left[1] * right[1] + left[2] * right[2]
}
