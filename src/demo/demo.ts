import { BucketAllocator } from '../allocator/bucket-allocator.ts'
import { roundRobin } from '../allocator/round-robin.ts'
import { stepName } from '../batch/steps-by-bin.ts'
import { Engine } from '../engine.ts'
import { promptOf, type RecordedProblem } from '../models/recording.ts'
import { VerifierPool, type Checker } from '../pool/verifier-pool.ts'
import { strategyNamed } from '../registry.ts'
import type { Result } from '../result.ts'
import { armNames, arms, type ArmName } from './arms.ts'
import { openPair } from './pair.ts'
import { demoProblems, demoTasks, taskVerifiers } from './problems.ts'
import { SharedDraws } from './shared-draws.ts'

export const defaultPrompts = 120
/**
 * The default budget, in tokens of the small model a prompt: about what one sample of the large model costs on
 * average, prompt included.
 */
export const defaultTokensPerPrompt = 750
/** Shares of the budget at which the curve is drawn. */
export const budgetShares = [0.125, 0.25, 0.5, 1] as const

const concurrency = 8
/** FLOPs of a token, for each parameter: one multiplication and one addition of the forward pass. */
const flopsPerParameter = 2

export interface DemoOptions {
  readonly seed: number
  readonly prompts: number
  /** The budget of each way, in tokens of the small model; the same FLOPs are given to those with the large one. */
  readonly budgetTokens: number
  readonly onProgress?: (progress: DemoProgress) => void
}

export interface DemoProgress {
  /** Compute that all ways have spent of all their budgets, 0..1. */
  readonly share: number
  readonly solved: Readonly<Record<ArmName, number>>
}

export interface ArmReport {
  readonly solved: number
  /** Prompt and output tokens of all its samples, of both models. */
  readonly tokens: number
  /** 2 × parameters × tokens, embeddings counted. */
  readonly flops: number
  /** Null when nothing was solved. */
  readonly tokens_per_solved: number | null
  readonly samples: number
  /** FLOPs above the budget in tokens of the small model: from the models' own counts and not from the ledger. */
  readonly overshoot: number
  /** By the level that the generator gave a problem; nothing that decides has seen it. */
  readonly by_level: Readonly<Record<number, LevelReport>>
  /** Share of problems solved at each share of the budget. */
  readonly curve: readonly { readonly flops: number; readonly solved: number }[]
}

export interface LevelReport {
  readonly solved: number
  readonly prompts: number
  /** Steps bought, by kind; with the model's name where it is not the way's own. */
  readonly steps: Readonly<Record<string, number>>
}

export interface DemoReport {
  readonly backend: 'llama' | 'replay'
  /** Why the native model was not used, when it was not. */
  readonly fallback?: string
  readonly seed: number
  readonly prompts: number
  readonly budget_tokens: number
  readonly budget_flops: number
  readonly parameters: { readonly small: number; readonly large: number }
  readonly arms: Readonly<Record<ArmName, ArmReport>>
  readonly wall_s: number
}

/**
 * The main job with nothing to configure: problems of three kinds and five levels, two language models of 0.17 and
 * 1.3 million parameters, and one hard budget of compute, spent in six ways on the same draws.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const started = performance.now()
  const problems = await demoProblems(options.seed, options.prompts)
  const pair = await openPair(options.seed)
  const draws = {
    small: new SharedDraws(pair.small, options.seed),
    large: new SharedDraws(pair.large, options.seed),
  }
  const parameters = {
    small: pair.small.profile.parameters ?? 0,
    large: pair.large.profile.parameters ?? 0,
  }
  const budgetFlops = flopsPerParameter * parameters.small * options.budgetTokens
  await using pool = new VerifierPool()
  const checkers = new Map<string, Checker>()
  for (const task of demoTasks) checkers.set(task, await pool.checker({ name: taskVerifiers[task] }))
  const solved = Object.fromEntries(armNames.map((name) => [name, 0])) as Record<ArmName, number>
  const spent = new Map<string, number>()
  const total = armNames.length * budgetShares.reduce((sum, share) => sum + share, 0)
  const report = (cell: string, share: number) => {
    spent.set(cell, share)
    const done = [...spent.values()].reduce((sum, each) => sum + each, 0) / total
    options.onProgress?.({ share: Math.min(1, done), solved: { ...solved } })
  }
  const runs = await Promise.all(
    armNames.map(async (name) => {
      const cells = await Promise.all(
        budgetShares.map((share) =>
          runCell(
            name,
            share * budgetFlops,
            draws,
            checkers,
            problems,
            options.seed,
            (flops, newlySolved) => {
              if (share === 1) solved[name] += newlySolved
              report(`${name}/${share}`, flops / budgetFlops)
            },
          ),
        ),
      )
      return [
        name,
        armReport(cells, problems, budgetFlops, parameters.small, arms[name].models[0] ?? 'small'),
      ] as const
    }),
  )
  for (const model of [pair.small, pair.large]) await model.close?.()
  return {
    backend: pair.backend,
    ...(pair.fallback !== undefined && { fallback: pair.fallback }),
    seed: options.seed,
    prompts: problems.length,
    budget_tokens: options.budgetTokens,
    budget_flops: budgetFlops,
    parameters,
    arms: Object.fromEntries(runs) as unknown as Record<ArmName, ArmReport>,
    wall_s: Math.round((performance.now() - started) / 10) / 100,
  }
}

/** One way at one budget. */
interface Cell {
  readonly budget: number
  readonly results: readonly Result[]
  readonly tokens: number
  readonly flops: number
  readonly samples: number
}

async function runCell(
  name: ArmName,
  budget: number,
  draws: Readonly<Record<'small' | 'large', SharedDraws>>,
  checkers: ReadonlyMap<string, Checker>,
  problems: readonly RecordedProblem[],
  seed: number,
  onProgress: (flops: number, newlySolved: number) => void,
): Promise<Cell> {
  const plan = arms[name]
  const models = plan.models.map((model) => draws[model].arm())
  const flops = () =>
    models.reduce(
      (sum, { tokens, profile }) => sum + flopsPerParameter * (profile.parameters ?? 0) * tokens,
      0,
    )
  const seen = new Set<string>()
  const engine = new Engine({
    models,
    budget: { flops: budget },
    strategy: strategyNamed(plan.strategy, plan.options),
    ...(plan.allocation !== 'outthink' && {
      allocator: new BucketAllocator(roundRobin({ whileInFlight: plan.allocation === 'uniform' })),
    }),
    concurrency,
    seed,
    onEvent: (event) => {
      if (event.type !== 'step-ended') return
      const right = event.verdict?.kind === 'scored' && event.verdict.score === 1
      const newlySolved = right && !seen.has(event.prompt)
      if (newlySolved) seen.add(event.prompt)
      onProgress(flops(), newlySolved ? 1 : 0)
    },
  })
  const results = await Promise.all(
    problems.map((problem) => {
      const checker = checkers.get(problem.task ?? '')
      return engine.solve(promptOf(problem), checker && { checker })
    }),
  )
  return {
    budget,
    results,
    flops: flops(),
    tokens: models.reduce((sum, { tokens }) => sum + tokens, 0),
    samples: models.reduce((sum, { samples }) => sum + samples, 0),
  }
}

function armReport(
  cells: readonly Cell[],
  problems: readonly RecordedProblem[],
  budgetFlops: number,
  smallParameters: number,
  ownModel: string,
): ArmReport {
  const whole = cells.at(-1) as Cell
  const solvedOf = ({ results }: Cell) => results.filter(({ status }) => status === 'verified').length
  const byLevel: Record<number, { solved: number; prompts: number; steps: Record<string, number> }> = {}
  for (const [index, result] of whole.results.entries()) {
    const row = (byLevel[problems[index]?.level ?? 0] ??= { solved: 0, prompts: 0, steps: {} })
    row.prompts += 1
    if (result.status === 'verified') row.solved += 1
    for (const { step } of result.trace) {
      const kind = stepName(step, ownModel)
      row.steps[kind] = (row.steps[kind] ?? 0) + 1
    }
  }
  const solved = solvedOf(whole)
  return {
    solved,
    tokens: whole.tokens,
    flops: whole.flops,
    tokens_per_solved: solved === 0 ? null : Math.round((whole.tokens / solved) * 10) / 10,
    samples: whole.samples,
    overshoot: Math.max(0, Math.ceil((whole.flops - budgetFlops) / (flopsPerParameter * smallParameters))),
    by_level: byLevel,
    curve: cells.map((cell) => ({ flops: cell.flops, solved: solvedOf(cell) / cell.results.length })),
  }
}
