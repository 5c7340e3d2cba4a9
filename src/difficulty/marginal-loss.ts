import { logGamma } from './log-gamma.ts'
import type { ZeroInflatedBeta } from './zero-inflated-beta.ts'

/**
 * Negative log marginal likelihood, in nats, of one sequence of tries under a zero-inflated Beta prior on the pass
 * rate: −ln[(1 − z)·B(a + c, b + n − c)/B(a, b) + z·1{c = 0}] (beta-binomial: Griffiths 1973). The number of orders is
 * left out; it does not depend on the prior. Tries that stopped at a success need no other formula.
 */
export function marginalLoss(belief: ZeroInflatedBeta, tries: number, successes: number): number {
  const { hopeless, mean, strength } = belief
  const a = mean * strength
  const b = strength - a
  const logBeta = logBetaRatio(a, b, tries, successes)
  if (successes > 0) return -Math.log1p(-hopeless) - logBeta
  return -Math.log((1 - hopeless) * Math.exp(logBeta) + hopeless)
}

/** ln B(a + c, b + n − c)/B(a, b). */
function logBetaRatio(a: number, b: number, tries: number, successes: number): number {
  const failures = tries - successes
  if (tries > mostFactors) {
    return (
      logGamma(a + successes) +
      logGamma(b + failures) -
      logGamma(a + b + tries) -
      logGamma(a) -
      logGamma(b) +
      logGamma(a + b)
    )
  }
  let ratio = 1
  for (let number = 0; number < successes; number += 1) ratio *= (a + number) / (a + b + number)
  for (let number = 0; number < failures; number += 1) ratio *= (b + number) / (a + b + successes + number)
  return Math.log(ratio)
}

/** Up to here the product is faster than six logarithms of the gamma function, and cannot underflow: a ≥ 2e-8. */
const mostFactors = 24
