import { Fault } from '../src/fault.ts'
import type { BenchReport } from './replay/bench-report.ts'
import { benchOptions, commitOf, type BenchOptions } from './replay/options.ts'
import { analyseLive, type LiveAnalysis } from './strategies/analyse-live.ts'
import { halvesOf } from './strategies/difficulty-bins.ts'
import { ablations, auto, quickSingles, singles } from './strategies/live-arms.ts'
import { openLiveModels } from './strategies/live-models.ts'
import { pairProblems } from './strategies/pair-problems.ts'
import { probeSamples } from './strategies/probe-samples.ts'
import { problemsOption } from './strategies/problems-option.ts'
import { comparePatches, type PatchReport } from './strategies/patch.ts'
import { replayed, type Replayed } from './strategies/replayed.ts'
import { printStrategies } from './strategies/report.ts'
import { LiveRuns, type LiveInput } from './strategies/run-live.ts'
import { treeSearchCost, type DecisionCost } from './strategies/tree-search-cost.ts'

/** Held-out problems of each of the three tasks; in full more than 100 prompts a bin. */
const perTask = { full: 200, quick: 10 } as const
/** Budgets in tokens of the small model a prompt. */
const budgetsOf = { full: [100, 200, 400], quick: [100, 200] } as const
const bootstrapCount = { full: 1000, quick: 200 } as const
const patchDocuments = { full: 200, quick: 40 } as const
/** Contexts of each model: prompts take turns, and each that keeps its beginnings computed saves computing them again. */
const contexts = 48
const searchNodes = 1000

export interface StrategiesReport extends BenchReport<'strategies'>, LiveAnalysis {
  readonly source: 'live'
  readonly quick: boolean
  readonly json_patch: PatchReport
  readonly tree_search: readonly DecisionCost[]
  /** Only with --recordings. */
  readonly recordings?: Replayed
}

/**
 * `bench strategies`: every strategy under one budget, and `auto` against the best of them. Exit code 0; throws a Fault
 * where node-llama-cpp or a model's file is missing.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { problems, rest } = problemsOption(args)
  const options = await benchOptions(rest)
  const replays = args.includes('--recordings')
    ? await replayed(options.recordings, { ...options, resamples: resamplesOf(options.quick) })
    : undefined
  await using models = await openLiveModels(contexts)
  const prompts = await pairProblems(problems ?? perTask[options.quick ? 'quick' : 'full'], options.seed)
  const live = await strategiesReport({ models, prompts, seed: options.seed }, options, (arm) => {
    if (!options.json) console.error(arm)
  })
  const report = { ...live, ...(replays && { recordings: replays }) }
  if (options.json) console.log(JSON.stringify(report))
  else printStrategies(report)
  return 0
}

export async function strategiesReport(
  input: LiveInput,
  { seed, quick }: Pick<BenchOptions, 'seed' | 'quick'>,
  onArm: (arm: string) => void = () => undefined,
): Promise<StrategiesReport> {
  const started = performance.now()
  const size = quick ? 'quick' : 'full'
  const runs = new LiveRuns(input)
  const predicted = await runs.probe(probeSamples)
  const budgets = budgetsOf[size]
  const arms = quick ? quickSingles : singles
  const run = async (arm: (typeof arms)[number], budget: number) => {
    const outcomes = await runs.run(arm, budget)
    onArm(`${arm.name} at ${budget}`)
    return { name: arm.name, outcomes }
  }
  const atBudgets = <Run>(one: (budget: number) => Promise<Run>) => Promise.all(budgets.map(one))
  const most = budgets.at(-1)
  if (most === undefined) throw new Fault('bad-argument', 'there are no budgets', 'Give some.')
  const [single, full, left] = await Promise.all([
    atBudgets((budget) => Promise.all(arms.map((arm) => run(arm, budget)))),
    atBudgets((budget) => run(auto, budget)),
    Promise.all(Object.entries(ablations).map(async ([kind, arm]) => [kind, await run(arm, most)] as const)),
  ])
  const analysis = analyseLive({
    budgets,
    singles: single,
    auto: full,
    ablations: Object.fromEntries(left),
    predicted,
    halves: halvesOf(input.prompts.length, seed),
    seed,
    resamples: resamplesOf(quick),
  })
  return {
    bench: 'strategies',
    source: 'live',
    seed,
    commit: commitOf(),
    prompts: input.prompts.length,
    draws: 1,
    quick,
    ...analysis,
    json_patch: await comparePatches({ documents: patchDocuments[size], seed }),
    tree_search: treeSearchCost(searchNodes, seed),
    wall_s: (performance.now() - started) / 1000,
  }
}

function resamplesOf(quick: boolean): number {
  return bootstrapCount[quick ? 'quick' : 'full']
}
