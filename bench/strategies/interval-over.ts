import type { Random } from '../../src/clock/random.ts'
import { bootstrapMean, type Interval } from '../../src/sweep/interval.ts'

/** The mean of one value a prompt with its 95 % interval; 0 for a bin that has no prompts. */
export function intervalOver(values: readonly number[], random: Random, resamples: number): Interval {
  return values.length === 0 ? [0, 0, 0] : bootstrapMean(values, random, resamples)
}
