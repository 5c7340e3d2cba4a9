import type { Allocator } from '../../src/allocator/allocator.ts'
import { drawsOf, halfDrawsOf, type PromptDraws } from './draws.ts'
import { foldsOf, type Fold, type HelperBeliefs } from './fold-beliefs.ts'
import { dropSolved, knownChance, knownHalf, ours, oursSeeing, uab } from './policies.ts'
import type { BenchPrompt, BenchRecording } from './recordings.ts'
import { simulate } from './simulate.ts'
import { Tally } from './tally.ts'

/** Total budgets, in tries a prompt. */
export const budgets = [1, 2, 4, 8] as const
/** Random splits by prompt; draw orders are dealt out over them. */
const splits = { full: 10, quick: 2 }
/** Budgets at which the baselines' curves are kept, in tries a prompt. */
const curveStep = 0.25
const longestCurve = 128
/** A helper's result is bought only where it gained this much coverage on the training half. */
const leastGainToBuy = 0.01
const ordersToDecide = 4

export interface AllocationTallies {
  /** All recorded tries can be drawn. */
  readonly full: ReadonlyMap<string, Tally>
  /** Tries draw from one half of the samples, the other is what the honest oracle knows. */
  readonly half: ReadonlyMap<string, Tally>
  /** Baselines at many budgets: uniform at 1, 2, 3, … tries a prompt, drop-solved at every quarter. */
  readonly uniformCurve: Tally
  readonly dropCurve: Tally
  readonly dropBudgets: readonly number[]
  /** How often each group of features passed the gate, as a share of folds. */
  readonly kept: Readonly<Record<string, number>>
  /** What one result of each helper costs, in tries of the target model. */
  readonly helperCost: readonly number[]
}

/** Runs every policy over one recording: two-fold by prompt, all policies on the same draws. */
export function compareAllocation(
  recording: BenchRecording,
  helpers: readonly BenchRecording[],
  orders: number,
  seed: number,
  quick: boolean,
): AllocationTallies {
  const { prompts } = recording
  const full = new Map<string, Tally>()
  const half = new Map<string, Tally>()
  const deepest = Math.min(longestCurve, Math.max(...prompts.map(({ tries }) => tries)))
  const uniformCurve = new Tally(prompts.length, deepest, orders)
  const dropBudgets = Array.from({ length: deepest / curveStep }, (_, index) => (index + 1) * curveStep)
  const dropCurve = new Tally(prompts.length, dropBudgets.length, orders)
  const helperCost = helpers.map((helper) => costOfResult(helper) / costOfResult(recording))
  const kept: Record<string, number> = {}
  const rounds = Math.min(orders, quick ? splits.quick : splits.full)
  for (let round = 0; round < rounds; round += 1) {
    for (const fold of foldsOf(recording, helpers, `${seed}/${recording.set}/${recording.model}/${round}`)) {
      for (const group of new Set(fold.kept)) kept[group] = (kept[group] ?? 0) + 1 / rounds / 2
      const buys = helperCost.map((cost, helper) =>
        worthBuying(recording, fold, fold.helpers[helper] as HelperBeliefs, cost, `${seed}/decide/${round}`),
      )
      const held = fold.test.map((index) => prompts[index] as BenchPrompt)
      const world = { fold, helpers, buys, helperCost, total: prompts.length, orders }
      for (let order = round; order < orders; order += rounds) {
        const key = `${seed}/${order}`
        const draws = held.map((prompt) => drawsOf(prompt, key))
        runAll(full, draws, world, [
          ['uab', uab(draws)],
          ['oracle_insample', knownChance(held.map(({ tries, successes }) => successes / tries))],
        ])
        const halves = held.map((prompt) =>
          halfDrawsOf(prompt, key, Math.floor(order / rounds) % 2 === 0 ? 0 : 1),
        )
        runAll(half, halves, world, [['oracle_split', knownChance(knownHalf(halves))]])
        uniformly(uniformCurve, draws, fold.test)
        runOne(dropCurve, dropSolved(draws.length), draws, fold.test, dropBudgets)
      }
    }
  }
  return { full, half, uniformCurve, dropCurve, dropBudgets, kept, helperCost }
}

/** The name of one helper's tally. */
export function helperKey(policy: 'ours_helper' | 'ours_helper_charged', helper: BenchRecording): string {
  return `${policy}/${helper.model}`
}

interface World {
  readonly fold: Fold
  readonly helpers: readonly BenchRecording[]
  readonly buys: readonly (readonly boolean[])[]
  readonly helperCost: readonly number[]
  readonly total: number
  readonly orders: number
}

function runAll(
  tallies: Map<string, Tally>,
  draws: readonly PromptDraws[],
  world: World,
  special: readonly (readonly [string, Allocator])[],
): void {
  const { fold, helpers, total, orders } = world
  const tallyOf = (name: string) => {
    const tally = tallies.get(name) ?? new Tally(total, budgets.length, orders)
    tallies.set(name, tally)
    return tally
  }
  const run = (name: string, allocator: Allocator) =>
    runOne(tallyOf(name), allocator, draws, fold.test, budgets)
  for (const [name, allocator] of special) run(name, allocator)
  run('drop_solved', dropSolved(draws.length))
  run('ours', ours(draws.length))
  run('ours_samples', fold.samples ? oursSeeing(draws, fold.samples) : ours(draws.length))
  run('ours_features', oursSeeing(draws, fold.features))
  for (const [index, helper] of helpers.entries()) {
    const { known, bought } = fold.helpers[index] as HelperBeliefs
    run(helperKey('ours_helper', helper), oursSeeing(draws, known))
    const tally = tallyOf(helperKey('ours_helper_charged', helper))
    const cost = world.helperCost[index] as number
    // The bill of the helper's results is paid first, in tries, so each budget is a run of its own.
    for (const [at, budget] of budgets.entries()) {
      const buys = world.buys[index]?.[at] === true
      const paid = buys ? cost : 0
      const bill = paid * meanCost(draws)
      const [last] = simulate(
        ours(draws.length, buys ? bought : undefined),
        draws,
        [(budget - paid) * draws.length],
        (arm) => tally.solvedAt(fold.test[arm] as number, at),
        (_only, tokens) => {
          for (const [arm, spent] of tokens.entries()) tally.paid(fold.test[arm] as number, at, spent + bill)
        },
      )
      if (last) tally.reached(at, last)
    }
  }
}

function runOne(
  tally: Tally,
  allocator: Allocator,
  draws: readonly PromptDraws[],
  test: readonly number[],
  triesPerPrompt: readonly number[],
): void {
  const checkpoints = simulate(
    allocator,
    draws,
    triesPerPrompt.map((budget) => Math.round(budget * draws.length)),
    (arm, at) => tally.solved(test[arm] as number, at),
    (at, tokens) => {
      for (let arm = 0; arm < tokens.length; arm += 1)
        tally.paid(test[arm] as number, at, tokens[arm] as number)
    },
  )
  for (const [at, checkpoint] of checkpoints.entries()) tally.reached(at, checkpoint)
}

/** Uniform best-of-N without a stop, N = 1, 2, 3, …: what is solved and what it costs are in the draws themselves. */
function uniformly(tally: Tally, draws: readonly PromptDraws[], test: readonly number[]): void {
  for (const [arm, draw] of draws.entries()) {
    const { firstSuccess, depth } = draw
    if (firstSuccess <= tally.checkpoints) tally.solved(test[arm] as number, firstSuccess - 1)
    let tokens = 0
    for (let tries = 1; tries <= tally.checkpoints; tries += 1) {
      if (tries <= depth) tokens += draw.cost(tries - 1)
      const out = tries >= depth && firstSuccess > depth
      tally.paid(test[arm] as number, tries - 1, tokens)
      tally.reached(tries - 1, { tries: Math.min(tries, depth), exhausted: Number(out) })
    }
  }
}

/**
 * At each budget, whether one result of the helper for every prompt is worth its bill: decided on the training half
 * alone, by running both ways there.
 */
function worthBuying(
  recording: BenchRecording,
  fold: Fold,
  { boughtTrain }: HelperBeliefs,
  cost: number,
  key: string,
): readonly boolean[] {
  const train = fold.train.map((index) => recording.prompts[index] as BenchPrompt)
  return budgets.map((budget) => {
    if (cost >= budget) return false
    let gain = 0
    for (let order = 0; order < ordersToDecide; order += 1) {
      const draws = train.map((prompt) => drawsOf(prompt, `${key}/${order}`))
      const ignore = () => undefined
      const [bought] = simulate(
        ours(draws.length, boughtTrain),
        draws,
        [(budget - cost) * draws.length],
        ignore,
      )
      const [plain] = simulate(ours(draws.length), draws, [budget * draws.length], ignore)
      gain += ((bought?.solved ?? 0) - (plain?.solved ?? 0)) / draws.length / ordersToDecide
    }
    return gain > leastGainToBuy
  })
}

/** Mean tokens of one try, prompt included; 1 where only counts were recorded. */
function costOfResult({ kind, prompts }: BenchRecording): number {
  if (kind === 'counts') return 1
  let sum = 0
  for (const { inputTokens, samples } of prompts) {
    sum += inputTokens + samples.reduce((total, { tokens }) => total + tokens, 0) / samples.length
  }
  return sum / prompts.length
}

function meanCost(draws: readonly PromptDraws[]): number {
  return draws.reduce((sum, draw) => sum + draw.cost(0), 0) / draws.length
}
