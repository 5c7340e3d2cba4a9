import { BucketAllocator } from '../allocator/bucket-allocator.ts'
import { HazardIndex } from '../allocator/hazard-index.ts'
import { roundRobin } from '../allocator/round-robin.ts'
import { randomFrom, shuffled } from '../clock/random.ts'
import { Engine } from '../engine.ts'
import { Fault } from '../fault.ts'
import { LlamaModel } from '../models/llama.ts'
import type { Model } from '../models/model.ts'
import { promptOf, readRecording, type RecordedProblem } from '../models/recording.ts'
import { ReplayModel } from '../models/replay.ts'
import { VerifierPool } from '../pool/verifier-pool.ts'
import { strategyNamed } from '../registry.ts'
import { asset } from './asset.ts'
import { countdownProblems } from './countdown-problems.ts'
import { SharedDraws } from './shared-draws.ts'

export const demoModel = 'tiny-1.3m'
export const demoModelFile = 'tiny-1.3m-b-f16.gguf'
export const demoTemperature = 0.8
/** Output cap of one sample, in tokens: the longest right answer to a problem with 6 numbers has about 85. */
export const demoMaxOutputTokens = 128

/** The default budget, in tokens a prompt: about four tries of each. */
export const defaultTokensPerPrompt = 300
export const defaultPrompts = 100

const concurrency = 8

export interface DemoOptions {
  readonly seed: number
  readonly prompts: number
  readonly budgetTokens: number
  readonly onProgress?: (progress: DemoProgress) => void
  /** Hears why the native model is not used, when it is not. */
  readonly onFallback?: (reason: string) => void
}

export interface DemoProgress {
  /** Tokens that all arms together have spent, of all their budgets together. */
  readonly spent: number
  readonly total: number
  readonly solved: Readonly<Record<ArmName, number>>
}

export const armNames = ['uniform', 'drop_solved', 'outthink'] as const
export type ArmName = (typeof armNames)[number]

export interface ArmReport {
  readonly solved: number
  readonly tokens: number
  /** Null when nothing was solved. */
  readonly tokens_per_solved: number | null
  readonly samples: number
  /** Tokens above the budget, from the model's own counts and not from the ledger. */
  readonly overshoot: number
  /** Solved by how many numbers a problem has. */
  readonly by_numbers: Readonly<
    Record<number, { readonly solved: number; readonly prompts: number; readonly tokens: number }>
  >
}

export interface DemoReport {
  readonly backend: 'llama' | 'replay'
  readonly seed: number
  readonly prompts: number
  readonly budget_tokens: number
  readonly arms: Readonly<Record<ArmName, ArmReport>>
  readonly wall_s: number
}

/**
 * The main job with nothing to configure: countdown problems, a model of 1.3 million parameters, and one hard token
 * budget, spent in three ways on the same draws: the same number of tries for every problem, round robin that drops
 * the solved, and outthink.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const started = performance.now()
  const { model, backend, problems } = await backendOf(options)
  const draws = new SharedDraws(model, options.seed)
  const spent: Record<ArmName, number> = { uniform: 0, drop_solved: 0, outthink: 0 }
  const solved: Record<ArmName, number> = { uniform: 0, drop_solved: 0, outthink: 0 }
  await using pool = new VerifierPool()
  const arms = await Promise.all(
    armNames.map((name) =>
      runArm(name, draws, pool, problems, options, (tokens, newlySolved) => {
        spent[name] = tokens
        solved[name] += newlySolved
        options.onProgress?.({
          spent: spent.uniform + spent.drop_solved + spent.outthink,
          total: options.budgetTokens * armNames.length,
          solved: { ...solved },
        })
      }),
    ),
  )
  await model.close?.()
  const [uniform, dropSolved, outthink] = arms as [ArmReport, ArmReport, ArmReport]
  return {
    backend,
    seed: options.seed,
    prompts: problems.length,
    budget_tokens: options.budgetTokens,
    arms: { uniform, drop_solved: dropSolved, outthink },
    wall_s: Math.round((performance.now() - started) / 10) / 100,
  }
}

async function runArm(
  name: ArmName,
  draws: SharedDraws,
  pool: VerifierPool,
  problems: readonly RecordedProblem[],
  options: DemoOptions,
  onProgress: (tokens: number, newlySolved: number) => void,
): Promise<ArmReport> {
  const arm = draws.arm()
  const seen = new Set<string>()
  const engine = new Engine({
    models: [arm],
    budget: { tokens: options.budgetTokens },
    strategy: strategyNamed('best-of-n', { stopWhenSolved: name !== 'uniform' }),
    allocator: new BucketAllocator(
      name === 'outthink'
        ? new HazardIndex({ wastedShare: 0 })
        : roundRobin({ whileInFlight: name === 'uniform' }),
    ),
    checker: await pool.checker({ name: 'countdown' }),
    concurrency,
    seed: options.seed,
    onEvent: (event) => {
      if (event.type !== 'step-ended') return
      const newlySolved =
        event.verdict?.kind === 'scored' && event.verdict.score === 1 && !seen.has(event.prompt)
      if (newlySolved) seen.add(event.prompt)
      onProgress(engine.bill.tokens, newlySolved ? 1 : 0)
    },
  })
  const results = await Promise.all(
    problems.map((problem) =>
      engine.solve({ ...promptOf(problem), options: { max_tokens: demoMaxOutputTokens } }),
    ),
  )
  const byNumbers: Record<number, { solved: number; prompts: number; tokens: number }> = {}
  for (const [index, result] of results.entries()) {
    const numbers = problems[index]?.meta?.['numbers']
    const row = (byNumbers[Array.isArray(numbers) ? numbers.length : 0] ??= {
      solved: 0,
      prompts: 0,
      tokens: 0,
    })
    row.prompts += 1
    row.tokens += result.usage.tokens
    if (result.status === 'verified') row.solved += 1
  }
  const solved = results.filter((result) => result.status === 'verified').length
  return {
    solved,
    tokens: arm.tokens,
    tokens_per_solved: solved === 0 ? null : Math.round((arm.tokens / solved) * 10) / 10,
    samples: arm.samples,
    overshoot: Math.max(0, arm.tokens - options.budgetTokens),
    by_numbers: byNumbers,
  }
}

/** The tiny model itself, or its recorded samples where it cannot be loaded. */
async function backendOf(options: DemoOptions): Promise<{
  readonly model: Model
  readonly backend: DemoReport['backend']
  readonly problems: readonly RecordedProblem[]
}> {
  try {
    const model = await LlamaModel.open({
      file: asset(demoModelFile),
      temperature: demoTemperature,
      contextSize: 256,
      profile: { name: demoModel },
    })
    return { model, backend: 'llama', problems: countdownProblems(options.seed, options.prompts) }
  } catch (cause) {
    if (!Fault.isFault(cause) || cause.code !== 'package-missing') throw cause
    options.onFallback?.(cause.message)
    const recording = await readRecording(asset('recording'), demoModel)
    if (options.prompts > recording.problems.length) {
      throw new Fault(
        'bad-argument',
        `the recording has ${recording.problems.length} problems, and ${options.prompts} were asked for`,
        `Ask for at most ${recording.problems.length}, or install node-llama-cpp.`,
      )
    }
    const order = shuffled(recording.problems.length, randomFrom(`demo/${options.seed}`))
    const problems = order
      .slice(0, options.prompts)
      .map((index) => recording.problems[index] as RecordedProblem)
    return { model: new ReplayModel(recording, { seed: options.seed }), backend: 'replay', problems }
  }
}
