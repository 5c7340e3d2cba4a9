import { randomFrom } from '../src/clock/random.ts'
import { Fault } from '../src/fault.ts'
import { bootstrapMean, type Interval } from '../src/sweep/interval.ts'
import { noisyCurves } from './noisy/curves.ts'
import { policiesFor } from './noisy/policies.ts'
import { printNoisy } from './noisy/report.ts'
import { recordedTests, simulatedVerifiers } from './noisy/verifiers.ts'
import type { BenchReport } from './replay/bench-report.ts'
import { benchOptions, commitOf, quickLimits, type BenchOptions } from './replay/options.ts'
import { recordingName } from './replay/recording-name.ts'
import { loadRecordings, type BenchRecording } from './replay/recordings.ts'
import { select } from './replay/select.ts'

/** Draw orders of a full run for recorded tests; simulated verifiers draw their errors anew in each. */
const fullOrders = 200
const simulatedOrders = 60
const quickOrders = { recorded: quickLimits.orders, simulated: 10 } as const
const bootstrapCount = { full: 1000, quick: 200 } as const
/** Samples a prompt: powers of two up to what was recorded. */
const mostSamples = 64
const fewestSamples = 5

export interface NoisyPoint {
  readonly n: number
  readonly accuracy: Readonly<Record<string, Interval>>
  /** Share of prompts accepted but wrong, at the number of acceptances of plain best-of-N. */
  readonly wrong_but_accepted: Readonly<Record<string, number>>
  readonly minus_best_of_n: Readonly<Record<string, Interval>>
  readonly minus_one_sample: Readonly<Record<string, Interval>>
  /** accuracy(4N) − accuracy(N); absent where 4N was not recorded. */
  readonly gain_of_4n?: Readonly<Record<string, Interval>>
}

export interface NoisyResult {
  readonly set: string
  readonly model: string
  readonly verifier: string
  readonly simulated: boolean
  readonly prompts: number
  readonly draws: number
  readonly points: readonly NoisyPoint[]
}

/** The smallest value over recordings and numbers of samples, in points: what was lost at worst. */
export interface WorstOf {
  readonly gain_of_4n: number
  readonly minus_best_of_n: number
  readonly minus_one_sample: number
}

export interface NoisyReport extends BenchReport<'noisy'> {
  readonly results: readonly NoisyResult[]
  readonly worst: Readonly<Record<'recorded' | 'simulated', Readonly<Record<string, WorstOf>>>>
  readonly skipped: readonly { readonly recording: string; readonly reason: string }[]
  readonly left_out: readonly string[]
}

/** `bench noisy`: accuracy against budget with verifiers that err. Exit code 0; throws a Fault for bad input. */
export async function main(args: readonly string[]): Promise<number> {
  const options = await benchOptions(args)
  const report = noisyReport(await loadRecordings(options.recordings), options)
  if (options.json) console.log(JSON.stringify(report))
  else printNoisy(report)
  return 0
}

/** @throws Fault `bad-recording` when no recording has enough labelled samples */
export function noisyReport(
  all: readonly BenchRecording[],
  { seed, quick }: Pick<BenchOptions, 'seed' | 'quick'>,
): NoisyReport {
  const started = performance.now()
  const skipped: { recording: string; reason: string }[] = []
  const usable: BenchRecording[] = []
  for (const recording of all) {
    const prompts = recording.prompts.filter(
      ({ samples }) =>
        samples.length >= fewestSamples && samples.every(({ correct }) => correct !== undefined),
    )
    if (recording.kind === 'counts' || prompts.length < 4) {
      skipped.push({
        recording: recordingName(recording),
        reason: `fewer than 4 prompts have ${fewestSamples} labelled samples`,
      })
      continue
    }
    usable.push({ ...recording, prompts, depth: Math.min(...prompts.map(({ samples }) => samples.length)) })
  }
  if (usable.length === 0) {
    throw new Fault(
      'bad-recording',
      'no recording has enough samples',
      `Give recordings with at least ${fewestSamples} labelled samples a prompt.`,
    )
  }
  const { taken, left } = quick ? select(usable, quickLimits.recordings, seed) : { taken: usable, left: [] }
  const results: NoisyResult[] = []
  for (const recording of taken) {
    const recorded = recordedTests(recording)
    if (recorded) results.push(resultOf(recording, recorded, false, quick, seed))
    for (const verifier of simulatedVerifiers(recording))
      results.push(resultOf(recording, verifier, true, quick, seed))
  }
  return {
    bench: 'noisy',
    seed,
    commit: commitOf(),
    prompts: taken.reduce((sum, { prompts }) => sum + prompts.length, 0),
    draws: quick ? quickOrders.recorded : fullOrders,
    wall_s: (performance.now() - started) / 1000,
    results,
    worst: {
      recorded: worstOf(results.filter(({ simulated }) => !simulated)),
      simulated: worstOf(results.filter(({ simulated }) => simulated)),
    },
    skipped,
    left_out: left.map(recordingName),
  }
}

function resultOf(
  recording: BenchRecording,
  verifier: Parameters<typeof noisyCurves>[1],
  simulated: boolean,
  quick: boolean,
  seed: number,
): NoisyResult {
  const draws = quick
    ? quickOrders[simulated ? 'simulated' : 'recorded']
    : simulated
      ? simulatedOrders
      : fullOrders
  const resampled = bootstrapCount[quick ? 'quick' : 'full']
  const sizes: number[] = []
  for (let size = 1; size <= Math.min(recording.depth, mostSamples); size *= 2) sizes.push(size)
  const policies = policiesFor(recording, verifier, sizes, seed)
  const curves = noisyCurves(recording, verifier, policies, sizes, draws, seed)
  const random = randomFrom(`${seed}/${recordingName(recording)}/${verifier.name}/bootstrap`)
  const rowOf = (policy: string, index: number) => curves.get(policy)?.right[index] as Float64Array
  const difference = (left: Float64Array, right: Float64Array) =>
    bootstrapMean(
      Array.from(left, (value, prompt) => value - (right[prompt] as number)),
      random,
      resampled,
    )
  const each = <Value>(value: (policy: string) => Value): Record<string, Value> =>
    Object.fromEntries(policies.map(({ name }) => [name, value(name)]))
  return {
    set: recording.set,
    model: recording.model,
    verifier: verifier.name,
    simulated,
    prompts: recording.prompts.length,
    draws,
    points: sizes.map((n, index) => ({
      n,
      accuracy: each((policy) => bootstrapMean(Array.from(rowOf(policy, index)), random, resampled)),
      wrong_but_accepted: each((policy) => curves.get(policy)?.wronglyAccepted[index] as number),
      minus_best_of_n: each((policy) => difference(rowOf(policy, index), rowOf('best_of_n', index))),
      minus_one_sample: each((policy) => difference(rowOf(policy, index), rowOf('best_of_n', 0))),
      ...(index + 2 < sizes.length && {
        gain_of_4n: each((policy) => difference(rowOf(policy, index + 2), rowOf(policy, index))),
      }),
    })),
  }
}

function worstOf(results: readonly NoisyResult[]): Record<string, WorstOf> {
  const worst: Record<string, WorstOf> = {}
  for (const { points } of results) {
    for (const point of points) {
      for (const policy of Object.keys(point.accuracy)) {
        const before = worst[policy] ?? { gain_of_4n: 0, minus_best_of_n: 0, minus_one_sample: 0 }
        worst[policy] = {
          gain_of_4n: Math.min(before.gain_of_4n, 100 * (point.gain_of_4n?.[policy]?.[0] ?? 0)),
          minus_best_of_n: Math.min(before.minus_best_of_n, 100 * (point.minus_best_of_n[policy]?.[0] ?? 0)),
          minus_one_sample: Math.min(
            before.minus_one_sample,
            100 * (point.minus_one_sample[policy]?.[0] ?? 0),
          ),
        }
      }
    }
  }
  return worst
}
