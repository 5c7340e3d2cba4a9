import { randomFrom } from '../../src/clock/random.ts'
import type { Interval } from '../../src/sweep/interval.ts'
import { meanOf } from '../replay/mean-of.ts'
import { byBin } from '../strategies/by-bin.ts'
import { heldOutBins } from '../strategies/difficulty-bins.ts'
import {
  computeOptimal,
  figuresOf,
  followed,
  sharedOptimal,
  type ChoiceInput,
  type Config,
} from './compute-optimal.ts'
import { loads, tokensForOne, type Made } from './equal-flops.ts'
import { afterProbe, isRight, type Outcome } from './outcome.ts'
import type { ArmOutcomes } from './run-arms.ts'
import { savingOf } from './saving.ts'
import { intervalOver } from '../strategies/interval-over.ts'

export interface ArmFigures {
  readonly accuracy: Interval
  /** A prompt, mean: computed by the small model and its guide together, in tokens of the small one. */
  readonly tokens: number
  /** Steps a prompt by kind, mean. */
  readonly steps: Readonly<Record<string, number>>
}

export interface BinFigures {
  /** 1 is the easiest. */
  readonly bin: number
  readonly prompts: number
  /** Mean process reward of the probe. */
  readonly p_hat: number
  readonly arms: Readonly<Record<string, ArmFigures>>
}

/** The small model with as much compute as the large one's single greedy answer takes, in one bin. */
export interface VersusLarge {
  readonly bin: number
  /** Tokens of inference ÷ tokens of pretraining. */
  readonly R: number
  readonly small: number
  readonly large: number
  readonly minus_large: Interval
  /** Tokens that the small model could have used, and did, a prompt. */
  readonly budget: number
  readonly tokens: number
}

export interface CurvePoint {
  readonly budget: number
  readonly tokens: number
  readonly accuracy: number
  /** Best-of-N at the same tokens, between its two nearest N. */
  readonly best_of_n: number
}

export interface ComputeOptimal {
  readonly saving: Interval
  readonly saving_at: readonly { readonly level: number; readonly saving: Interval }[]
  readonly unreached: readonly number[]
  /** Tokens a prompt that predicting its difficulty takes; in the policy's bill where it asks. */
  readonly probe_tokens: number
  readonly curve: readonly CurvePoint[]
  /** What was chosen at the largest budget, by bin, for each half. */
  readonly chosen: readonly Readonly<Record<string, number>>[]
  /** The same with one budget over all prompts instead of the same for each. */
  readonly shared: { readonly saving: Interval; readonly curve: readonly CurvePoint[] }
}

export interface Analysis {
  readonly bins: readonly BinFigures[]
  readonly compute_optimal: ComputeOptimal
  /** Where the small model judges itself, and no larger one is needed. */
  readonly compute_optimal_alone: Pick<ComputeOptimal, 'saving' | 'probe_tokens'>
  /**
   * The small model, guided by itself: a guide that is the large model would need the training that the small one is
   * credited with having been spared.
   */
  readonly versus_large: readonly VersusLarge[]
  /** The same where an exact verifier finds a right answer among those of best-of-N, if there is one. */
  readonly versus_large_verified: readonly VersusLarge[]
  readonly losses: readonly string[]
}

export interface AnalysisInput {
  /** Guided by the large model. */
  readonly arms: readonly ArmOutcomes[]
  /** Guided by the small model itself: what it can do without the large one. */
  readonly alone: readonly ArmOutcomes[]
  readonly large: readonly Outcome[]
  /** Which arm's answers tell how hard a prompt is. */
  readonly probe: string
  readonly halves: readonly number[]
  readonly made: { readonly small: Made; readonly large: Made }
  readonly seed: number
  readonly resamples: number
}

/** Budgets between two N. */
const budgetsBetween = 2
/** Prices of the shared budget, each this many times the one before. */
const priceStep = 1.5

/** Everything that is computed once the arms have run. */
export function analyse(given: AnalysisInput): Analysis {
  const { arms, alone, large, probe, halves, made, seed, resamples } = given
  const random = randomFrom(`snell/${seed}`)
  const guided = choiceOf(arms, probe, halves)
  const { asked, input, bins, baseline } = guided
  const { predicted } = input
  const all = predicted.map((_, prompt) => prompt)
  const { budgets, plans, policy } = policyOf(guided)
  const curve = policy.map((config, at) => pointOf(budgets[at] ?? 0, config, baseline, all))
  const prices = pricesFor(budgets.at(-1) ?? 1)
  const shared = prices.map((price) => followed(input, sharedOptimal(input, price), `${price}`))
  const saving = savingOf(baseline, policy, random, resamples)
  const byItself = choiceOf(alone, probe, halves)
  const compare = (small: (budgets: readonly number[]) => Config) =>
    versusLarge(small, byItself.bins, large, made, random, resamples)
  const versus = compare((limits) =>
    followed(byItself.input, computeOptimal(byItself.input, limits), 'small'),
  )
  const proven = alone
    .filter(({ spec }) => spec.family === 'best-of-n')
    .map(({ spec, outcomes }): Config => ({
      ...configOf(spec.name, outcomes),
      right: outcomes.map(({ answers }) => answers.some(({ right }) => right)),
      // Nobody is asked for an opinion on what can be proven.
      tokens: outcomes.map(({ answering }) => answering),
    }))
  return {
    bins: byBin(bins, (prompts, bin) => {
      return {
        bin: bin + 1,
        prompts: prompts.length,
        p_hat: meanOf(prompts.map((prompt) => predicted[prompt] ?? 0)),
        arms: Object.fromEntries(
          [...arms, { spec: { name: 'large' }, outcomes: large }].map(({ spec, outcomes }) => [
            spec.name,
            armFigures(
              prompts.map((prompt) => outcomes[prompt] as Outcome),
              random,
              resamples,
            ),
          ]),
        ),
      }
    }),
    compute_optimal: {
      saving: saving.mean,
      saving_at: saving.at,
      unreached: saving.unreached,
      probe_tokens: meanOf(asked.map(({ tokens }) => tokens)),
      curve,
      chosen: chosenBy(input, plans.at(-1), bins),
      shared: {
        saving: savingOf(baseline, shared, random, resamples).mean,
        curve: shared.map((config, at) => pointOf(prices[at] ?? 0, config, baseline, all)),
      },
    },
    compute_optimal_alone: {
      saving: savingOf(byItself.baseline, policyOf(byItself).policy, random, resamples).mean,
      probe_tokens: meanOf(byItself.asked.map(({ tokens }) => tokens)),
    },
    versus_large: versus,
    versus_large_verified: compare((limits) => widestWithin(proven, limits, byItself.bins)),
    losses: lossesOf(curve, versus),
  }
}

/** What can be chosen among arms that had one guide, how hard it says prompts are, and best-of-N beside it. */
interface Choice {
  readonly asked: readonly Outcome[]
  readonly input: ChoiceInput
  readonly bins: readonly number[]
  readonly baseline: readonly Config[]
}

function choiceOf(arms: readonly ArmOutcomes[], probe: string, halves: readonly number[]): Choice {
  const asked = arms.find(({ spec }) => spec.name === probe)?.outcomes ?? []
  const predicted = asked.map(predictedBy)
  const choosable = arms.filter(({ spec }) => spec.told !== true)
  return {
    asked,
    input: {
      plain: choosable.map((arm) => configOf(arm.spec.name, arm.outcomes)),
      probed: choosable.map(({ spec, outcomes }) =>
        configOf(
          spec.name,
          outcomes.map((outcome, prompt) => afterProbe(outcome, asked[prompt] as Outcome)),
        ),
      ),
      predicted,
      halves,
    },
    bins: heldOutBins(predicted, halves),
    baseline: choosable
      .filter(({ spec }) => spec.family === 'best-of-n')
      .map((arm) => configOf(arm.spec.name, arm.outcomes)),
  }
}

/** The choice by difficulty at budgets from the first to the last N of best-of-N. */
function policyOf({ input, baseline }: Choice) {
  const all = input.predicted.map((_, prompt) => prompt)
  const budgets = budgetsOf(baseline.map((config) => figuresOf(config, all).tokens))
  const plans = budgets.map((budget) => computeOptimal(input, budget))
  return { budgets, plans, policy: plans.map((plan, at) => followed(input, plan, `${budgets[at]}`)) }
}

/** Mean process reward of the probe's answers; one that the guide could not judge counts 0. */
function predictedBy({ answers }: Outcome): number {
  return meanOf(answers.map(({ value = 0 }) => value))
}

function configOf(name: string, outcomes: readonly Outcome[]): Config {
  return { name, right: outcomes.map(isRight), tokens: outcomes.map(({ tokens }) => tokens) }
}

/** From the first to the last of some tokens, with steps between two neighbours. */
function budgetsOf(tokens: readonly number[]): readonly number[] {
  const budgets: number[] = []
  for (const [at, here] of tokens.entries()) {
    const next = tokens[at + 1] ?? here
    const steps = next > here ? budgetsBetween : 1
    for (let step = 0; step < steps; step += 1) budgets.push(here * (next / here) ** (step / steps))
  }
  return budgets
}

/** From one at which no token is worth anything down to one at which a thousandth of an answer pays the largest budget. */
function pricesFor(largest: number): readonly number[] {
  const prices: number[] = []
  for (let price = 0.001 / largest; price < 100 / largest; price *= priceStep) prices.push(price)
  return prices.toReversed()
}

function pointOf(
  budget: number,
  config: Config,
  baseline: readonly Config[],
  prompts: readonly number[],
): CurvePoint {
  const { accuracy, tokens } = figuresOf(config, prompts)
  const points = baseline.map((each) => figuresOf(each, prompts))
  return { budget, tokens, accuracy, best_of_n: between(points, tokens) }
}

/** Accuracy at some tokens, in a straight line between the points of a curve; its ends outside. */
function between(
  points: readonly { readonly tokens: number; readonly accuracy: number }[],
  tokens: number,
): number {
  const after = points.findIndex((point) => point.tokens >= tokens)
  const right = points[after]
  const left = points[after - 1]
  if (!right) return points.at(-1)?.accuracy ?? 0
  if (!left) return right.accuracy
  const share = (tokens - left.tokens) / (right.tokens - left.tokens)
  return left.accuracy + share * (right.accuracy - left.accuracy)
}

function chosenBy(
  { plain, probed, halves }: ChoiceInput,
  plan: ReturnType<typeof computeOptimal> | undefined,
  bins: readonly number[],
): readonly Record<string, number>[] {
  return byBin(bins, (prompts) => {
    const counts: Record<string, number> = {}
    if (!plan) return counts
    for (const prompt of prompts) {
      const from = plan.probes[halves[prompt] ?? 0] === true ? probed : plain
      const { name = '' } = from[plan.config[prompt] ?? 0] ?? {}
      counts[name] = (counts[name] ?? 0) + 1
    }
    return counts
  })
}

function armFigures(outcomes: readonly Outcome[], random: () => number, resamples: number): ArmFigures {
  const steps: Record<string, number> = {}
  for (const outcome of outcomes) {
    for (const [kind, count] of Object.entries(outcome.steps))
      steps[kind] = (steps[kind] ?? 0) + count / outcomes.length
  }
  return {
    accuracy: intervalOver(
      outcomes.map((outcome) => (isRight(outcome) ? 1 : 0)),
      random,
      resamples,
    ),
    tokens: meanOf(outcomes.map(({ tokens }) => tokens)),
    steps,
  }
}

/** In every bin the most samples that its budget has room for, at their mean tokens there. */
function widestWithin(arms: readonly Config[], budgets: readonly number[], bins: readonly number[]): Config {
  const taken = byBin(
    bins,
    (prompts, bin) =>
      arms.findLast((arm) => figuresOf(arm, prompts).tokens <= (budgets[bin] as number)) ?? arms[0],
  )
  const of = (prompt: number) => taken[bins[prompt] ?? 0]
  return {
    name: 'widest',
    right: bins.map((_, prompt) => of(prompt)?.right[prompt] === true),
    tokens: bins.map((_, prompt) => of(prompt)?.tokens[prompt] ?? 0),
  }
}

/** Bin by bin and load by load: the small model with a budget a bin against one greedy answer of the large one. */
function versusLarge(
  smallWithin: (budgets: readonly number[]) => Config,
  bins: readonly number[],
  large: readonly Outcome[],
  made: AnalysisInput['made'],
  random: () => number,
  resamples: number,
): readonly VersusLarge[] {
  const rows: VersusLarge[] = []
  for (const load of loads) {
    const multiple = tokensForOne(made.small, made.large, load)
    const budgets = byBin(
      bins,
      (prompts) => multiple * meanOf(prompts.map((prompt) => (large[prompt] as Outcome).tokens)),
    )
    const small = smallWithin(budgets)
    const ofLoad = byBin(bins, (prompts, bin): VersusLarge => {
      const differences = prompts.map(
        (prompt) => (small.right[prompt] === true ? 1 : 0) - (isRight(large[prompt] as Outcome) ? 1 : 0),
      )
      const ours = figuresOf(small, prompts)
      return {
        bin: bin + 1,
        R: load,
        small: ours.accuracy,
        large: meanOf(prompts.map((prompt) => (isRight(large[prompt] as Outcome) ? 1 : 0))),
        minus_large: intervalOver(differences, random, resamples),
        budget: budgets[bin] as number,
        tokens: ours.tokens,
      }
    })
    rows.push(...ofLoad)
  }
  return rows
}

function lossesOf(curve: readonly CurvePoint[], versus: readonly VersusLarge[]): readonly string[] {
  const points = (share: number) => `${(100 * share).toFixed(1)} points`
  return [
    ...curve
      .filter(({ accuracy, best_of_n }) => accuracy < best_of_n)
      .map(
        ({ tokens, accuracy, best_of_n }) =>
          `compute-optimal at ${Math.round(tokens)} tokens a prompt is ${points(best_of_n - accuracy)} below best-of-N at as many`,
      ),
    ...versus
      .filter(({ small, large }) => small < large)
      .map(
        ({ bin, R, small, large }) =>
          `bin ${bin} at R = ${R}: the small model is ${points(large - small)} below the large one at equal FLOPs`,
      ),
  ]
}
