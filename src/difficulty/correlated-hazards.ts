import { effectiveTries } from './duplicate-rate.ts'
import { logGamma } from './log-gamma.ts'
import type { ZeroInflatedBeta } from './zero-inflated-beta.ts'

/**
 * The hazard when tries are alike: `failures` of them count as n/(1 + (n − 1)ρ) independent ones, so evidence against a
 * prompt builds up more slowly, while the next try is a repetition of an earlier one with probability ρ and then fails:
 * h = (1 − ρ)·h(n_effective) from the second try on. With ρ = 0 it is the plain hazard.
 */
export function correlatedHazards(
  belief: ZeroInflatedBeta,
  correlation: number,
  count: number,
): Float64Array {
  const { hopeless, mean, strength } = belief
  const a = mean * strength
  const b = strength - a
  const hazard = new Float64Array(count)
  const base = logGamma(strength) - logGamma(b)
  for (let failures = 0; failures < count; failures += 1) {
    const effective = effectiveTries(failures, correlation)
    const alive = (1 - hopeless) * Math.exp(base + logGamma(b + effective) - logGamma(strength + effective))
    const fresh = failures === 0 ? 1 : 1 - correlation
    hazard[failures] = ((fresh * alive) / (hopeless + alive)) * (a / (strength + effective))
  }
  return hazard
}
