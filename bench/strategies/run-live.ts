import type { Prompt } from '../../src/contract.ts'
import { SharedDraws } from '../../src/demo/shared-draws.ts'
import { Engine } from '../../src/engine.ts'
import type { Model } from '../../src/models/model.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { strategyNamed } from '../../src/registry.ts'
import { stepName } from '../../src/batch/steps-by-bin.ts'
import { processReward } from '../../verifiers/process-reward.ts'
import { verifierOfTask } from '../models/verifier-of-task.ts'
import { ComputedOnce } from './computed-once.ts'
import type { LiveArm } from './live-arms.ts'
import { partialsOnly } from './partials-only.ts'

/** What one arm did with one prompt under the shared budget. */
export interface LiveOutcome {
  readonly right: boolean
  /** In tokens of the small model: FLOPs ÷ (2 × its parameters). */
  readonly tokens: number
  readonly steps: Readonly<Record<string, number>>
  /** The kind of step that brought the proven answer. */
  readonly solvedBy?: string
}

export interface LiveInput {
  readonly models: { readonly small: Model; readonly large: Model; readonly value: Model }
  readonly prompts: readonly Prompt[]
  readonly seed: number
}

/** Steps in flight of one engine. */
const concurrency = 8

/** Draws that arms share, and the arms that draw them. */
export class LiveRuns {
  readonly #input: LiveInput
  readonly #draws: Readonly<Record<'small' | 'large' | 'value', SharedDraws>>
  readonly #tokenFlops: number

  constructor(input: LiveInput) {
    this.#input = input
    const { models, seed } = input
    this.#draws = {
      small: new SharedDraws(models.small, seed),
      large: new SharedDraws(models.large, seed),
      value: new SharedDraws(models.value, seed),
    }
    this.#tokenFlops = 2 * (models.small.profile.parameters ?? 1)
  }

  /** Runs one strategy over all prompts under one budget, given in tokens of the small model a prompt. */
  async run(arm: LiveArm, budget: number): Promise<readonly LiveOutcome[]> {
    const { prompts, seed, models } = this.#input
    await using pool = new VerifierPool()
    const names = [...arm.models, ...(arm.guided ? (['value'] as const) : [])]
    const engine = new Engine({
      models: names.map((name) => new ComputedOnce(this.#draws[name].arm(), { promptsAnew: true })),
      budget: { flops: budget * prompts.length * this.#tokenFlops },
      strategy: strategyNamed(arm.strategy, arm.options),
      ...(arm.guided && { guide: await pool.anyChecker(partialsOnly(guideBy(models.value))) }),
      concurrency,
      seed,
    })
    const own = models.small.profile.name
    const results = await Promise.all(
      prompts.map(async (prompt) =>
        engine.solve(prompt, { checker: await pool.checker(verifierOfTask(prompt.task ?? '')) }),
      ),
    )
    return results.map(({ status, usage, trace, step: chosen }) => {
      const steps: Record<string, number> = {}
      for (const { step } of trace) {
        const name = stepName(step, step.kind === 'judge' ? step.model : own)
        steps[name] = (steps[name] ?? 0) + 1
      }
      const solver = status === 'verified' ? trace.find(({ step }) => step.id === chosen)?.step : undefined
      return {
        right: status === 'verified',
        tokens: (usage.flops ?? 0) / this.#tokenFlops,
        steps,
        ...(solver && { solvedBy: stepName(solver, own) }),
      }
    })
  }

  /** Mean process reward of a few plain samples of each prompt: predicts difficulty for the table, in no arm's bill. */
  async probe(samples: number): Promise<readonly number[]> {
    const { prompts, seed, models } = this.#input
    await using pool = new VerifierPool()
    const engine = new Engine({
      models: [this.#draws.small.arm(), this.#draws.value.arm()],
      budget: { tokens: 1e12 },
      strategy: { ...strategyNamed('best-of-n', { samples }), guided: true },
      guide: await pool.anyChecker(guideBy(models.value)),
      concurrency,
      seed,
    })
    const results = await Promise.all(prompts.map((prompt) => engine.solve(prompt)))
    return results.map(({ trace }) => {
      const values = trace.filter(({ step }) => step.kind === 'sample').map(({ value = 0 }) => value)
      return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
    })
  }
}

function guideBy(value: Model): ReturnType<typeof processReward> {
  return processReward({ model: value.profile.name, marker: '\n', delimiter: '\n', combine: 'last' })
}
