import { randomFrom } from '../../src/clock/random.ts'
import type { Interval } from '../../src/sweep/interval.ts'
import { budgets, helperKey, type AllocationTallies } from './compare-allocation.ts'
import { median } from './median.ts'
import type { BenchRecording } from './recordings.ts'
import { savings, type Saving } from './saving.ts'
import type { Tally } from './tally.ts'

/** A gap below this many shares of coverage is not divided by: it is noise. */
export const leastGap = 0.01

type ByPolicy<Value> = Readonly<Record<string, Value>>

export interface AllocationPoint {
  /** Total budget, in tries a prompt. */
  readonly tries: number
  readonly coverage: ByPolicy<Interval>
  /** Share of the gap from drop-solved to the honest known-p oracle; null where that gap is below 1 point. */
  readonly gap_share: {
    readonly none: number | null
    /** Ours with nothing but what failed samples show. */
    readonly samples: number | null
    readonly features: number | null
    readonly helper: number | null
  }
  /** Honest known-p oracle − drop-solved, both on half of the samples. */
  readonly honest_gap: Interval
  readonly saving_vs_uniform: ByPolicy<number>
  readonly saving_vs_drop_solved: ByPolicy<number>
  /** The same with their intervals. */
  readonly saving_vs_uniform_interval: ByPolicy<Interval>
  readonly saving_vs_drop_solved_interval: ByPolicy<Interval>
  /** Policies whose coverage a baseline never reaches on the recording: their saving is at least what is given. */
  readonly saving_at_least: readonly string[]
  readonly minus_drop_solved: ByPolicy<Interval>
  readonly tokens: ByPolicy<number>
  /** Share of prompts that ran out of recorded tries, under ours. */
  readonly exhausted: number
  readonly helpers: readonly HelperPoint[]
}

export interface HelperPoint {
  readonly helper: string
  readonly coverage: number
  readonly gap_share: number | null
  readonly minus_drop_solved: Interval
  readonly charged_minus_drop_solved: Interval
  readonly saving_vs_uniform: number
  readonly saving_vs_drop_solved: number
}

export interface AllocationReport {
  readonly set: string
  readonly model: string
  readonly prompts: number
  readonly samples: number
  readonly tokens_estimated: boolean
  readonly points: readonly AllocationPoint[]
  readonly features_kept: ByPolicy<number>
  readonly helper_cost_in_tries: ByPolicy<number>
}

/** From tallies to the published figures of one recording. */
export function allocationReport(
  recording: BenchRecording,
  helpers: readonly BenchRecording[],
  tallies: AllocationTallies,
  seed: number,
): AllocationReport {
  const random = randomFrom(`report/${seed}/${recording.set}/${recording.model}`)
  const { full, half, uniformCurve, dropCurve } = tallies
  const of = (map: ReadonlyMap<string, Tally>, name: string) => map.get(name) as Tally
  const names = [...full.keys()].filter((name) => /^(?:ours|drop_solved)/.test(name))
  const compared = names.flatMap((name) => budgets.map((_, at) => ({ tally: of(full, name), at })))
  const prompts = recording.prompts.length
  const againstUniform = savings(uniformCurve, compared, prompts, random)
  const againstDrop = savings(dropCurve, compared, prompts, random)
  const savingOf = (all: readonly Saving[], name: string, at: number) =>
    all[names.indexOf(name) * budgets.length + at] as Saving
  const points = budgets.map((tries, at): AllocationPoint => {
    const dropped = of(full, 'drop_solved')
    const droppedHalf = of(half, 'drop_solved')
    const gap = of(half, 'oracle_split').coverage(at) - droppedHalf.coverage(at)
    const shareOf = (name: string) =>
      gap < leastGap ? null : (of(half, name).coverage(at) - droppedHalf.coverage(at)) / gap
    const byHelper = helpers.map((helper): HelperPoint => {
      const name = helperKey('ours_helper', helper)
      const tally = of(full, name)
      return {
        helper: helper.model,
        coverage: tally.coverage(at),
        gap_share: shareOf(name),
        minus_drop_solved: tally.minus(dropped, at, random),
        charged_minus_drop_solved: of(full, helperKey('ours_helper_charged', helper)).minus(
          dropped,
          at,
          random,
        ),
        saving_vs_uniform: savingOf(againstUniform, name, at).ratio[0],
        saving_vs_drop_solved: savingOf(againstDrop, name, at).ratio[0],
      }
    })
    const typical = middleHelper(byHelper)
    /** Published name and the name of its tally. */
    const published = ['ours', 'ours_samples', 'ours_features'].map((name): [string, string] => [name, name])
    if (typical) {
      const helper = { model: typical } as BenchRecording
      published.push(['ours_helper', helperKey('ours_helper', helper)])
      published.push(['ours_helper_charged', helperKey('ours_helper_charged', helper)])
    }
    const named = published.map(([name, key]) => [name, of(full, key)] as const)
    const uniformAt = Math.min(tries, uniformCurve.checkpoints) - 1
    const uniformInterval = uniformCurve.interval(uniformAt, random)
    const saved = [...published, ['drop_solved', 'drop_solved'] as const].map(([name, key]) => ({
      name,
      uniform: savingOf(againstUniform, key, at),
      drop: savingOf(againstDrop, key, at),
    }))
    const ownSaved = saved.filter(({ name }) => name !== 'drop_solved')
    return {
      tries,
      coverage: {
        uniform: uniformInterval,
        // The same tries succeed first; only the tries after a success are saved.
        uniform_stop: uniformInterval,
        drop_solved: dropped.interval(at, random),
        uab: of(full, 'uab').interval(at, random),
        ...Object.fromEntries(named.map(([name, tally]) => [name, tally.interval(at, random)])),
        oracle_split: of(half, 'oracle_split').interval(at, random),
        drop_solved_half: droppedHalf.interval(at, random),
        oracle_insample: of(full, 'oracle_insample').interval(at, random),
      },
      gap_share: {
        none: shareOf('ours'),
        samples: shareOf('ours_samples'),
        features: shareOf('ours_features'),
        helper: median(byHelper.flatMap(({ gap_share: share }) => share ?? [])),
      },
      honest_gap: of(half, 'oracle_split').minus(droppedHalf, at, random),
      saving_vs_uniform: Object.fromEntries(saved.map(({ name, uniform }) => [name, uniform.ratio[0]])),
      saving_vs_drop_solved: Object.fromEntries(ownSaved.map(({ name, drop }) => [name, drop.ratio[0]])),
      saving_vs_uniform_interval: Object.fromEntries(saved.map(({ name, uniform }) => [name, uniform.ratio])),
      saving_vs_drop_solved_interval: Object.fromEntries(
        ownSaved.map(({ name, drop }) => [name, drop.ratio]),
      ),
      saving_at_least: saved.flatMap(({ name, uniform: { beyond } }) => (beyond ? [name] : [])),
      minus_drop_solved: Object.fromEntries(
        named.map(([name, tally]) => [name, tally.minus(dropped, at, random)]),
      ),
      tokens: {
        uniform: uniformCurve.tokens(uniformAt),
        drop_solved: dropped.tokens(at),
        ...Object.fromEntries(named.map(([name, tally]) => [name, tally.tokens(at)])),
      },
      exhausted: of(full, 'ours').exhausted(at),
      helpers: byHelper,
    }
  })
  return {
    set: recording.set,
    model: recording.model,
    prompts: recording.prompts.length,
    samples: recording.depth,
    tokens_estimated: recording.tokensEstimated,
    points,
    features_kept: tallies.kept,
    helper_cost_in_tries: Object.fromEntries(
      helpers.map((helper, index) => [helper.model, tallies.helperCost[index] as number]),
    ),
  }
}

/** The helper with the median coverage; of two in the middle the worse one. */
function middleHelper(points: readonly HelperPoint[]): string | undefined {
  const sorted = points.toSorted((left, right) => left.coverage - right.coverage)
  return sorted[Math.floor((sorted.length - 1) / 2)]?.helper
}
