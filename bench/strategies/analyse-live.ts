import { randomFrom } from '../../src/clock/random.ts'
import type { Interval } from '../../src/sweep/interval.ts'
import type { Config } from '../snell/compute-optimal.ts'
import { savingOf } from '../snell/saving.ts'
import { meanOf } from '../replay/mean-of.ts'
import { byBin } from './by-bin.ts'
import { againstBest, minus, rightOf, type AgainstBest, type ArmRun } from './compare-arms.ts'
import { heldOutBins } from './difficulty-bins.ts'
import { intervalOver } from './interval-over.ts'

export interface LiveBin {
  readonly bin: number
  readonly prompts: number
  readonly p_hat: number
  readonly arms: Readonly<
    Record<
      string,
      {
        readonly accuracy: Interval
        readonly tokens: number
        /** Steps in all, by kind. */
        readonly steps: Readonly<Record<string, number>>
        /** Proven answers by the kind of step that brought them. */
        readonly solved_by: Readonly<Record<string, number>>
      }
    >
  >
}

export interface LiveAnalysis {
  readonly bins: readonly LiveBin[]
  /** Accuracy over all prompts at each budget, in tokens of the small model a prompt. */
  readonly curves: Readonly<
    Record<string, readonly { readonly budget: number; readonly tokens: number; readonly accuracy: number }[]>
  >
  readonly compute_optimal: { readonly saving: Interval; readonly probe_tokens: number }
  readonly versus_large: readonly {
    readonly bin: number
    readonly R: 'inference only'
    readonly small: number
    readonly large: number
  }[]
  readonly auto: {
    readonly against_best: readonly AgainstBest[]
    /** Over all prompts, against each single strategy. */
    readonly minus_single: Readonly<Record<string, Interval>>
  }
  readonly ablation: {
    readonly full: number
    /** By the kind that was left out. */
    readonly without: Readonly<Record<string, { readonly accuracy: number; readonly full_minus: Interval }>>
    /** The kind beside the plain sample that brought most proven answers. */
    readonly best_kind: string
    readonly best_kind_lowers: Interval
  }
  readonly losses: readonly string[]
}

export interface LiveAnalysisInput {
  readonly budgets: readonly number[]
  /** At each budget. */
  readonly singles: readonly (readonly ArmRun[])[]
  readonly auto: readonly ArmRun[]
  /** At the largest budget, by the kind that is left out. */
  readonly ablations: Readonly<Record<string, ArmRun>>
  readonly predicted: readonly number[]
  readonly halves: readonly number[]
  readonly seed: number
  readonly resamples: number
}

/** Points that `auto` may be below the best single strategy in a bin. */
const allowed = 0.01

export function analyseLive({
  budgets,
  singles,
  auto,
  ablations,
  predicted,
  halves,
  seed,
  resamples,
}: LiveAnalysisInput): LiveAnalysis {
  const random = randomFrom(`strategies/${seed}`)
  const bins = heldOutBins(predicted, halves)
  const all = predicted.map((_, prompt) => prompt)
  const last = budgets.length - 1
  const top = singles[last] ?? []
  const best = auto[last] as ArmRun
  const byName = (name: string) => singles.flatMap((runs) => runs.filter((run) => run.name === name))
  const against = againstBest(best, top, bins, halves, random, resamples)
  const minusSingle = Object.fromEntries(
    top.map((single) => [single.name, minus(best, single, random, resamples)]),
  )
  const without = Object.fromEntries(
    Object.entries(ablations).map(([kind, run]) => [
      kind,
      {
        accuracy: meanOf(all.map((prompt) => rightOf(run, prompt))),
        full_minus: minus(best, run, random, resamples),
      },
    ]),
  )
  const solved = countsOf(best, all, ({ solvedBy }) => (solvedBy === undefined ? {} : { [solvedBy]: 1 }))
  const bestKind = Object.keys(ablations).toSorted(
    (left, right) => (solved[right] ?? 0) - (solved[left] ?? 0),
  )[0] as string
  const small = top.find(({ name }) => name === 'best-of-n')
  const large = top.find(({ name }) => name === 'best-of-n large')
  const versus = byBin(bins, (prompts, bin) => {
    return {
      bin: bin + 1,
      R: 'inference only' as const,
      small: meanOf(prompts.map((prompt) => rightOf(small, prompt))),
      large: meanOf(prompts.map((prompt) => rightOf(large, prompt))),
    }
  })
  return {
    bins: byBin(bins, (prompts, bin) => {
      return {
        bin: bin + 1,
        prompts: prompts.length,
        p_hat: meanOf(prompts.map((prompt) => predicted[prompt] ?? 0)),
        arms: Object.fromEntries(
          [...top, best].map((run) => [
            run.name,
            {
              accuracy: intervalOver(
                prompts.map((prompt) => rightOf(run, prompt)),
                random,
                resamples,
              ),
              tokens: meanOf(prompts.map((prompt) => run.outcomes[prompt]?.tokens ?? 0)),
              steps: countsOf(run, prompts, ({ steps }) => steps),
              solved_by: countsOf(run, prompts, ({ solvedBy }) =>
                solvedBy === undefined ? {} : { [solvedBy]: 1 },
              ),
            },
          ]),
        ),
      }
    }),
    curves: Object.fromEntries(
      [...top.map(({ name }) => [name, byName(name)] as const), ['auto', auto] as const].map(
        ([name, runs]) => [
          name,
          runs.map((run, at) => ({
            budget: budgets[at] ?? 0,
            tokens: meanOf(run.outcomes.map(({ tokens }) => tokens)),
            accuracy: meanOf(all.map((prompt) => rightOf(run, prompt))),
          })),
        ],
      ),
    ),
    compute_optimal: {
      saving: savingOf(byName('best-of-n').map(configOf), auto.map(configOf), random, resamples).mean,
      probe_tokens: 0,
    },
    versus_large: versus,
    auto: { against_best: against, minus_single: minusSingle },
    ablation: {
      full: meanOf(all.map((prompt) => rightOf(best, prompt))),
      without,
      best_kind: bestKind,
      best_kind_lowers: without[bestKind]?.full_minus ?? [0, 0, 0],
    },
    losses: lossesOf(against, minusSingle, versus),
  }
}

function configOf({ name, outcomes }: ArmRun): Config {
  return {
    name,
    right: outcomes.map(({ right }) => right),
    tokens: outcomes.map(({ tokens }) => tokens),
  }
}

function countsOf(
  { outcomes }: ArmRun,
  prompts: readonly number[],
  counted: (outcome: ArmRun['outcomes'][number]) => Readonly<Record<string, number>>,
): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const prompt of prompts) {
    const outcome = outcomes[prompt]
    for (const [kind, count] of Object.entries(outcome ? counted(outcome) : {}))
      counts[kind] = (counts[kind] ?? 0) + count
  }
  return counts
}

function lossesOf(
  against: readonly AgainstBest[],
  minusSingle: Readonly<Record<string, Interval>>,
  versus: LiveAnalysis['versus_large'],
): readonly string[] {
  const points = (share: number) => `${(100 * share).toFixed(1)} points`
  return [
    ...against
      .filter(({ minus_best_single: [mean] }) => mean < -allowed)
      .map(
        ({ bin, single, minus_best_single: [mean] }) =>
          `bin ${bin}: auto is ${points(-mean)} below the best single strategy (${[...new Set(single)].join(', ')})`,
      ),
    ...Object.entries(minusSingle)
      .filter(([, [mean]]) => mean <= 0)
      .map(([name, [mean]]) => `over all prompts auto is ${points(-mean)} below ${name}`),
    ...versus
      .filter(({ small, large }) => small < large)
      .map(
        ({ bin, small, large }) =>
          `bin ${bin}: best-of-N of the small model is ${points(large - small)} below that of the large one at equal FLOPs of inference`,
      ),
  ]
}
