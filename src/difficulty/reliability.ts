/** One prediction of a success and what came of it; `observed` may be a share. */
export interface Prediction {
  readonly chance: number
  readonly observed: number
  /** Default 1. */
  readonly weight?: number
}

export interface ReliabilityRow {
  /** The chances predicted in this bin, from `low` up to below `high`. */
  readonly low: number
  readonly high: number
  readonly weight: number
  readonly predicted: number
  readonly observed: number
}

export interface Reliability {
  /** Expected calibration error (Naeini et al. 2015): Σ weight share · |observed − predicted| over bins of equal width. */
  readonly ece: number
  /** Mean cross-entropy, in nats. */
  readonly logLoss: number
  /** Bins that have predictions. */
  readonly table: readonly ReliabilityRow[]
}

const defaultBins = 10
const smallest = 1e-9

/** How far predicted chances can be taken at their word. */
export function reliability(predictions: readonly Prediction[], bins = defaultBins): Reliability {
  const sums = Array.from({ length: bins }, () => ({ weight: 0, predicted: 0, observed: 0 }))
  let all = 0
  let loss = 0
  for (const { chance, observed, weight = 1 } of predictions) {
    const sum = sums[Math.min(bins - 1, Math.max(0, Math.floor(chance * bins)))]
    if (!sum) continue
    sum.weight += weight
    sum.predicted += weight * chance
    sum.observed += weight * observed
    all += weight
    const safe = Math.min(1 - smallest, Math.max(smallest, chance))
    loss -= weight * (observed * Math.log(safe) + (1 - observed) * Math.log1p(-safe))
  }
  const table = sums.flatMap(({ weight, predicted, observed }, bin) =>
    weight === 0
      ? []
      : [
          {
            low: bin / bins,
            high: (bin + 1) / bins,
            weight,
            predicted: predicted / weight,
            observed: observed / weight,
          },
        ],
  )
  const error = table.reduce((sum, row) => sum + row.weight * Math.abs(row.observed - row.predicted), 0)
  return { ece: all === 0 ? 0 : error / all, logLoss: all === 0 ? 0 : loss / all, table }
}
