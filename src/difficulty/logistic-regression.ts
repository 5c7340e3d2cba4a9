import { logistic } from './logit.ts'

/** Newton steps; convergence is quadratic. */
const mostSteps = 12
const tolerance = 1e-4
/** Log odds beyond this are as good as certain; keeps Newton's weights away from zero. */
const extreme = 12

export interface RegressionRow {
  /** Standardised features. */
  readonly features: readonly number[]
  /** Share of successes, 0 to 1. */
  readonly rate: number
  /** Effective number of independent tries. */
  readonly weight: number
  /** Log odds that are known beforehand and not fitted; default 0. */
  readonly offset?: number
}

/**
 * Ridge logistic regression on shares of successes, by Newton's method (iteratively reweighted least squares;
 * le Cessie, van Houwelingen 1992). Minimises Σ weight · cross-entropy + ridge/2 · |w − expected|²; the intercept is free but for
 * a whisper of ridge that keeps it finite when all rows agree. Returns [intercept, ...weights].
 * @param expected what weights are pulled to, one a feature; default 0
 */
export function logisticRegression(
  rows: readonly RegressionRow[],
  ridge: number,
  expected: readonly number[] = [],
): Float64Array {
  const size = (rows[0]?.features.length ?? 0) + 1
  const weights = new Float64Array(size)
  for (let step = 0; step < mostSteps; step += 1) {
    const gradient = new Float64Array(size)
    const curvature = Array.from({ length: size }, () => new Float64Array(size))
    for (let axis = 0; axis < size; axis += 1) {
      const penalty = axis === 0 ? interceptRidge : ridge
      gradient[axis] = penalty * ((weights[axis] as number) - (axis === 0 ? 0 : (expected[axis - 1] ?? 0)))
      ;(curvature[axis] as Float64Array)[axis] = penalty
    }
    for (const { features, rate, weight, offset = 0 } of rows) {
      let odds = offset + (weights[0] as number)
      for (let axis = 1; axis < size; axis += 1) {
        odds += (weights[axis] as number) * (features[axis - 1] as number)
      }
      const chance = logistic(Math.min(extreme, Math.max(-extreme, odds)))
      const slope = weight * (chance - rate)
      const bend = weight * chance * (1 - chance)
      for (let axis = 0; axis < size; axis += 1) {
        const left = axis === 0 ? 1 : (features[axis - 1] as number)
        gradient[axis] = (gradient[axis] as number) + slope * left
        const row = curvature[axis] as Float64Array
        for (let other = 0; other <= axis; other += 1) {
          row[other] =
            (row[other] as number) + bend * left * (other === 0 ? 1 : (features[other - 1] as number))
        }
      }
    }
    const move = solve(curvature, gradient)
    let largest = 0
    for (let axis = 0; axis < size; axis += 1) {
      weights[axis] = (weights[axis] as number) - (move[axis] as number)
      largest = Math.max(largest, Math.abs(move[axis] as number))
    }
    if (largest < tolerance) break
  }
  return weights
}

const interceptRidge = 1e-3

/** Solves the symmetric positive definite system whose lower triangle is given (Cholesky). */
function solve(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length
  const at = (row: number, column: number) => (lower[row] as Float64Array)[column] as number
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = at(row, column)
      for (let inner = 0; inner < column; inner += 1) sum -= at(row, inner) * at(column, inner)
      ;(lower[row] as Float64Array)[column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / at(column, column)
    }
  }
  const solution = Float64Array.from(right)
  for (let row = 0; row < size; row += 1) {
    let sum = solution[row] as number
    for (let inner = 0; inner < row; inner += 1) sum -= at(row, inner) * (solution[inner] as number)
    solution[row] = sum / at(row, row)
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = solution[row] as number
    for (let inner = row + 1; inner < size; inner += 1) sum -= at(inner, row) * (solution[inner] as number)
    solution[row] = sum / at(row, row)
  }
  return solution
}
