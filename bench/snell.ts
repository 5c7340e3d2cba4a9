import type { Prompt } from '../src/contract.ts'
import type { Model } from '../src/models/model.ts'
import { armsOf, bestOfNName, fullSizes, quickSizes } from './snell/arms.ts'
import { analyse, type Analysis } from './snell/analyse.ts'
import { pretraining } from './snell/pretraining.ts'
import { printSnell } from './snell/report.ts'
import type { Outcome } from './snell/outcome.ts'
import { greedySample, runArms } from './snell/run-arms.ts'
import type { BenchReport } from './replay/bench-report.ts'
import { benchOptions, commitOf, type BenchOptions } from './replay/options.ts'
import { halvesOf } from './strategies/difficulty-bins.ts'
import { openLiveModels, type LiveModels } from './strategies/live-models.ts'
import { pairProblems } from './strategies/pair-problems.ts'
import { probeSamples } from './strategies/probe-samples.ts'
import { problemsOption } from './strategies/problems-option.ts'

/** Held-out problems of each of the three tasks. */
const perTask = { full: 100, quick: 12 } as const
const bootstrapCount = { full: 1000, quick: 200 } as const
/** Prompts at a time, each with a context that keeps its beginnings. */
const parallelPrompts = 4

export interface SnellInput {
  readonly models: LiveModels
  readonly prompts: readonly Prompt[]
  /** Prompts at a time. */
  readonly parallel: number
  /** Hears how many times a prompt was done: once with each guide. */
  readonly onProgress?: (done: number) => void
}

export interface SnellReport extends BenchReport<'snell'>, Analysis {
  readonly source: 'live'
  readonly quick: boolean
}

/**
 * `bench snell`: test-time compute chosen by predicted difficulty, on the models that the project carries. Exit code 0;
 * throws a Fault where node-llama-cpp or a model's file is missing.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { problems, rest } = problemsOption(args)
  const options = await benchOptions(rest)
  await using models = await openLiveModels(parallelPrompts)
  const prompts = await pairProblems(problems ?? perTask[options.quick ? 'quick' : 'full'], options.seed)
  const report = await snellReport(
    {
      models,
      prompts,
      parallel: parallelPrompts,
      onProgress: (done) => {
        if (!options.json && done % 25 === 0) console.error(`${done} of 2 × ${prompts.length} prompts`)
      },
    },
    options,
  )
  if (options.json) console.log(JSON.stringify(report))
  else printSnell(report)
  return 0
}

export async function snellReport(
  { models, prompts, parallel, onProgress }: SnellInput,
  { seed, quick }: Pick<BenchOptions, 'seed' | 'quick'>,
): Promise<SnellReport> {
  const started = performance.now()
  const arms = armsOf(quick ? quickSizes : fullSizes)
  const run = (guide: Model, done: number) =>
    runArms({
      model: models.small,
      guide,
      prompts,
      arms,
      seed,
      parallel,
      onProgress: (count) => onProgress?.(done + count),
    })
  const large: Outcome[] = []
  for (const prompt of prompts) large.push(await greedySample(models.large, prompt, seed))
  const analysis = analyse({
    arms: await run(models.largeGuide, 0),
    alone: await run(models.smallGuide, prompts.length),
    large,
    probe: bestOfNName(probeSamples),
    halves: halvesOf(prompts.length, seed),
    made: pretraining,
    seed,
    resamples: bootstrapCount[quick ? 'quick' : 'full'],
  })
  return {
    bench: 'snell',
    source: 'live',
    seed,
    commit: commitOf(),
    prompts: prompts.length,
    // Draws of the same prompt: one, since an arm's N is its number of draws.
    draws: 1,
    wall_s: (performance.now() - started) / 1000,
    quick,
    ...analysis,
  }
}
