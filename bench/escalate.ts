import { randomFrom } from '../src/clock/random.ts'
import { Fault } from '../src/fault.ts'
import type { Interval } from '../src/sweep/interval.ts'
import { fittedOnOtherHalf } from './escalate/fitted.ts'
import { costAt, frontier, type CostAccuracy } from './escalate/frontier.ts'
import { modelPairs, type ModelPair } from './escalate/pair.ts'
import { alwaysLarge, cascades, priced, routers, type NamedPolicy } from './escalate/policies.ts'
import { drawEscalation, runEscalation, type EscalationPoint } from './escalate/replay.ts'
import { printEscalate } from './escalate/report.ts'
import type { BenchReport } from './replay/bench-report.ts'
import { intervalOf } from './replay/interval-of.ts'
import { median } from './replay/median.ts'
import { benchOptions, commitOf, quickLimits, type BenchOptions } from './replay/options.ts'
import { loadRecordings, type BenchRecording } from './replay/recordings.ts'
import { select } from './replay/select.ts'
import { halvesOf } from './votes/halves-of.ts'
import { meanOver, resamples } from './votes/saving.ts'

/** Draw orders, and resamples of the prompts for intervals. */
const fullOrders = 200
const bootstrapCount = 200
const quickBootstrapCount = 60
/** Price of a token of the large model, that of the small one being 1. */
const largePrices = [10, 50] as const
/** Where bills are compared: shares of the way from the best cascade's lowest accuracy to its highest. */
const levels = [0.25, 0.5, 0.75, 0.9] as const

export interface CurvePoint {
  readonly policy: string
  /** As a share of asking the large model once for every prompt. */
  readonly bill: number
  readonly accuracy: number
}

export interface LevelResult {
  readonly accuracy: number
  /** Least bill at which each reaches it; null where it never does. */
  readonly bill: Readonly<Record<string, number | null>>
  /** Ours ÷ the best fixed cascade chosen with hindsight, and ÷ the one chosen on the other half. */
  readonly ratio: Readonly<Record<'best_cascade' | 'fitted_cascade' | 'router', number | null>>
}

export interface PairResult {
  readonly set: string
  readonly small: string
  readonly large: string
  readonly price: number
  readonly prompts: number
  readonly accuracy: {
    readonly small: number
    readonly large: number
    readonly best: Readonly<Record<string, number>>
  }
  readonly curves: Readonly<Record<string, readonly CurvePoint[]>>
  readonly levels: readonly LevelResult[]
  /** Geometric mean over the levels that both reach, with its interval. */
  readonly bill_ratio_at_equal_accuracy: Interval
  readonly bill_ratio_to_fitted_cascade: Interval
  /** Levels that ours never reaches, of those a cascade reaches. */
  readonly unreached: number
}

export interface EscalateReport extends BenchReport<'escalate'> {
  readonly pairs: readonly PairResult[]
  readonly median: Readonly<Record<string, number | null>>
  readonly mean: Readonly<Record<string, number>>
  readonly worst: Readonly<Record<string, number>>
  readonly left_out: readonly string[]
}

/** `bench escalate`: accuracy against the whole bill. Exit code 0; throws a Fault for bad input. */
export async function main(args: readonly string[]): Promise<number> {
  const options = await benchOptions(args)
  const report = escalateReport(await loadRecordings(options.recordings), options)
  if (options.json) console.log(JSON.stringify(report))
  else printEscalate(report)
  return 0
}

/** @throws Fault `bad-recording` when no set has two models to escalate between */
export function escalateReport(
  all: readonly BenchRecording[],
  { seed, quick }: Pick<BenchOptions, 'seed' | 'quick'>,
): EscalateReport {
  const started = performance.now()
  const pairs = modelPairs(all)
  if (pairs.length === 0) {
    throw new Fault(
      'bad-recording',
      'no set has two models to escalate between',
      'Give a set with labelled samples of two models, at least 3 a prompt of the weaker one.',
    )
  }
  const { taken, left } = quick ? select(pairs, quickLimits.recordings, seed) : { taken: pairs, left: [] }
  const draws = quick ? quickLimits.orders : fullOrders
  const results = taken.flatMap((pair) => {
    const halves = halvesOf(pair.prompts.length, seed)
    // Routers do not depend on the price: they are fitted once.
    const routing = routers(pair, halves)
    return largePrices.map((price) => resultOf(pair, halves, routing, price, draws, seed, quick))
  })
  const best = results.map((result) => result.bill_ratio_at_equal_accuracy[0])
  const fitted = results.map((result) => result.bill_ratio_to_fitted_cascade[0])
  return {
    bench: 'escalate',
    seed,
    commit: commitOf(),
    prompts: taken.reduce((sum, { prompts }) => sum + prompts.length, 0),
    draws,
    wall_s: (performance.now() - started) / 1000,
    pairs: results,
    median: { bill_ratio_at_equal_accuracy: median(best), bill_ratio_to_fitted_cascade: median(fitted) },
    mean: { bill_ratio_at_equal_accuracy: geometric(best), bill_ratio_to_fitted_cascade: geometric(fitted) },
    worst: {
      bill_ratio_at_equal_accuracy: Math.max(...best),
      bill_ratio_to_fitted_cascade: Math.max(...fitted),
    },
    left_out: left.map(({ set, small, large }) => `${set}/${small} to ${large}`),
  }
}

type Family = readonly { readonly name: string; readonly point: EscalationPoint }[]

function resultOf(
  pair: ModelPair,
  halves: Int32Array,
  routing: readonly NamedPolicy[],
  price: number,
  orders: number,
  seed: number,
  quick: boolean,
): PairResult {
  const draws = drawEscalation(pair, orders, seed)
  const run = (policies: readonly NamedPolicy[]): Family =>
    policies.map(({ name, policy }) => ({ name, point: runEscalation(pair, policy, price, draws) }))
  const everyone = Int32Array.from(halves.keys())
  const large = runEscalation(pair, alwaysLarge.policy, price, draws)
  const scale = meanOver(large.cost, everyone)
  const cascade = run(cascades(pair))
  const families: Readonly<Record<string, Family>> = {
    best_cascade: cascade,
    fitted_cascade: fittedOnOtherHalf(
      cascade.map(({ point }) => point),
      halves,
      scale,
    ).map((point, index) => ({ name: `price ${index}`, point })),
    router: run(routing),
    ours: run(priced(pair, halves, price, seed)),
  }
  const hulls = hullsOf(families, everyone, scale)
  const whole = compare(hulls)
  const random = randomFrom(`${seed}/${pair.set}/${pair.small}/${pair.large}/${price}/bootstrap`)
  const resampled = resamples(halves.length, quick ? quickBootstrapCount : bootstrapCount, random).map(
    (prompts) => compare(hullsOf(families, prompts, scale)),
  )
  const interval = (rival: 'best_cascade' | 'fitted_cascade') =>
    intervalOf(
      ratioOf(whole, rival),
      Float64Array.from(resampled, (each) => ratioOf(each, rival)),
    )
  return {
    set: pair.set,
    small: pair.small,
    large: pair.large,
    price,
    prompts: pair.prompts.length,
    accuracy: {
      small: pair.smallAccuracy,
      large: pair.largeAccuracy,
      best: Object.fromEntries(
        Object.entries(hulls).map(([name, hull]) => [name, hull.at(-1)?.accuracy ?? 0]),
      ),
    },
    curves: Object.fromEntries(
      Object.entries(hulls).map(([name, hull]) => [
        name,
        hull.map((point) => ({ policy: point.name, bill: point.cost, accuracy: point.accuracy })),
      ]),
    ),
    levels: whole,
    bill_ratio_at_equal_accuracy: interval('best_cascade'),
    bill_ratio_to_fitted_cascade: interval('fitted_cascade'),
    unreached: whole.filter(({ bill }) => bill['ours'] === null).length,
  }
}

type Hulls = Readonly<Record<string, readonly CostAccuracy[]>>

function hullsOf(families: Readonly<Record<string, Family>>, prompts: Int32Array, scale: number): Hulls {
  return Object.fromEntries(
    Object.entries(families).map(([name, family]) => [
      name,
      frontier(
        family.map(({ name: policy, point }) => ({
          name: policy,
          cost: meanOver(point.cost, prompts) / scale,
          accuracy: meanOver(point.right, prompts),
        })),
      ),
    ]),
  )
}

function compare(hulls: Hulls): LevelResult[] {
  const rival = hulls['best_cascade'] ?? []
  const low = rival[0]?.accuracy ?? 0
  const high = rival.at(-1)?.accuracy ?? 0
  return levels.map((level) => {
    const accuracy = low + level * (high - low)
    const bill = Object.fromEntries(
      Object.entries(hulls).map(([name, hull]) => [name, costAt(hull, accuracy) ?? null]),
    )
    const ratio = (name: string) => {
      const ours = bill['ours']
      const other = bill[name]
      return typeof ours === 'number' && typeof other === 'number' && other > 0 ? ours / other : null
    }
    return {
      accuracy,
      bill,
      ratio: {
        best_cascade: ratio('best_cascade'),
        fitted_cascade: ratio('fitted_cascade'),
        router: ratio('router'),
      },
    }
  })
}

/** Geometric mean over levels both reach; 1 when there is none. */
function ratioOf(results: readonly LevelResult[], rival: 'best_cascade' | 'fitted_cascade'): number {
  const ratios = results.flatMap(({ ratio }) => ratio[rival] ?? [])
  return ratios.length === 0 ? 1 : geometric(ratios)
}

function geometric(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}
