import type { HazardCounts } from './hazard-counts.ts'
import { logistic, logit } from './logit.ts'
import { minimise } from './minimise.ts'
import { hazards, type ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** How sure the prior over priors is: standard deviations of logit mean, log strength and logit hopeless. */
export interface Spread {
  readonly mean: number
  readonly strength: number
  readonly hopeless: number
}

/** Before any outcome: pass rates around one third, widely spread, one prompt in eight hopeless. */
export const vaguePrior: ZeroInflatedBeta = { mean: 0.35, strength: 1.5, hopeless: 0.12 }
/** A wide spread: a few dozen outcomes override it. */
export const vagueSpread: Spread = { mean: 1.5, strength: 1, hopeless: 1.5 }
/** How far one class may lie from all prompts together. */
export const classSpread: Spread = { mean: 1.5, strength: 0.5, hopeless: 1 }

const smallest = 1e-9

/**
 * Empirical Bayes: the zero-inflated Beta that makes the counts most likely, pulled to `prior` by normal priors on
 * logit mean, log strength and logit hopeless. Likelihood: Π h(n)^successes · (1 − h(n))^failures.
 */
export function fit(counts: HazardCounts, prior: ZeroInflatedBeta, spread: Spread): ZeroInflatedBeta {
  const depth = counts.depth
  if (depth === 0) return prior
  const centre = [logit(prior.mean), Math.log(prior.strength), logit(prior.hopeless)] as const
  const loss = (point: readonly number[]): number => {
    const sum = -logLikelihood(counts, beliefAt(point))
    const off = [
      ((point[0] as number) - centre[0]) / spread.mean,
      ((point[1] as number) - centre[1]) / spread.strength,
      ((point[2] as number) - centre[2]) / spread.hopeless,
    ]
    return sum + off.reduce((total, each) => total + (each * each) / 2, 0)
  }
  return beliefAt(minimise(loss, [...centre]))
}

/** Natural log of P(these outcomes | belief): Σ successes · ln h(n) + failures · ln(1 − h(n)). */
export function logLikelihood(counts: HazardCounts, belief: ZeroInflatedBeta): number {
  const depth = counts.depth
  const hazard = hazards(belief, depth)
  let sum = 0
  for (let state = 0; state < depth; state += 1) {
    const successes = counts.successes[state] as number
    const failures = (counts.tries[state] as number) - successes
    const chance = Math.min(1 - smallest, Math.max(smallest, hazard[state] as number))
    sum += successes * Math.log(chance) + failures * Math.log1p(-chance)
  }
  return sum
}

function beliefAt(point: readonly number[]): ZeroInflatedBeta {
  return {
    mean: clamp(logistic(point[0] as number), 1e-6, 1 - 1e-6),
    strength: clamp(Math.exp(point[1] as number), 0.02, 1e4),
    hopeless: clamp(logistic(point[2] as number), 1e-6, 0.999),
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
