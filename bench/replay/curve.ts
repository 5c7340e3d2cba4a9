/** Coverage against cost of one policy: both ascending. */
export interface Curve {
  readonly costs: readonly number[]
  readonly coverages: readonly number[]
}

export interface CostAt {
  readonly cost: number
  /** The curve never gets there: the cost is that of its end, and whoever did needs "at least". */
  readonly beyond: boolean
}

/** What a policy pays for a coverage: linear between points, from nothing at no cost. */
export function costAt({ costs, coverages }: Curve, coverage: number): CostAt {
  let cost = 0
  let reached = 0
  for (const [index, next] of coverages.entries()) {
    const price = costs[index] as number
    if (next >= coverage && next > reached) {
      return { cost: cost + ((price - cost) * (coverage - reached)) / (next - reached), beyond: false }
    }
    if (next > reached) {
      reached = next
      cost = price
    }
  }
  return { cost, beyond: coverage > reached }
}
