import { BucketAllocator } from '../allocator/bucket-allocator.ts'
import { roundRobin } from '../allocator/round-robin.ts'
import { stepName } from '../batch/steps-by-bin.ts'
import type { ModelVerifier, Strategy } from '../contract.ts'
import type { EngineOptions } from '../engine-options.ts'
import { Engine } from '../engine.ts'
import { Fault } from '../fault.ts'
import type { Model } from '../models/model.ts'
import { promptOf, type RecordedProblem } from '../models/recording.ts'
import { VerifierPool, type Checker, type ModelChecker } from '../pool/verifier-pool.ts'
import { strategyNamed } from '../registry.ts'
import { isAccepted, type Result } from '../result.ts'
import { armNames, arms, type ArmName } from './arms.ts'
import { openPair, type Pair } from './pair.ts'
import { demoProblems, demoTasks, taskVerifiers } from './problems.ts'
import { requireRecorded } from './require-recorded.ts'
import type { DemoSettings } from './settings.ts'
import { SharedDraws } from './shared-draws.ts'
import { unitOf, type DemoUnit } from './unit.ts'

export const defaultPrompts = 120
/**
 * The default budget, in tokens of the small model a prompt: about what one sample of the large model costs on
 * average, prompt included.
 */
export const defaultTokensPerPrompt = 750
/** Shares of the budget at which the curve is drawn. */
export const budgetShares = [0.125, 0.25, 0.5, 1] as const

const concurrency = 8
/** Share of a token by which a sum of dollars may be off without being above the budget: doubles are not exact. */
const roundOff = 1e-6

export interface DemoOptions {
  readonly seed: number
  readonly prompts: number
  /**
   * The budget of each way, in tokens of the small model (output tokens where the budget is in dollars); the same
   * FLOPs or dollars are given to those with the large one.
   */
  readonly budgetTokens: number
  /** Default: the shipped models. They are closed at the end, as the guide is. */
  readonly pair?: Pair
  /** Of the ways that go by outthink; default `auto`. */
  readonly strategy?: Strategy
  /** Of the same ways. */
  readonly guide?: DemoGuide
  /** What is known beforehand by the way `outthink` at one of the {@link budgetShares}; it learns on in it. */
  readonly experience?: (share: number) => Promise<Pick<EngineOptions, 'difficulty' | 'menu'> | undefined>
  readonly onProgress?: (progress: DemoProgress) => void
}

/** A process reward, and the model that answers its questions. */
export interface DemoGuide {
  readonly model: Model
  readonly verifier: ModelVerifier
}

export interface DemoProgress {
  /** Compute that all ways have spent of all their budgets, 0..1. */
  readonly share: number
  readonly solved: Readonly<Record<ArmName, number>>
}

export interface ArmReport {
  readonly solved: number
  /** Prompt and output tokens of all its samples, of all models. */
  readonly tokens: number
  /** 2 × parameters × tokens, embeddings counted; where the budget is in FLOPs. */
  readonly flops?: number
  /** At the prices that were given; where the budget is in dollars. */
  readonly usd?: number
  /** Null when nothing was solved. */
  readonly tokens_per_solved: number | null
  readonly samples: number
  /** What is above the budget, in tokens of the small model: from the models' own counts and not from the ledger. */
  readonly overshoot: number
  /** By the level that the generator gave a problem; nothing that decides has seen it. */
  readonly by_level: Readonly<Record<number, LevelReport>>
  /** Share of problems solved at each share of the budget. */
  readonly curve: readonly { readonly flops?: number; readonly usd?: number; readonly solved: number }[]
}

export interface LevelReport {
  readonly solved: number
  readonly prompts: number
  /** Steps bought, by kind; with the model's name where it is not the way's own. */
  readonly steps: Readonly<Record<string, number>>
}

/** Calls of one model that failed. */
export interface FailedCalls {
  readonly model: string
  readonly calls: number
  readonly failed: number
  /** How the last of them failed. */
  readonly message: string
}

export interface DemoReport extends DemoSettings {
  readonly backend: Pair['backend']
  /** Why the native model was not used, when it was not. */
  readonly fallback?: string
  readonly seed: number
  readonly prompts: number
  readonly budget_tokens: number
  /** One of both. */
  readonly budget_flops?: number
  readonly budget_usd?: number
  /** Where the budget is in FLOPs. */
  readonly parameters?: { readonly small: number; readonly large: number }
  readonly arms: Readonly<Record<ArmName, ArmReport>>
  /** Of models that were given; absent when no call failed. */
  readonly failed_calls?: readonly FailedCalls[]
  readonly wall_s: number
}

/**
 * The main job with nothing to configure: problems of three kinds and five levels, two language models of 0.17 and
 * 1.3 million parameters, and one hard budget of compute, spent in six ways on the same draws. Other models, another
 * strategy and what earlier runs learned can be had.
 * @throws Fault `bad-argument`, `no-price`, `no-parameters`
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const started = performance.now()
  const pair = options.pair ?? (await openPair(options.seed))
  const models = [pair.small, pair.large, ...(options.guide ? [options.guide.model] : [])]
  try {
    const problems = await demoProblems(options.seed, options.prompts)
    if (options.pair) requireRecorded([pair.small, pair.large], problems)
    const unit = unitOf(models)
    const report = await runWays(options, pair, problems, unit)
    return { ...report, wall_s: Math.round((performance.now() - started) / 10) / 100 }
  } finally {
    for (const model of models) await model.close?.()
  }
}

/** What all ways have in common. */
interface Field {
  readonly options: DemoOptions
  readonly problems: readonly RecordedProblem[]
  readonly draws: Readonly<Record<'small' | 'large', SharedDraws>>
  readonly guide?: { readonly draws: SharedDraws; readonly checker: Checker | ModelChecker }
  readonly checkers: ReadonlyMap<string, Checker>
  readonly unit: DemoUnit
  /** Of a whole run. */
  readonly budget: number
  /** What a token of the small model costs. */
  readonly token: number
}

async function runWays(
  options: DemoOptions,
  pair: Pair,
  problems: readonly RecordedProblem[],
  unit: DemoUnit,
): Promise<Omit<DemoReport, 'wall_s'>> {
  const draws = {
    small: new SharedDraws(pair.small, options.seed),
    large: new SharedDraws(pair.large, options.seed),
  }
  const token = unit.cost(pair.small.profile, 0, 1)
  if (token === 0) {
    throw new Fault(
      'bad-argument',
      `the output of "${pair.small.profile.name}" is free, and the budget is so many tokens of it`,
      'Give it an output price above zero, or give --params instead of --price.',
    )
  }
  await using pool = new VerifierPool()
  const checkers = new Map<string, Checker>()
  for (const task of demoTasks) checkers.set(task, await pool.checker({ name: taskVerifiers[task] }))
  const guide = options.guide && {
    draws: new SharedDraws(options.guide.model, options.seed),
    checker: await pool.anyChecker(options.guide.verifier),
  }
  const budget = token * options.budgetTokens
  const field = { options, problems, draws, ...(guide && { guide }), checkers, unit, budget, token }
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
          runCell(name, share, field, (cost, newlySolved) => {
            if (share === 1) solved[name] += newlySolved
            report(`${name}/${share}`, cost / budget)
          }),
        ),
      )
      return [name, armReport(name, cells, field)] as const
    }),
  )
  const all = [draws.small, draws.large, ...(guide ? [guide.draws] : [])]
  const failed = options.pair ? all.flatMap((each) => failedCalls(each)) : []
  return {
    backend: pair.backend,
    ...(pair.fallback !== undefined && { fallback: pair.fallback }),
    seed: options.seed,
    prompts: problems.length,
    budget_tokens: options.budgetTokens,
    [`budget_${unit.name}`]: budget,
    ...(unit.name === 'flops' && {
      parameters: {
        small: pair.small.profile.parameters ?? 0,
        large: pair.large.profile.parameters ?? 0,
      },
    }),
    arms: Object.fromEntries(runs) as unknown as Record<ArmName, ArmReport>,
    ...(failed.length > 0 && { failed_calls: failed }),
  }
}

function failedCalls({ profile, drawn, failures: { count, last } }: SharedDraws): readonly FailedCalls[] {
  return last ? [{ model: profile.name, calls: drawn, failed: count, message: last.message }] : []
}

/** One way at one budget. */
interface Cell {
  readonly results: readonly Result[]
  readonly tokens: number
  readonly cost: number
  readonly samples: number
}

async function runCell(
  name: ArmName,
  share: number,
  { options, problems, draws, guide, checkers, unit, budget }: Field,
  onProgress: (cost: number, newlySolved: number) => void,
): Promise<Cell> {
  const plan = arms[name]
  const own = plan.allocation === 'outthink'
  const strategy = (own && options.strategy) || strategyNamed(plan.strategy, plan.options)
  const models = [
    ...plan.models.map((model) => draws[model].arm()),
    ...(own && guide ? [guide.draws.arm()] : []),
  ]
  const cost = () =>
    models.reduce(
      (sum, { tokens, outputTokens, profile }) =>
        sum + unit.cost(profile, tokens - outputTokens, outputTokens),
      0,
    )
  const seen = new Set<string>()
  const newlySolved = (prompt: string) => {
    if (seen.has(prompt)) return 0
    seen.add(prompt)
    return 1
  }
  const engine = new Engine({
    models,
    budget: { [unit.name]: share * budget },
    strategy,
    ...(own && guide && { guide: guide.checker }),
    ...(name === 'outthink' && (await options.experience?.(share))),
    ...(!own && {
      allocator: new BucketAllocator(roundRobin({ whileInFlight: plan.allocation === 'uniform' })),
    }),
    concurrency,
    seed: options.seed,
    onEvent: (event) => {
      if (event.type === 'prompt-finished') {
        // Where votes decide, one right sample among others solves nothing.
        onProgress(cost(), isAccepted(event.result) ? newlySolved(event.result.id) : 0)
      } else if (event.type === 'step-ended') {
        const { verdict, prompt } = event
        const right = strategy.decides === 'scores' && verdict?.kind === 'scored' && verdict.score === 1
        onProgress(cost(), right ? newlySolved(prompt) : 0)
      }
    },
  })
  const results = await Promise.all(
    problems.map((problem) => {
      const checker = checkers.get(problem.task ?? '')
      return engine.solve(promptOf(problem), checker && { checker })
    }),
  )
  return {
    results,
    cost: cost(),
    tokens: models.reduce((sum, { tokens }) => sum + tokens, 0),
    samples: models.reduce((sum, { samples }) => sum + samples, 0),
  }
}

function armReport(name: ArmName, cells: readonly Cell[], field: Field): ArmReport {
  const { problems, draws, unit, budget, token } = field
  const whole = cells.at(-1) as Cell
  const ownModel = draws[arms[name].models[0] ?? 'small'].profile.name
  const solvedOf = ({ results }: Cell) => results.filter(isAccepted).length
  const byLevel: Record<number, { solved: number; prompts: number; steps: Record<string, number> }> = {}
  for (const [index, result] of whole.results.entries()) {
    const row = (byLevel[problems[index]?.level ?? 0] ??= { solved: 0, prompts: 0, steps: {} })
    row.prompts += 1
    if (isAccepted(result)) row.solved += 1
    for (const { step } of result.trace) {
      const kind = stepName(step, ownModel)
      row.steps[kind] = (row.steps[kind] ?? 0) + 1
    }
  }
  const solved = solvedOf(whole)
  return {
    solved,
    tokens: whole.tokens,
    [unit.name]: whole.cost,
    tokens_per_solved: solved === 0 ? null : Math.round((whole.tokens / solved) * 10) / 10,
    samples: whole.samples,
    overshoot: Math.max(0, Math.ceil((whole.cost - budget) / token - roundOff)),
    by_level: byLevel,
    curve: cells.map((cell) => ({ [unit.name]: cell.cost, solved: solvedOf(cell) / cell.results.length })),
  }
}
