import type { Random } from '../../src/clock/random.ts'
import type { Interval } from '../../src/sweep/interval.ts'
import { costAt, type Curve } from './curve.ts'
import { intervalOf } from './interval-of.ts'
import type { Tally } from './tally.ts'

/** Tokens that a baseline needs for a policy's coverage ÷ tokens of the policy. */
export interface Saving {
  /** With its interval: paired bootstrap over prompts, 95 %. */
  readonly ratio: Interval
  /** The baseline never reaches the coverage: the ratio is at least that. */
  readonly beyond: boolean
}

/** Each is as costly as all prompts of all checkpoints of the baseline once. */
const resamples = 400

/**
 * Savings of policies at one checkpoint each against one baseline's curve. Each resample draws the prompts once, for
 * the baseline and for all policies: paired.
 */
export function savings(
  baseline: Tally,
  policies: readonly { readonly tally: Tally; readonly at: number }[],
  prompts: number,
  random: Random,
): readonly Saving[] {
  const whole = curveOf(baseline)
  const points = policies.map(({ tally, at }) => {
    const { cost, beyond } = costAt(whole, tally.coverage(at))
    return { ratio: cost / tally.tokens(at), beyond }
  })
  const drawn = points.map(() => new Float64Array(resamples))
  const weights = new Float64Array(prompts)
  for (let resample = 0; resample < resamples; resample += 1) {
    weights.fill(0)
    for (let draw = 0; draw < prompts; draw += 1) {
      const prompt = Math.floor(random() * prompts)
      weights[prompt] = (weights[prompt] as number) + 1
    }
    const curve = curveOf(baseline, weights)
    for (const [index, { tally, at }] of policies.entries()) {
      const { cost } = costAt(curve, tally.coverage(at, weights))
      ;(drawn[index] as Float64Array)[resample] = cost / tally.tokens(at, weights)
    }
  }
  return points.map(({ ratio, beyond }, index) => ({
    ratio: intervalOf(ratio, drawn[index] as Float64Array),
    beyond,
  }))
}

function curveOf(tally: Tally, weights?: Float64Array): Curve {
  const steps = Array.from({ length: tally.checkpoints }, (_, at) => at)
  return {
    costs: steps.map((at) => tally.tokens(at, weights)),
    coverages: steps.map((at) => tally.coverage(at, weights)),
  }
}
