import { Fault } from '../src/fault.ts'
import type { Interval } from '../src/sweep/interval.ts'
import { allocationReport, type AllocationPoint, type AllocationReport } from './replay/allocation-report.ts'
import { compareAllocation } from './replay/compare-allocation.ts'
import { median } from './replay/median.ts'
import { benchOptions, commitOf, fullOrders, quickLimits } from './replay/options.ts'
import { recordingName } from './replay/recording-name.ts'
import { helpersOf, loadRecordings, type BenchRecording } from './replay/recordings.ts'
import { select } from './replay/select.ts'

/** Samples a prompt from which a recording does not cap the saving too early to compare it. */
const deepRecording = 40
/** Prompts that two folds can be made of. */
const leastPrompts = 10

/**
 * Coverage against tries on recorded samples with an exact verdict: uniform, drop-solved round robin, UAB, ours with
 * nothing, with prompt features, with another model's results, and the known-p oracles. Two-fold by prompt.
 */
export async function main(args: readonly string[]): Promise<void> {
  const options = await benchOptions(args)
  const started = performance.now()
  const report = runAllocation(await loadRecordings(options.recordings), options)
  const whole = {
    ...report,
    commit: commitOf(),
    wall_s: Math.round((performance.now() - started) / 100) / 10,
  }
  console.log(options.json ? JSON.stringify(whole) : text(whole))
}

export interface AllocationBench {
  readonly bench: 'allocation'
  readonly seed: number
  readonly quick: boolean
  /** Draw orders. */
  readonly draws: number
  /** Prompts over all recordings that were run. */
  readonly prompts: number
  readonly recordings: readonly AllocationReport[]
  readonly median: Readonly<Record<string, number | null>>
  readonly worst: {
    readonly coverage_minus_drop_solved: number
    readonly interval: Interval
    readonly where: string
    /** The same for ours without side information alone: the law. */
    readonly ours_minus_drop_solved: number
  }
  /** What was not run, and why. */
  readonly left_out: readonly string[]
}

/** The bench without reading and printing. */
export function runAllocation(
  all: readonly BenchRecording[],
  {
    seed,
    quick,
    orders = quick ? quickLimits.orders : fullOrders,
  }: {
    readonly seed: number
    readonly quick: boolean
    readonly orders?: number
  },
): AllocationBench {
  const able = all.map(withTwoTries).filter(({ prompts }) => prompts.length >= leastPrompts)
  if (able.length === 0) {
    throw new Fault(
      'bad-recording',
      `no recording has two verdicts of at least ${leastPrompts} prompts`,
      'Give deeper recordings.',
    )
  }
  const chosen = select(able, quick ? quickLimits.recordings : able.length, seed)
  const names = new Set(able.map(recordingName))
  const leftOut = all
    .filter((recording) => !names.has(recordingName(recording)))
    .map((recording) => `${recordingName(recording)}: too few tries a prompt to allocate; a helper only`)
  leftOut.push(...chosen.left.map((recording) => `${recordingName(recording)}: --quick`))
  const recordings = chosen.taken.map((recording) => {
    const helpers = select(
      helpersOf(recording, all).filter(({ prompts }) => prompts.some(({ tries }) => tries > 0)),
      quick ? quickLimits.helpers : Infinity,
      `${seed}/${recordingName(recording)}`,
    )
    leftOut.push(...helpers.left.map((helper) => `${recordingName(recording)} with ${helper.model}: --quick`))
    const tallies = compareAllocation(recording, helpers.taken, orders, seed, quick)
    return allocationReport(recording, helpers.taken, tallies, seed)
  })
  return {
    bench: 'allocation',
    seed,
    quick,
    draws: orders,
    prompts: recordings.reduce((sum, { prompts }) => sum + prompts, 0),
    recordings,
    median: medians(recordings),
    worst: worstOf(recordings),
    left_out: leftOut,
  }
}

/** Only the prompts that have a try left after the first. */
function withTwoTries(recording: BenchRecording): BenchRecording {
  const prompts = recording.prompts.filter(({ tries }) => tries >= 2)
  return { ...recording, prompts, depth: Math.min(...prompts.map(({ tries }) => tries)) }
}

function medians(recordings: readonly AllocationReport[]): Readonly<Record<string, number | null>> {
  const at = (tries: number) =>
    recordings.flatMap((report) => {
      const point = report.points.find((each) => each.tries === tries)
      return point ? [{ ...point, deep: report.samples >= deepRecording }] : []
    })
  const over = (tries: number, value: (point: AllocationPoint) => number | null | undefined) => {
    const values = at(tries).flatMap((point) => value(point) ?? [])
    return { median: median(values), count: values.length }
  }
  const deep = at(4).filter((point) => point.deep)
  const ratio = deep.flatMap(({ saving_vs_uniform: saving }) =>
    saving['ours_helper'] === undefined || !saving['drop_solved']
      ? []
      : saving['ours_helper'] / saving['drop_solved'],
  )
  const shares = (kind: 'none' | 'samples' | 'features' | 'helper', tries: number) =>
    over(tries, (point) => point.gap_share[kind])
  return {
    saving_vs_uniform_at_4: over(4, (point) => point.saving_vs_uniform['ours_helper']).median,
    saving_vs_drop_solved_at_4: over(4, (point) => point.saving_vs_drop_solved['ours_helper']).median,
    gap_share_helper_at_1: shares('helper', 1).median,
    gap_share_helper_at_2: shares('helper', 2).median,
    gap_share_features_at_1: shares('features', 1).median,
    gap_share_features_at_2: shares('features', 2).median,
    gap_share_samples_at_1: shares('samples', 1).median,
    gap_share_samples_at_2: shares('samples', 2).median,
    gap_share_recordings_at_1: shares('helper', 1).count,
    gap_share_recordings_at_2: shares('helper', 2).count,
    /** On deep recordings: ours with a helper over drop-solved, both as savings against uniform. */
    deep_saving_ratio_at_4: median(ratio),
    deep_recordings: ratio.length,
  }
}

function worstOf(recordings: readonly AllocationReport[]): AllocationBench['worst'] {
  let worst: { interval: Interval; where: string } = { interval: [0, 0, 0], where: 'nowhere' }
  let law = 0
  for (const { set, model, points } of recordings) {
    for (const { tries, minus_drop_solved: named, helpers } of points) {
      const all: (readonly [string, Interval])[] = [
        ...Object.entries(named),
        ...helpers.map(({ helper, minus_drop_solved: known }) => [`ours_helper ${helper}`, known] as const),
        ...helpers.map(
          ({ helper, charged_minus_drop_solved: paid }) => [`ours_helper_charged ${helper}`, paid] as const,
        ),
      ]
      law = Math.min(law, named['ours']?.[0] ?? 0)
      for (const [policy, interval] of all) {
        if (interval[0] < worst.interval[0])
          worst = { interval, where: `${set}/${model}, ${policy}, ${tries} tries` }
      }
    }
  }
  return {
    coverage_minus_drop_solved: worst.interval[0],
    interval: worst.interval,
    where: worst.where,
    ours_minus_drop_solved: law,
  }
}

function text(report: AllocationBench & { readonly commit: string | null; readonly wall_s: number }): string {
  const lines: string[] = []
  const percent = (share: number | undefined) =>
    (share === undefined ? '–' : (100 * share).toFixed(1)).padStart(6)
  const share = (value: number | null) => (value === null ? '   –' : value.toFixed(2).padStart(5))
  const columns = [
    'uniform',
    'drop_solved',
    'uab',
    'ours',
    'ours_samples',
    'ours_features',
    'ours_helper',
    'ours_helper_charged',
  ]
  for (const { set, model, prompts, samples, points, helper_cost_in_tries: cost } of report.recordings) {
    const costs = Object.entries(cost).map(([helper, tries]) => `${helper} ${tries.toFixed(2)}`)
    lines.push(
      `${set}/${model}: ${prompts} prompts, ${samples} samples; a helper's result in tries: ${costs.join(', ') || '–'}`,
    )
    lines.push(
      '  tries uniform   drop    uab   ours sampl.  feat. helper charged | gap   share: sampl. feat. helper | saving vs uniform drop helper',
    )
    for (const point of points) {
      const savings = ['drop_solved', 'ours_helper'].map((name) => {
        const least = point.saving_at_least.includes(name) ? '≥' : ''
        return `${least}${point.saving_vs_uniform[name]?.toFixed(2) ?? '–'}`.padStart(6)
      })
      lines.push(
        `  ${String(point.tries).padStart(5)} ${columns.map((name) => percent(point.coverage[name]?.[0])).join(' ')}  |${percent(point.honest_gap[0])}   ${share(point.gap_share.samples)}  ${share(point.gap_share.features)}  ${share(point.gap_share.helper)} | ${savings.join(' ')}`,
      )
    }
  }
  lines.push('', 'median over recordings:')
  for (const [name, value] of Object.entries(report.median))
    lines.push(`  ${name}: ${value === null ? '–' : value.toFixed(3)}`)
  const { worst } = report
  const points = worst.interval.map((value) => (100 * value).toFixed(2))
  lines.push(
    `worst of all ours* against drop-solved: ${points[0]} points [${points[1]}, ${points[2]}] (${worst.where})`,
  )
  lines.push(`ours without side information: ${(100 * worst.ours_minus_drop_solved).toFixed(2)} points`)
  if (report.left_out.length > 0) lines.push('left out:', ...report.left_out.map((line) => `  ${line}`))
  lines.push(
    `seed ${report.seed}, commit ${report.commit ?? 'none'}, ${report.draws} draw orders, ${report.wall_s} s`,
  )
  return lines.join('\n')
}
