import { randomFrom } from '../src/clock/random.ts'
import { Fault } from '../src/fault.ts'
import { bootstrapMean, type Interval } from '../src/sweep/interval.ts'
import type { BenchReport } from './replay/bench-report.ts'
import { intervalOf } from './replay/interval-of.ts'
import { meanOf } from './replay/mean-of.ts'
import { median } from './replay/median.ts'
import { benchOptions, commitOf, quickLimits, type BenchOptions } from './replay/options.ts'
import { recordingName } from './replay/recording-name.ts'
import { loadRecordings, type BenchRecording } from './replay/recordings.ts'
import { select } from './replay/select.ts'
import { certificate, type Certificate } from './votes/belief-run.ts'
import { halvesOf } from './votes/halves-of.ts'
import {
  adaptiveConsistency,
  earlyStopping,
  envelope,
  learn,
  priced,
  pricedByHistory,
  uniform,
  type Worth,
} from './votes/policies.ts'
import { votePools, type VotePool } from './votes/pool.ts'
import { drawOrders, replay, type Curve } from './votes/replay.ts'
import { printVotes } from './votes/report.ts'
import { matchOf, meanOver, resamples, savings } from './votes/saving.ts'

/** Draw orders of a full run: the bars want at least 300. */
const fullOrders = 300
/** Votes of full self-consistency that policies are measured against, where a recording has as many. */
const depths = [40, 10] as const
const bootstrapCount = 1000
const quickBootstrapCount = 200
/** Mean votes a prompt at which curves are shown. */
const shownBudgets = [1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40] as const

/** One curve against one depth of self-consistency. */
export interface PolicyResult {
  readonly votes_to_match: number | null
  readonly votes_to_stay: number | null
  readonly saving: Interval
  /** Where the policy stops by itself: mean votes, accuracy, accuracy minus full self-consistency's. */
  readonly end: { readonly votes: number; readonly accuracy: number; readonly minus_sc: Interval }
}

export interface DepthResult {
  /** Votes of full self-consistency. */
  readonly n: number
  readonly sc_accuracy: Interval
  readonly policies: Readonly<Record<string, PolicyResult>>
  readonly points: readonly {
    readonly votes: number
    readonly accuracy: Readonly<Record<string, Interval>>
  }[]
  /** At the votes that `ours` needs. */
  readonly certificate: Certificate
}

export interface VotesRecording {
  readonly set: string
  readonly model: string
  readonly prompts: number
  readonly samples_a_prompt: number
  readonly votes_to_match_sc40: number | null
  readonly saving: Interval
  readonly saving_history: Interval
  readonly bound_gap: number
  readonly depths: readonly DepthResult[]
}

export interface VotesReport extends BenchReport<'votes'> {
  readonly recordings: readonly VotesRecording[]
  /** Savings over recordings with at least so many samples a prompt, against self-consistency at that many. */
  readonly at: Readonly<Record<string, GroupResult>>
  readonly skipped: readonly { readonly recording: string; readonly reason: string }[]
  readonly left_out: readonly string[]
}

export interface GroupResult {
  readonly recordings: number
  readonly mean_saving: Readonly<Record<string, Interval>>
  readonly median_saving: Readonly<Record<string, number | null>>
  readonly worst_saving: Readonly<Record<string, number>>
  /** The mean over recordings where self-consistency beats a single vote by a point: elsewhere one vote is level. */
  readonly where_votes_help: {
    readonly recordings: number
    readonly mean_saving: Readonly<Record<string, Interval>>
  }
  readonly max_bound_gap: number
}

/** Gain of full self-consistency over one vote from which votes are said to help. */
const helps = 0.01

interface Row {
  readonly policy: string
  /** The saving in each resample. */
  readonly values: Float64Array
  readonly point: number
  readonly helps: boolean
}

/** `bench votes`: votes needed to be level with self-consistency. Exit code 0; throws a Fault for bad input. */
export async function main(args: readonly string[]): Promise<number> {
  const options = await benchOptions(args)
  const report = votesReport(await loadRecordings(options.recordings), options)
  if (options.json) console.log(JSON.stringify(report))
  else printVotes(report)
  return 0
}

/** @throws Fault `bad-recording` when nothing can be voted on */
export function votesReport(
  all: readonly BenchRecording[],
  { seed, quick }: Pick<BenchOptions, 'seed' | 'quick'>,
): VotesReport {
  const started = performance.now()
  const skipped: { recording: string; reason: string }[] = []
  const usable = all.flatMap((recording) => {
    const { pools, reason } = votePools(recording)
    if (reason !== undefined) skipped.push({ recording: recordingName(recording), reason })
    return reason === undefined ? [{ recording, pools }] : []
  })
  if (usable.length === 0) {
    throw new Fault(
      'bad-recording',
      'none of the recordings can be voted on',
      'Give recordings with at least 5 labelled samples a prompt that have an answer.',
    )
  }
  const { taken, left } = quick
    ? select(usable, quickLimits.recordings, seed)
    : { taken: usable, left: [] as typeof usable }
  const draws = quick ? quickLimits.orders : fullOrders
  const resampled = new Map<string, Row[]>()
  const gaps = new Map<number, number[]>()
  const recordings = taken.map(({ recording, pools }) => {
    const samples = Math.min(...pools.map((pool) => pool.votes.length))
    const wanted = new Set([Math.min(depths[0], samples), ...depths.filter((depth) => depth <= samples)])
    const results = [...wanted].map((n) => {
      const { result, boot } = atDepth(recording, pools, n, draws, seed, quick)
      for (const [policy, values] of boot) {
        const key = `${n}`
        const list = resampled.get(key) ?? []
        list.push({
          policy,
          values,
          point: result.policies[policy]?.saving[0] ?? 1,
          helps: result.sc_accuracy[0] - (result.points[0]?.accuracy['uniform']?.[0] ?? 0) >= helps,
        })
        resampled.set(key, list)
      }
      gaps.set(n, [...(gaps.get(n) ?? []), result.certificate.gap])
      return result
    })
    const deepest = results[0] as DepthResult
    return {
      set: recording.set,
      model: recording.model,
      prompts: pools.length,
      samples_a_prompt: samples,
      votes_to_match_sc40: deepest.policies['ours']?.votes_to_match ?? null,
      saving: deepest.policies['ours']?.saving ?? ([1, 1, 1] as const),
      saving_history: deepest.policies['ours_history']?.saving ?? ([1, 1, 1] as const),
      bound_gap: deepest.certificate.gap,
      depths: results,
    }
  })
  const at: Record<string, GroupResult> = {}
  for (const depth of depths) {
    const rows = resampled.get(String(depth))
    if (rows) at[String(depth)] = groupOf(rows, gaps.get(depth) ?? [])
  }
  return {
    bench: 'votes',
    seed,
    commit: commitOf(),
    prompts: recordings.reduce((sum, each) => sum + each.prompts, 0),
    draws,
    wall_s: (performance.now() - started) / 1000,
    recordings,
    at,
    skipped,
    left_out: left.map(({ recording }) => recordingName(recording)),
  }
}

function atDepth(
  recording: BenchRecording,
  pools: readonly VotePool[],
  n: number,
  draws: number,
  seed: number,
  quick: boolean,
): { readonly result: DepthResult; readonly boot: ReadonlyMap<string, Float64Array> } {
  const name = recordingName(recording)
  const orders = drawOrders(pools, n, draws, seed)
  const halves = halvesOf(pools.length, seed)
  const learned = learn(pools, halves, n, seed)
  const policies: Readonly<Record<string, Worth>> = {
    uniform,
    adaptive_consistency: adaptiveConsistency,
    esc: earlyStopping(pools.length),
    envelope,
    ours: priced(learned, halves),
    ours_history: pricedByHistory(learned, halves),
  }
  const budgets = budgetsTo(n)
  const curves = new Map<string, Curve>()
  for (const [policy, worth] of Object.entries(policies))
    curves.set(policy, replay(pools, orders, budgets, worth))
  const full = { votes: n, right: (curves.get('uniform') as Curve).right.at(-1) as Float64Array }
  const everyone = Int32Array.from(pools.keys())
  const target = meanOver(full.right, everyone)
  const random = randomFrom(`${seed}/${name}/${n}/bootstrap`)
  const samples = resamples(pools.length, quick ? quickBootstrapCount : bootstrapCount, random)
  const boot = new Map<string, Float64Array>()
  const results: Record<string, PolicyResult> = {}
  for (const [policy, curve] of curves) {
    const match = matchOf(curve, target, everyone)
    const values = savings(curve, full, samples)
    boot.set(policy, values)
    const endRight = curve.right.at(-1) as Float64Array
    results[policy] = {
      votes_to_match: match.votes ?? null,
      votes_to_stay: match.votesToStay ?? null,
      saving: intervalOf(match.votes === undefined ? 1 : n / match.votes, values),
      end: {
        votes: meanOver(curve.votes.at(-1) as Float64Array, everyone),
        accuracy: meanOver(endRight, everyone),
        minus_sc: bootstrapMean(
          Array.from(endRight, (right, prompt) => right - (full.right[prompt] as number)),
          random,
          samples.length,
        ),
      },
    }
  }
  const classes = learned.map(({ process, prices }, half) => ({
    process,
    prices,
    prompts: halves.filter((each) => each === half).length,
  }))
  const spent = (results['ours']?.votes_to_match ?? n) * pools.length
  return {
    boot,
    result: {
      n,
      sc_accuracy: bootstrapMean(Array.from(full.right), random, samples.length),
      policies: results,
      points: pointsOf(curves, budgets, random, samples.length),
      certificate: certificate(classes, spent, randomFrom(`${seed}/${name}/${n}/certificate`)),
    },
  }
}

function pointsOf(
  curves: ReadonlyMap<string, Curve>,
  budgets: readonly number[],
  random: () => number,
  count: number,
) {
  return shownBudgets
    .filter((shown) => shown <= (budgets.at(-1) as number))
    .map((shown) => {
      const index = budgets.findIndex((budget) => budget >= shown - budgetEpsilon)
      const accuracy: Record<string, Interval> = {}
      for (const [policy, curve] of curves)
        accuracy[policy] = bootstrapMean(Array.from(curve.right[index] as Float64Array), random, count)
      return { votes: budgets[index] as number, accuracy }
    })
}

const budgetEpsilon = 1e-9

/** Mean votes a prompt at which accuracy is noted: fine where savings are decided. */
function budgetsTo(most: number): number[] {
  const budgets: number[] = []
  for (let tenths = 10; tenths < Math.min(40, most * 10); tenths += 1) budgets.push(tenths / 10)
  for (let quarters = 16; quarters < Math.min(48, most * 4); quarters += 1) budgets.push(quarters / 4)
  for (let whole = 12; whole < most; whole += 1) budgets.push(whole)
  budgets.push(most)
  return budgets
}

function groupOf(rows: readonly Row[], gaps: readonly number[]): GroupResult {
  const medians: Record<string, number | null> = {}
  const worst: Record<string, number> = {}
  for (const policy of new Set(rows.map((row) => row.policy))) {
    const points = rows.filter((row) => row.policy === policy).map((row) => row.point)
    medians[policy] = median(points)
    worst[policy] = Math.min(...points)
  }
  const helped = rows.filter((row) => row.helps)
  return {
    recordings: gaps.length,
    mean_saving: meanSavings(rows),
    median_saving: medians,
    worst_saving: worst,
    where_votes_help: {
      recordings: helped.filter((row) => row.policy === 'ours').length,
      mean_saving: meanSavings(helped),
    },
    max_bound_gap: Math.max(...gaps),
  }
}

function meanSavings(rows: readonly Row[]): Record<string, Interval> {
  const means: Record<string, Interval> = {}
  for (const policy of new Set(rows.map((row) => row.policy))) {
    const own = rows.filter((row) => row.policy === policy)
    const resampled = Float64Array.from(own[0]?.values ?? [], (_, index) =>
      meanOf(own.map(({ values }) => values[index] as number)),
    )
    means[policy] = intervalOf(meanOf(own.map((row) => row.point)), resampled)
  }
  return means
}
