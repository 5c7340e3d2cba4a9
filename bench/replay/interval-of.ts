import type { Interval } from '../../src/sweep/interval.ts'

const tail = 0.025

/** A value with the 95 % interval of its resamples. */
export function intervalOf(value: number, resampled: Float64Array): Interval {
  const sorted = resampled.toSorted()
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number
  return [value, at(tail), at(1 - tail)]
}
