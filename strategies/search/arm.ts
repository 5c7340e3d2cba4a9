import { gamma, normal, type Draw } from './random-draws.ts'

/** The rewards an arm has brought: how many, their sum, and the sum of their squares. */
export interface Arm {
  readonly count: number
  readonly sum: number
  readonly squares: number
}

/** How an arm's mean reward is drawn from what is believed of it. */
export type Posterior = 'beta' | 'normal'

export const posteriors: readonly Posterior[] = ['beta', 'normal']

/**
 * One draw of an arm's mean reward. `beta`: prior Beta(½, ½), a reward r counting r successes and 1 − r failures, for
 * rewards near 0 and 1. `normal`: normal-inverse-gamma with prior mean 0, strength 1, 1 degree of freedom and variance
 * 0.1, for graded rewards. Priors from AB-MCTS-A (2503.04412); updates as in Gelman et al., Bayesian Data Analysis,
 * section 3.3.
 */
export function drawMean({ count, sum, squares }: Arm, posterior: Posterior, draw: Draw): number {
  if (posterior === 'beta') {
    const good = gamma(0.5 + sum, draw)
    return good / (good + gamma(0.5 + count - sum, draw))
  }
  const strength = 1 + count
  const mean = sum / strength
  const degrees = 1 + count
  // νₙτₙ² = ν₀τ₀² + Σ(x − x̄)² + (n / κₙ) x̄², and the last two are Σx² − κₙ mₙ² since the prior mean is 0.
  const scatter = 0.1 + Math.max(0, squares - strength * mean ** 2)
  const variance = scatter / (2 * gamma(degrees / 2, draw))
  return mean + Math.sqrt(variance / strength) * normal(draw)
}
