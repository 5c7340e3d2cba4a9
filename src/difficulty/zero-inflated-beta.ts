import { faded } from './fade.ts'

/**
 * The belief about one class of prompts: a share `hopeless` of them is never solved; the pass rate of the others is
 * Beta(mean·strength, (1 − mean)·strength). Beta-binomial with zero inflation: Griffiths 1973; as a prior for
 * repeated sampling, reference "power laws" 2502.17578.
 */
export interface ZeroInflatedBeta {
  /** Share of prompts with pass rate 0, in [0, 1). */
  readonly hopeless: number
  /** Mean pass rate of the others, in (0, 1). */
  readonly mean: number
  /** Pseudo-tries that the prior is worth, > 0. */
  readonly strength: number
  /** What it gives way to as failures add up; absent: it stands. */
  readonly fades?: Fade
}

/** How a belief that features gave gives way to the one without them. */
export interface Fade {
  /** The belief without features, the same for all prompts. */
  readonly to: ZeroInflatedBeta
  /** Tries that the features are worth, > 0: after as many failures half of what they said is left. */
  readonly tries: number
}

/**
 * P(next try succeeds | `failures` failures so far), for 0..count−1 failures.
 * With alive(n) = (1 − z)·B(a, b + n)/B(a, b): h(n) = alive(n)/(z + alive(n)) · a/(a + b + n). A belief that fades: see
 * {@link faded}.
 */
export function hazards(belief: ZeroInflatedBeta, count: number): Float64Array {
  const { fades } = belief
  return fades
    ? faded(standing(belief, count), standing(fades.to, count), fades.tries)
    : standing(belief, count)
}

function standing({ hopeless, mean, strength }: ZeroInflatedBeta, count: number): Float64Array {
  const a = mean * strength
  const b = strength - a
  const hazard = new Float64Array(count)
  let alive = 1 - hopeless
  for (let failures = 0; failures < count; failures += 1) {
    const total = a + b + failures
    hazard[failures] = alive === 0 ? 0 : (alive / (hopeless + alive)) * (a / total)
    alive *= (b + failures) / total
  }
  return hazard
}
