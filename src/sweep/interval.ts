import type { Random } from '../clock/random.ts'

/** A mean with the ends of its 95 % interval. */
export type Interval = readonly [mean: number, low: number, high: number]

export const bootstrapResamples = 2000
const tail = 0.025

/**
 * The mean of one value a prompt, with the percentile bootstrap over prompts (Efron 1979): draws of one prompt are not
 * independent, so whole prompts are resampled. For the difference of two policies give the differences: paired.
 */
export function bootstrapMean(
  values: readonly number[],
  random: Random,
  resamples = bootstrapResamples,
): Interval {
  const count = values.length
  if (count === 0) return [Number.NaN, Number.NaN, Number.NaN]
  const means = new Float64Array(resamples)
  for (let resample = 0; resample < resamples; resample += 1) {
    let sum = 0
    for (let draw = 0; draw < count; draw += 1) sum += values[Math.floor(random() * count)] as number
    means[resample] = sum / count
  }
  means.sort()
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const at = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))] as number
  return [mean, at(tail), at(1 - tail)]
}
