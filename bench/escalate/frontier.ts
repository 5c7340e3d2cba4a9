/** A policy's mean cost and accuracy. */
export interface CostAccuracy {
  readonly name: string
  readonly cost: number
  readonly accuracy: number
}

/**
 * The upper concave hull of points, cheapest first: what can be reached by one policy, or by a lot between two. Points
 * that cost more and are no better are dropped (Andrew's monotone chain).
 */
export function frontier(points: readonly CostAccuracy[]): readonly CostAccuracy[] {
  const hull: CostAccuracy[] = []
  for (const point of points.toSorted(
    (left, right) => left.cost - right.cost || right.accuracy - left.accuracy,
  )) {
    if (hull.length > 0 && point.accuracy <= (hull.at(-1) as CostAccuracy).accuracy) continue
    while (hull.length >= 2) {
      const middle = hull.at(-1) as CostAccuracy
      const first = hull.at(-2) as CostAccuracy
      const turn =
        (middle.cost - first.cost) * (point.accuracy - first.accuracy) -
        (point.cost - first.cost) * (middle.accuracy - first.accuracy)
      if (turn < 0) break
      hull.pop()
    }
    hull.push(point)
  }
  return hull
}

/** The least cost at which a hull has an accuracy; undefined where it never does. */
export function costAt(hull: readonly CostAccuracy[], accuracy: number): number | undefined {
  let before: CostAccuracy | undefined
  for (const point of hull) {
    if (point.accuracy >= accuracy) {
      if (!before) return point.cost
      const share = (accuracy - before.accuracy) / (point.accuracy - before.accuracy)
      return before.cost + share * (point.cost - before.cost)
    }
    before = point
  }
  return undefined
}
