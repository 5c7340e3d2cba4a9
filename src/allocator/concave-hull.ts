/** What a plan for one prompt costs and is worth: best-of-n, a beam, an escalation. */
export interface MenuPoint {
  readonly cost: number
  readonly value: number
}

/**
 * The upper concave hull of a menu, from nothing at no cost: plans in order of cost, each with less extra value per
 * extra cost than the one before. Buying hull segments by slope over all prompts solves the multiple-choice knapsack
 * up to one fractional item (Sinha, Zoltners 1979); plans below the hull are never worth buying, and the hull ends at
 * the most valuable plan. Ties go to the cheaper plan, then to the earlier one.
 */
export function concaveHull<Point extends MenuPoint>(menu: readonly Point[]): readonly Point[] {
  const sorted = menu
    .filter(({ cost, value }) => cost > 0 && value > 0)
    .toSorted((left, right) => left.cost - right.cost || right.value - left.value)
  const hull: Point[] = []
  for (const point of sorted) {
    const last = hull.at(-1)
    if (last && point.value <= last.value) continue
    while (hull.length > 0) {
      const top = hull.at(-1) as Point
      const below = hull.at(-2)
      // The top stays if the way to it is steeper than the way past it.
      if (slope(below, top) > slope(top, point)) break
      hull.pop()
    }
    hull.push(point)
  }
  return hull
}

/** Extra value per extra cost from one point of a hull to the next; from nothing when there is no first. */
export function slope(from: MenuPoint | undefined, to: MenuPoint): number {
  return (to.value - (from?.value ?? 0)) / (to.cost - (from?.cost ?? 0))
}
