/** A monotone map as knots, both coordinates ascending; linear between them, flat beyond. */
export interface MonotoneMap {
  readonly from: readonly number[]
  readonly to: readonly number[]
}

export interface CalibrationPoint {
  readonly predicted: number
  readonly observed: number
  readonly weight: number
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955; as calibration: Zadrozny, Elkan 2002): the
 * non-decreasing map with the least weighted squared error. Knots lie at the weighted mean of each pool.
 */
export function isotonic(points: readonly CalibrationPoint[]): MonotoneMap {
  const pools: { from: number; to: number; weight: number }[] = []
  for (const { predicted, observed, weight } of points.toSorted((a, b) => a.predicted - b.predicted)) {
    pools.push({ from: predicted, to: observed, weight })
    for (;;) {
      const last = pools.at(-1)
      const before = pools.at(-2)
      // Equal predictions share one knot even when they do not violate the order.
      if (!last || !before || (before.to < last.to && before.from < last.from)) break
      const sum = before.weight + last.weight
      before.to = (before.to * before.weight + last.to * last.weight) / sum
      before.from = (before.from * before.weight + last.from * last.weight) / sum
      before.weight = sum
      pools.pop()
    }
  }
  return { from: pools.map(({ from }) => from), to: pools.map(({ to }) => to) }
}

/** The map's value; the input itself when the map has no knots. */
export function mapped({ from, to }: MonotoneMap, value: number): number {
  if (from.length === 0) return value
  let low = 0
  let high = from.length - 1
  if (value <= (from[low] as number)) return to[low] as number
  if (value >= (from[high] as number)) return to[high] as number
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((from[middle] as number) <= value) low = middle
    else high = middle
  }
  const start = from[low] as number
  const share = (value - start) / ((from[high] as number) - start)
  return (to[low] as number) + share * ((to[high] as number) - (to[low] as number))
}
