import { HazardIndex } from '../src/allocator/hazard-index.ts'
import { StreamAllocator } from '../src/allocator/stream-allocator.ts'
import { randomFrom, shuffled } from '../src/clock/random.ts'
import { fitPrior } from '../src/difficulty/fit-prior.ts'
import { beliefOf } from '../src/difficulty/prior-model.ts'
import type { ZeroInflatedBeta } from '../src/difficulty/zero-inflated-beta.ts'
import { Fault } from '../src/fault.ts'
import { bootstrapMean, type Interval } from '../src/sweep/interval.ts'
import { drawsOf, type PromptDraws } from './replay/draws.ts'
import { median } from './replay/median.ts'
import { benchOptions, commitOf, fullOrders, quickLimits } from './replay/options.ts'
import { ours } from './replay/policies.ts'
import { loadRecordings, type BenchPrompt, type BenchRecording } from './replay/recordings.ts'
import { select } from './replay/select.ts'
import { simulate } from './replay/simulate.ts'

const budgets = [2, 4, 8] as const
const orderings = ['stationary', 'drifting'] as const
/** A gain below this share of coverage is not divided by. */
const leastGain = 0.01
/** How far an unbounded price may go: in effect not bounded. */
const unboundedBand = 0.95

/**
 * Policies that serve prompts as they come. The rivals let an unsolved prompt go when the next one comes: the forecast
 * price with its band, and a price that follows spending as far as it likes (dual ascent).
 */
const policies = ['ours', 'price_alone', 'price_that_follows'] as const
type Policy = (typeof policies)[number]

export interface StreamPoint {
  readonly tries: number
  readonly order: (typeof orderings)[number]
  readonly coverage: { readonly uniform: Interval; readonly offline: Interval } & Readonly<
    Record<Policy, Interval>
  >
  /** Of the offline batch's gain over uniform; null where that is below 1 point. */
  readonly share_of_offline_gain: Readonly<Record<Policy, number>> | null
  /** Share of ours' tries that were made before the stream ended: the rest waited for its end. */
  readonly before_end: number
  /** Share of the budget that was used, and the most that any run went over it. */
  readonly used: number
  readonly overshoot: number
}

export interface StreamReport {
  readonly set: string
  readonly model: string
  readonly prompts: number
  readonly points: readonly StreamPoint[]
}

/**
 * Prompts that come one after the other under one budget, in random order and easy half first: how much of what a batch
 * that knows them all gains over uniform is kept. Two-fold: the forecast comes from the other half of the prompts.
 */
export async function main(args: readonly string[]): Promise<void> {
  const { recordings, json, quick, seed } = await benchOptions(args)
  const started = performance.now()
  const all = (await loadRecordings(recordings)).filter(({ prompts }) =>
    prompts.every(({ tries }) => tries >= 2),
  )
  if (all.length === 0)
    throw new Fault('bad-recording', 'no recording has two tries of every prompt', 'Give another.')
  const { taken, left } = select(all, quick ? quickLimits.recordings : all.length, seed)
  const orders = quick ? quickLimits.orders : fullOrders
  const reports = taken.map((recording) => streamReport(recording, orders, seed))
  const share = (order: string, policy: Policy) =>
    median(
      reports.flatMap(({ points }) =>
        points.flatMap((point) =>
          point.order === order ? (point.share_of_offline_gain?.[policy] ?? []) : [],
        ),
      ),
    )
  const report = {
    bench: 'stream',
    seed,
    commit: commitOf(),
    quick,
    draws: orders,
    prompts: reports.reduce((sum, { prompts }) => sum + prompts, 0),
    recordings: reports,
    median: Object.fromEntries(
      orderings.map((order) => [
        order,
        Object.fromEntries(policies.map((policy) => [policy, share(order, policy)])),
      ]),
    ),
    worst_overshoot: Math.max(...reports.flatMap(({ points }) => points.map(({ overshoot }) => overshoot))),
    left_out: left.map(({ set, model }) => `${set}/${model}: --quick`),
    wall_s: Math.round((performance.now() - started) / 100) / 10,
  }
  console.log(json ? JSON.stringify(report) : text(report))
}

function streamReport(recording: BenchRecording, orders: number, seed: number): StreamReport {
  const { prompts, set, model } = recording
  const points: StreamPoint[] = []
  // The forecast of an order and half is the same at every budget.
  const beliefs = new Map<string, ZeroInflatedBeta>()
  for (const tries of budgets) {
    for (const order of orderings) points.push(streamPoint(recording, tries, order, orders, seed, beliefs))
  }
  return { set, model, prompts: prompts.length, points }
}

function streamPoint(
  { prompts, set, model }: BenchRecording,
  tries: number,
  ordering: (typeof orderings)[number],
  orders: number,
  seed: number,
  beliefs: Map<string, ZeroInflatedBeta>,
): StreamPoint {
  const solved = { uniform: counts(prompts), offline: counts(prompts) } as Record<
    'uniform' | 'offline' | Policy,
    Float64Array
  >
  for (const policy of policies) solved[policy] = counts(prompts)
  let used = 0
  let early = 0
  let runs = 0
  let overshoot = 0
  for (let number = 0; number < orders; number += 1) {
    const key = `${seed}/${number}`
    const random = randomFrom(`stream/${key}`)
    const shuffle = shuffled(prompts.length, random)
    for (const half of [0, 1]) {
      const test = shuffle.filter((_, place) => place % 2 === half)
      const place = `${number}/${half}`
      const others = shuffle.filter((_, at) => at % 2 !== half).map((index) => prompts[index] as BenchPrompt)
      const belief = beliefs.get(place) ?? history(others)
      beliefs.set(place, belief)
      if (ordering === 'drifting') drift(test, prompts)
      const draws = test.map((index) => drawsOf(prompts[index] as BenchPrompt, key))
      const budget = tries * test.length
      const mark = (into: Float64Array) => (arm: number) => {
        const index = test[arm] as number
        into[index] = (into[index] as number) + 1 / orders
      }
      for (const [arm, draw] of draws.entries()) if (draw.firstSuccess <= tries) mark(solved.uniform)(arm)
      simulate(ours(draws.length), draws, [budget], mark(solved.offline))
      for (const policy of policies) {
        const { spent, onArrival } = stream(policy, draws, budget, belief, mark(solved[policy]))
        overshoot = Math.max(overshoot, spent - budget)
        if (policy !== 'ours') continue
        used += spent / budget
        early += onArrival / spent
        runs += 1
      }
    }
  }
  const random = randomFrom(`stream-report/${seed}/${set}/${model}/${tries}/${ordering}`)
  const mean = (of: Float64Array) => of.reduce((sum, value) => sum + value, 0) / prompts.length
  const base = mean(solved.uniform)
  const gain = mean(solved.offline) - base
  const of = <Value>(value: (policy: Policy) => Value) =>
    Object.fromEntries(policies.map((policy) => [policy, value(policy)])) as Record<Policy, Value>
  return {
    tries,
    order: ordering,
    coverage: {
      uniform: bootstrapMean([...solved.uniform], random),
      offline: bootstrapMean([...solved.offline], random),
      ...of((policy) => bootstrapMean([...solved[policy]], random)),
    },
    share_of_offline_gain: gain < leastGain ? null : of((policy) => (mean(solved[policy]) - base) / gain),
    used: used / runs,
    before_end: early / runs,
    overshoot,
  }
}

function counts(prompts: readonly BenchPrompt[]): Float64Array {
  return new Float64Array(prompts.length)
}

/** What the other half of the prompts says about all of them. */
function history(prompts: readonly BenchPrompt[]): ZeroInflatedBeta {
  const outcomes = prompts.map(({ tries, successes }) => ({ features: {}, tries, successes }))
  return beliefOf(fitPrior(outcomes, []), {})
}

/** The easier half first, each half in the random order it had. Only the order of arrival knows the pass rates. */
function drift(test: number[], prompts: readonly BenchPrompt[]): void {
  const rate = (index: number) => (prompts[index]?.successes ?? 0) / (prompts[index]?.tries ?? 1)
  const easy = new Set(
    test.toSorted((left, right) => rate(right) - rate(left)).slice(0, Math.ceil(test.length / 2)),
  )
  const sorted = [...test.filter((index) => easy.has(index)), ...test.filter((index) => !easy.has(index))]
  test.splice(0, test.length, ...sorted)
}

/** One stream; returns the tries made. */
function stream(
  policy: Policy,
  draws: readonly PromptDraws[],
  budget: number,
  belief: ZeroInflatedBeta,
  onSolved: (arm: number) => void,
): { readonly spent: number; readonly onArrival: number } {
  const allocator = new StreamAllocator(new HazardIndex({ wastedShare: 0 }), {
    budget,
    horizon: draws.length,
    mix: [{ belief, share: 1 }],
    paced: policy === 'ours',
    ...(policy === 'price_that_follows' && { band: unboundedBand }),
  })
  const made = new Int32Array(draws.length)
  let spent = 0
  const serve = () => {
    for (let arm = allocator.next(); arm !== undefined; arm = allocator.next()) {
      const draw = draws[arm] as PromptDraws
      const number = (made[arm] as number) + 1
      made[arm] = number
      spent += 1
      allocator.started(arm)
      const success = draw.firstSuccess === number
      allocator.observe(arm, { kind: success ? 'solved' : 'unsolved', cost: 1 })
      if (success) onSolved(arm)
      if (success || number >= draw.depth) allocator.close(arm)
    }
  }
  for (const arm of draws.keys()) {
    allocator.add(arm, '', belief)
    serve()
    // Without the deferred set an unsolved prompt is let go when the next one comes.
    if (policy !== 'ours') allocator.close(arm)
  }
  const onArrival = spent
  allocator.end()
  serve()
  return { spent, onArrival }
}

function text(report: {
  readonly recordings: readonly StreamReport[]
  readonly median: unknown
  readonly worst_overshoot: number
  readonly left_out: readonly string[]
  readonly seed: number
  readonly wall_s: number
}): string {
  const lines = [`share of the offline gain over uniform: ${policies.join(', ')}`]
  for (const { set, model, points } of report.recordings) {
    lines.push(`${set}/${model}`)
    for (const { tries, order, coverage, share_of_offline_gain: share, used } of points) {
      const shares = policies.map((policy) => share?.[policy].toFixed(2) ?? '–').join('  ')
      const ends = `uniform ${(100 * coverage.uniform[0]).toFixed(1)} offline ${(100 * coverage.offline[0]).toFixed(1)}`
      lines.push(`  ${tries} tries, ${order}: ${shares}  (${ends}, budget used ${(100 * used).toFixed(0)} %)`)
    }
  }
  lines.push(`median: ${JSON.stringify(report.median)}`, `worst overshoot: ${report.worst_overshoot} tries`)
  lines.push(...report.left_out.map((line) => `left out: ${line}`), `seed ${report.seed}, ${report.wall_s} s`)
  return lines.join('\n')
}
