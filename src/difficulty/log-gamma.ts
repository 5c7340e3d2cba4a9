/** Below this the argument is shifted up by the recurrence, so that the series is good to 1e-10. */
const seriesFrom = 7
const halfLogTau = 0.5 * Math.log(2 * Math.PI)

/** ln Γ(x) for x > 0 by Stirling's series (Abramowitz, Stegun 1964, 6.1.41), absolute error below 1e-9. */
export function logGamma(x: number): number {
  let shift = 0
  let argument = x
  if (argument < seriesFrom) {
    let product = 1
    while (argument < seriesFrom) {
      product *= argument
      argument += 1
    }
    shift = -Math.log(product)
  }
  const inverse = 1 / argument
  const square = inverse * inverse
  const series =
    inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
  return shift + (argument - 0.5) * Math.log(argument) - argument + halfLogTau + series
}
