import type { Random } from '../../src/clock/random.ts'
import type { Curve } from './replay.ts'

/** Loss of accuracy against full self-consistency that still counts as level: 0.1 point. */
export const allowedLoss = 0.001

export interface Match {
  /** Mean votes a prompt at the smallest budget that is level with full self-consistency; undefined: none is. */
  readonly votes: number | undefined
  /** The same, where every larger budget is level too. */
  readonly votesToStay: number | undefined
}

/** Where a curve comes level with an accuracy. Prompts may be given with repetition: a bootstrap resample. */
export function matchOf(curve: Curve, target: number, prompts: Int32Array): Match {
  let first: number | undefined
  let stay: number | undefined
  for (const index of curve.budgets.keys()) {
    const level = meanOver(curve.right[index] as Float64Array, prompts) >= target - allowedLoss
    const votes = () => meanOver(curve.votes[index] as Float64Array, prompts)
    if (!level) stay = undefined
    else stay ??= votes()
    if (level) first ??= stay
  }
  return { votes: first, votesToStay: stay }
}

export function meanOver(values: ArrayLike<number>, prompts: Int32Array): number {
  let sum = 0
  for (const prompt of prompts) sum += values[prompt] as number
  return sum / prompts.length
}

/** Which prompts each bootstrap resample takes; one list for all curves, so that comparisons are paired. */
export function resamples(prompts: number, count: number, random: Random): readonly Int32Array[] {
  return Array.from({ length: count }, () =>
    Int32Array.from({ length: prompts }, () => Math.floor(random() * prompts)),
  )
}

/** Full self-consistency's votes ÷ a curve's at equal accuracy, in each resample; 1 where it never comes level. */
export function savings(
  curve: Curve,
  full: { readonly votes: number; readonly right: Float64Array },
  samples: readonly Int32Array[],
): Float64Array {
  return Float64Array.from(samples, (prompts) => {
    const { votes } = matchOf(curve, meanOver(full.right, prompts), prompts)
    return votes === undefined ? 1 : full.votes / votes
  })
}
