import { createReadStream } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import type { Json, Prompt, StepKind } from '../contract.ts'
import { Fault } from '../fault.ts'

/** One recorded sample of a model on a prompt. */
export interface RecordedSample {
  readonly id: string
  readonly i: number
  /** Absent: a plain sample of the problem's prompt. */
  readonly kind?: StepKind
  /** Of a step that is no plain sample: hash of model and messages, see `requestKey`. */
  readonly key?: string
  /** Tells apart what was recorded under one key. */
  readonly index?: number
  readonly text?: string
  readonly answer?: string | null
  /** A label for scoring a run; it never steers one. */
  readonly correct?: boolean
  readonly completion_tokens?: number | null
  readonly prompt_tokens?: number | null
  readonly chars?: number | null
  readonly latency_ms?: number | null
  readonly logprob?: number | null
  readonly scores?: { readonly [name: string]: number }
}

export interface RecordedProblem {
  readonly id: string
  readonly prompt: string | null
  readonly reference?: Json
  readonly task?: string
  /** The generator's label, for reports only: it goes with no prompt. */
  readonly level?: number
  readonly meta?: { readonly [key: string]: Json }
}

/** A model's recorded samples on a set of prompts. */
export interface Recording {
  readonly directory: string
  readonly model: string
  readonly problems: readonly RecordedProblem[]
  /** By problem id, in the order recorded. */
  readonly samples: ReadonlyMap<string, readonly RecordedSample[]>
  /** Steps that are no plain samples, by their key, in the order recorded. */
  readonly steps: ReadonlyMap<string, readonly RecordedSample[]>
}

/** Characters a token, where a recording has no token counts. */
export const charactersPerToken = 4

/** The models that a recording directory has samples of. */
export async function recordedModels(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new Fault(
      'bad-recording',
      `the recording directory ${directory} cannot be read`,
      'Check the path.',
      cause,
    )
  })
  return names.flatMap((name) => /^samples\.(.+)\.jsonl(?:\.gz)?$/.exec(name)?.[1] ?? []).toSorted()
}

/**
 * Reads `problems.jsonl` and `samples.MODEL.jsonl[.gz]` of a directory.
 * @throws Fault `bad-recording` naming file and line.
 */
export async function readRecording(directory: string, model: string): Promise<Recording> {
  const problems: RecordedProblem[] = []
  for await (const problem of lines<RecordedProblem>(join(directory, 'problems.jsonl')))
    problems.push(problem)
  const plain = join(directory, `samples.${model}.jsonl`)
  const file = (await exists(`${plain}.gz`)) ? `${plain}.gz` : plain
  if (!(await exists(file))) {
    const known = await recordedModels(directory)
    throw new Fault(
      'bad-recording',
      `${directory} has no samples of "${model}"`,
      known.length > 0 ? `It has ${known.join(', ')}.` : 'It has no samples.*.jsonl.gz at all.',
    )
  }
  const samples = new Map<string, RecordedSample[]>()
  const steps = new Map<string, RecordedSample[]>()
  for await (const sample of lines<RecordedSample>(file)) {
    if (sample.kind === undefined || sample.kind === 'sample') append(samples, sample.id, sample)
    else if (sample.key !== undefined) append(steps, sample.key, sample)
  }
  return { directory, model, problems, samples, steps }
}

/**
 * Reads the problems of a recording.
 * @throws Fault `bad-recording` naming file and line
 */
export async function readProblems(file: string): Promise<readonly RecordedProblem[]> {
  const problems: RecordedProblem[] = []
  for await (const problem of lines<RecordedProblem>(file)) problems.push(problem)
  return problems
}

/** A problem as a prompt. Where the text was not recorded its id stands in: a replay does not need it. */
export function promptOf(problem: RecordedProblem): Prompt {
  return {
    id: problem.id,
    messages: [{ role: 'user', content: problem.prompt ?? problem.id }],
    ...(problem.task !== undefined && { task: problem.task }),
    ...(problem.reference !== undefined && { reference: problem.reference }),
    ...(problem.meta !== undefined && { meta: problem.meta }),
  }
}

/** Tokens of one recorded sample: as recorded, else characters ÷ 4. */
export function recordedTokens(sample: RecordedSample): {
  readonly tokens: number
  readonly estimated: boolean
} {
  if (typeof sample.completion_tokens === 'number')
    return { tokens: sample.completion_tokens, estimated: false }
  const characters = sample.chars ?? (sample.text ?? sample.answer ?? '').length
  return { tokens: Math.max(1, Math.ceil(characters / charactersPerToken)), estimated: true }
}

function append(lists: Map<string, RecordedSample[]>, key: string, sample: RecordedSample): void {
  const list = lists.get(key)
  if (list) list.push(sample)
  else lists.set(key, [sample])
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

async function* lines<Value extends { readonly id: string }>(file: string): AsyncGenerator<Value> {
  if (!(await exists(file))) throw new Fault('bad-recording', `${file} does not exist`, 'Check the path.')
  const raw = createReadStream(file)
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number += 1
      if (line.trim() === '') continue
      const value = JSON.parse(line) as Value
      if (typeof value?.id !== 'string') throw new Error('it has no "id"')
      yield value
    }
  } catch (cause) {
    throw new Fault(
      'bad-recording',
      `${file}:${number}: ${cause instanceof Error ? cause.message : String(cause)}`,
      'Each line must be one JSON object of the recording format.',
      cause,
    )
  }
}
