import { randomFrom } from '../../src/clock/random.ts'
import type { Prompt, Verdict } from '../../src/contract.ts'
import { Engine } from '../../src/engine.ts'
import { promptOf, readRecording, type Recording } from '../../src/models/recording.ts'
import { ReplayModel } from '../../src/models/replay.ts'
import { VerifierPool, type Checker } from '../../src/pool/verifier-pool.ts'
import { strategyNamed } from '../../src/registry.ts'
import type { Interval } from '../../src/sweep/interval.ts'
import { verifierOfTask } from '../models/verifier-of-task.ts'
import { meanOf } from '../replay/mean-of.ts'
import { recordingName } from '../replay/recording-name.ts'
import { loadRecordings, type BenchRecording } from '../replay/recordings.ts'
import { select } from '../replay/select.ts'
import { minus, rightOf, type ArmRun } from './compare-arms.ts'
import { pairTasks } from './pair-problems.ts'

export interface ReplayedSet {
  readonly source: 'recording'
  readonly set: string
  readonly model: string
  readonly prompts: number
  /** The whole budget: four plain samples a prompt. */
  readonly budget_tokens: number
  readonly arms: Readonly<
    Record<
      string,
      {
        readonly accuracy: number
        readonly tokens: number
        readonly steps: Readonly<Record<string, number>>
      }
    >
  >
  readonly auto_minus_best_of_n: Interval
  /** What the recording does not have. */
  readonly left_out: readonly string[]
}

export interface Replayed {
  readonly sets: readonly ReplayedSet[]
  readonly skipped: readonly { readonly recording: string; readonly reason: string }[]
}

/** Samples a prompt that the budget is for, and that a recording must have to be replayed. */
const samplesBudgeted = 4
const quickRecordings = 4
/** What no recording can be asked for: the next line of an answer that was recorded whole. */
const needPartials = ['beam', 'dvts', 'rebase', 'lookahead']

/**
 * Strategies on recorded samples, as far as a recording has what they need: plain samples for best-of-N, revisions under
 * their own keys for `revise`; searches need next lines that nobody recorded.
 */
export async function replayed(
  directory: string,
  { seed, quick, resamples }: { readonly seed: number; readonly quick: boolean; readonly resamples: number },
): Promise<Replayed> {
  const all = await loadRecordings(directory)
  const skipped: { recording: string; reason: string }[] = []
  const usable = all.filter((recording) => {
    const enough =
      recording.kind === 'samples' &&
      recording.depth >= samplesBudgeted &&
      recording.prompts.every(({ samples }) => samples.every(({ correct }) => correct !== undefined))
    if (!enough) {
      const reason = `fewer than ${samplesBudgeted} labelled samples a prompt`
      skipped.push({ recording: recordingName(recording), reason })
    }
    return enough
  })
  const { taken, left } = quick ? select(usable, quickRecordings, seed) : { taken: usable, left: [] }
  for (const recording of left)
    skipped.push({ recording: recordingName(recording), reason: 'left out by --quick' })
  const sets: ReplayedSet[] = []
  for (const recording of taken) sets.push(await replayedSet(recording, seed, resamples))
  return { sets, skipped }
}

async function replayedSet(bench: BenchRecording, seed: number, resamples: number): Promise<ReplayedSet> {
  const recording = await readRecording(bench.directory, bench.model)
  const revised = [...recording.steps.values()].some(([step]) => step?.kind === 'revise')
  const perPrompt = bench.prompts.map(
    ({ samples, inputTokens }) => inputTokens + meanOf(samples.map(({ tokens }) => tokens)),
  )
  const budget = Math.ceil(samplesBudgeted * perPrompt.reduce((sum, tokens) => sum + tokens, 0))
  const names = ['best-of-n', ...(revised ? ['revise', 'tree-search'] : []), 'auto']
  const runs: ArmRun[] = []
  for (const name of names) runs.push(await runOf(name, bench, recording, budget, seed))
  const random = randomFrom(`replayed/${seed}/${recordingName(bench)}`)
  return {
    source: 'recording',
    set: bench.set,
    model: bench.model,
    prompts: bench.prompts.length,
    budget_tokens: budget,
    arms: Object.fromEntries(
      runs.map((run) => [
        run.name,
        {
          accuracy: meanOf(run.outcomes.map((_, prompt) => rightOf(run, prompt))),
          tokens: meanOf(run.outcomes.map(({ tokens }) => tokens)),
          steps: stepsOf(run),
        },
      ]),
    ),
    auto_minus_best_of_n: minus(runs.at(-1) as ArmRun, runs[0] as ArmRun, random, resamples),
    left_out: [...needPartials, ...(revised ? [] : ['revise', 'tree-search'])],
  }
}

async function runOf(
  name: string,
  bench: BenchRecording,
  recording: Recording,
  budget: number,
  seed: number,
): Promise<ArmRun> {
  await using pool = new VerifierPool()
  const engine = new Engine({
    models: [new ReplayModel(recording, { seed })],
    budget: { tokens: budget },
    strategy: strategyNamed(name),
    seed,
  })
  const results = await Promise.all(
    bench.prompts.map(async ({ problem }) => {
      const prompt = promptOf(problem)
      return engine.solve(prompt, { checker: await checkerOf(prompt, recording, pool) })
    }),
  )
  return {
    name,
    outcomes: results.map(({ status, usage, trace }) => {
      const steps: Record<string, number> = {}
      for (const { step } of trace) steps[step.kind] = (steps[step.kind] ?? 0) + 1
      return { right: status === 'verified', tokens: usage.tokens, steps }
    }),
  }
}

/** The task's own verifier where it is one of ours, for its feedback is part of a revision's key; else the labels. */
async function checkerOf(prompt: Prompt, recording: Recording, pool: VerifierPool): Promise<Checker> {
  const { task = '' } = prompt
  const samples = recording.samples.get(prompt.id) ?? []
  const ours = (pairTasks as readonly string[]).includes(task) && samples[0]?.text !== undefined
  if (ours) return pool.checker(verifierOfTask(task))
  const right = new Set<string>()
  for (const { text, answer, correct } of samples) if (correct === true) right.add(text ?? answer ?? '')
  return {
    id: 'label',
    errorRates: { truePositive: 1, falsePositive: 0 },
    proves: () => true,
    check: ({ candidate }): Promise<Verdict> =>
      Promise.resolve({ kind: 'scored', score: right.has(candidate.text) ? 1 : 0, answer: candidate.text }),
  }
}

function stepsOf({ outcomes }: ArmRun): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { steps } of outcomes) {
    for (const [kind, count] of Object.entries(steps)) counts[kind] = (counts[kind] ?? 0) + count
  }
  return counts
}
