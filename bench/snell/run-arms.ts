import { BucketAllocator } from '../../src/allocator/bucket-allocator.ts'
import { roundRobin } from '../../src/allocator/round-robin.ts'
import type { Prompt, Verdict } from '../../src/contract.ts'
import { SharedDraws } from '../../src/demo/shared-draws.ts'
import { Engine } from '../../src/engine.ts'
import type { Model } from '../../src/models/model.ts'
import { VerifierPool, type Checker } from '../../src/pool/verifier-pool.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { processReward } from '../../verifiers/process-reward.ts'
import { ComputedOnce } from '../strategies/computed-once.ts'
import { verifierOfTask } from '../models/verifier-of-task.ts'
import type { ArmSpec } from './arms.ts'
import { outcomeOf, type Outcome } from './outcome.ts'

/** What each arm did, prompt by prompt. */
export interface ArmOutcomes {
  readonly spec: ArmSpec
  readonly outcomes: readonly Outcome[]
}

export interface ArmsInput {
  readonly model: Model
  /** Whose process rewards search and choose. */
  readonly guide: Model
  readonly prompts: readonly Prompt[]
  readonly arms: readonly ArmSpec[]
  readonly seed: number
  /** Prompts at a time. */
  readonly parallel: number
  readonly onProgress?: (done: number) => void
}

/** N is what limits an arm, as in the paper; the ledger only counts. */
const unlimited = { tokens: 1e9 }

/**
 * Runs every arm on every prompt, each in an engine of its own, one step at a time. Prompts go side by side and their
 * arms one after the other, so that a prompt's beginnings stay computed; arms share draws, and each is billed for its own.
 */
export async function runArms({
  model,
  guide,
  prompts,
  arms,
  seed,
  parallel,
  onProgress,
}: ArmsInput): Promise<readonly ArmOutcomes[]> {
  await using pool = new VerifierPool()
  const { name } = guide.profile
  const reward = await pool.anyChecker(
    processReward({ model: name, marker: '\n', delimiter: '\n', combine: 'product' }),
  )
  const weightOf = (of: string) => (of === name ? parametersOf(guide) / parametersOf(model) : 1)
  const rows: Outcome[][] = arms.map(() => [])
  let next = 0
  let done = 0
  const worker = async () => {
    for (let at = next++; at < prompts.length; at = next++) {
      const prompt = prompts[at] as Prompt
      const answering = new SharedDraws(model, seed)
      const judging = new SharedDraws(guide, seed)
      for (const [place, { strategy, told = false }] of arms.entries()) {
        const { checker, right } = labelled(prompt, told)
        const engine = new Engine({
          models: [new ComputedOnce(answering.arm()), new ComputedOnce(judging.arm())],
          budget: unlimited,
          strategy,
          allocator: new BucketAllocator(roundRobin({ whileInFlight: true })),
          guide: reward,
          checker,
          concurrency: 1,
          seed,
        })
        const result = await engine.solve(prompt)
        ;(rows[place] as Outcome[])[at] = outcomeOf(result, model.profile.name, right, weightOf)
      }
      done += 1
      onProgress?.(done)
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return arms.map((spec, place) => ({ spec, outcomes: rows[place] ?? [] }))
}

function parametersOf({ profile }: Model): number {
  return profile.parameters ?? 1
}

/** One greedy sample of a model. */
export async function greedySample(model: Model, prompt: Prompt, seed: number): Promise<Outcome> {
  const { checker, right } = labelled(prompt, false)
  const engine = new Engine({
    models: [new SharedDraws(model, seed).arm()],
    budget: unlimited,
    strategy: bestOfN({ samples: 1 }),
    checker,
    concurrency: 1,
    seed,
  })
  const result = await engine.solve({ ...prompt, options: { ...prompt.options, temperature: 0 } })
  return outcomeOf(result, model.profile.name, right, () => 1)
}

/**
 * A checker that finds the answer in a candidate and judges nothing: its score is the same for right and wrong, so that
 * only the process reward selects. Which verdicts are those of right answers is told to the bench alone. With `told`,
 * wrong answers get the exact verifier's feedback.
 */
function labelled(
  { task = '' }: Prompt,
  told: boolean,
): { readonly checker: Checker; readonly right: (verdict: object) => boolean } {
  const rightOnes = new WeakSet<object>()
  const verifier = verifierOfTask(task)
  const checker: Checker = {
    id: 'answer',
    errorRates: { truePositive: 1, falsePositive: 0 },
    proves: () => false,
    async check(subject): Promise<Verdict> {
      const exact = await verifier.verify(subject)
      const { answer, feedback } = exact.kind === 'scored' ? exact : {}
      const verdict: Verdict = {
        kind: 'scored',
        score: answer === undefined ? 0 : 0.5,
        ...(answer !== undefined && { answer }),
        ...(told && feedback !== undefined && { feedback }),
      }
      if (exact.kind === 'scored' && exact.score === 1) rightOnes.add(verdict)
      return verdict
    },
  }
  return { checker, right: (verdict) => rightOnes.has(verdict) }
}
