import type { Random } from '../../src/clock/random.ts'
import type { Interval } from '../../src/sweep/interval.ts'
import { costAt, type Curve } from '../replay/curve.ts'
import { intervalOf } from '../replay/interval-of.ts'
import { resamples } from '../votes/saving.ts'
import { figuresOf, type Config } from './compute-optimal.ts'

/** Accuracies at which tokens are compared: shares of the way from the baseline's first point to its best. */
export const levels = [0.25, 0.5, 0.75, 0.9, 1] as const

export interface Saving {
  /** Geometric mean over the levels. */
  readonly mean: Interval
  /** At each of the {@link levels}. */
  readonly at: readonly { readonly level: number; readonly saving: Interval }[]
  /** Levels that the policy never reaches; there it is taken to pay for the baseline besides its own most expensive point. */
  readonly unreached: readonly number[]
}

/**
 * Tokens of the baseline ÷ tokens of the policy at equal accuracy, both read from their curves with straight lines
 * between budgets; 95 % intervals by resampling prompts, the same for both.
 */
export function savingOf(
  baseline: readonly Config[],
  policy: readonly Config[],
  random: Random,
  count: number,
): Saving {
  const prompts = baseline[0]?.right.length ?? 0
  const all = Int32Array.from({ length: prompts }, (_, prompt) => prompt)
  const own = ratios(baseline, policy, all)
  const resampled = resamples(prompts, count, random).map((draw) => ratios(baseline, policy, draw))
  const interval = (value: (each: readonly Ratio[]) => number) =>
    intervalOf(value(own), Float64Array.from(resampled, value))
  return {
    mean: interval(geometricMean),
    at: levels.map((level, place) => ({ level, saving: interval((each) => each[place]?.saving ?? 1) })),
    unreached: levels.filter((_, place) => own[place]?.beyond === true),
  }
}

interface Ratio {
  readonly saving: number
  readonly beyond: boolean
}

function ratios(
  baseline: readonly Config[],
  policy: readonly Config[],
  prompts: Int32Array,
): readonly Ratio[] {
  const base = curveOf(baseline, prompts)
  const own = curveOf(policy, prompts)
  const first = base.coverages[0] ?? 0
  const best = Math.max(...base.coverages)
  return levels.map((level) => {
    const accuracy = first + level * (best - first)
    const mine = costAt(own, accuracy)
    const theirs = costAt(base, accuracy).cost
    const ours = mine.cost + (mine.beyond ? theirs : 0)
    // Where nobody is ever right nothing is saved.
    return { saving: ours > 0 && theirs > 0 ? theirs / ours : 1, beyond: mine.beyond }
  })
}

function curveOf(configs: readonly Config[], prompts: Int32Array): Curve {
  const points = configs
    .map((config) => figuresOf(config, prompts))
    .toSorted((left, right) => left.tokens - right.tokens)
  return {
    costs: points.map(({ tokens }) => tokens),
    coverages: points.map(({ accuracy }) => accuracy),
  }
}

function geometricMean(each: readonly Ratio[]): number {
  return Math.exp(each.reduce((sum, { saving }) => sum + Math.log(saving), 0) / each.length)
}
