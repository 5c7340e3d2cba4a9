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
  const failures = tries - successes
  const logBeta =
    logGamma(a + successes) +
    logGamma(b + failures) -
    logGamma(strength + tries) -
    logGamma(a) -
    logGamma(b) +
    logGamma(strength)
  if (successes > 0) return -Math.log1p(-hopeless) - logBeta
  return -Math.log((1 - hopeless) * Math.exp(logBeta) + hopeless)
}
