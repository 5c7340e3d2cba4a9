import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import type { Prompt } from '../../src/contract.ts'
import { Fault } from '../../src/fault.ts'
import {
  promptOf,
  charactersPerToken,
  readProblems,
  readRecording,
  recordedTokens,
  type RecordedProblem,
  type RecordedSample,
} from '../../src/models/recording.ts'

/** One recorded sample as benches need it. */
export interface BenchSample {
  /** What votes count; null when the sample has no answer. */
  readonly answer: string | null
  /** The benchmark's verdict; undefined when none was recorded. */
  readonly correct: boolean | undefined
  /** Generated tokens: as recorded, else characters ÷ 4. */
  readonly tokens: number
  /** Verifier or self scores by name, 0 to 1 unless the recording's README says otherwise. */
  readonly scores: Readonly<Record<string, number>>
  /** The line as recorded, for what only some recordings have. */
  readonly recorded: RecordedSample
}

/** One prompt with everything that was recorded of one model on it. */
export interface BenchPrompt {
  readonly id: string
  readonly prompt: Prompt
  readonly problem: RecordedProblem
  /** Tokens of the prompt: as recorded, else characters ÷ 4; 0 where the text was not recorded. */
  readonly inputTokens: number
  /** In the order recorded; empty in a recording of counts. */
  readonly samples: readonly BenchSample[]
  /** Tries recorded: samples with a verdict, or the `n` of a recording of counts. */
  readonly tries: number
  /** Of those, successful. */
  readonly successes: number
}

/** A model's recorded samples on a set of prompts. */
export interface BenchRecording {
  readonly set: string
  readonly model: string
  readonly directory: string
  /** `counts`: only successes out of n were recorded, no samples. */
  readonly kind: 'samples' | 'counts'
  /** Prompts with at least one try, in the order of problems.jsonl. */
  readonly prompts: readonly BenchPrompt[]
  /** True when some token counts are characters ÷ 4. */
  readonly tokensEstimated: boolean
  /** Smallest number of tries of a prompt. */
  readonly depth: number
}

/** How deep below the directory sets are looked for. */
const deepestFolder = 3

/**
 * Reads every recording below a directory: `samples.MODEL.jsonl[.gz]` and `counts.MODEL.jsonl[.gz]` beside a
 * `problems.jsonl`, sorted by set and model. Nothing depends on the names of sets or models.
 * @throws Fault `bad-recording` for a directory without recordings, an empty file, a broken line
 */
export async function loadRecordings(directory: string): Promise<readonly BenchRecording[]> {
  const recordings: BenchRecording[] = []
  for (const folder of await foldersWithProblems(directory, deepestFolder)) {
    const problems = await readProblems(join(folder, 'problems.jsonl'))
    if (problems.length === 0) throw empty(join(folder, 'problems.jsonl'))
    const names = (await readdir(folder)).toSorted()
    const models = new Set<string>()
    for (const name of names) {
      const [, kind, model] = /^(samples|counts)\.(.+)\.jsonl(?:\.gz)?$/.exec(name) ?? []
      if (model === undefined || models.has(`${kind}/${model}`)) continue
      models.add(`${kind}/${model}`)
      const recording =
        kind === 'samples'
          ? await samplesOf(folder, model, problems)
          : await countsOf(folder, model, join(folder, name), problems)
      if (recording.prompts.length === 0) throw empty(join(folder, name))
      recordings.push(recording)
    }
  }
  if (recordings.length === 0) {
    throw new Fault(
      'bad-recording',
      `${directory} has no recordings`,
      'Give a directory with problems.jsonl and samples.MODEL.jsonl.gz, or one above such directories.',
    )
  }
  return recordings
}

/** The other recordings of the same set: what a second model did on the same prompts. */
export function helpersOf(
  recording: BenchRecording,
  all: readonly BenchRecording[],
): readonly BenchRecording[] {
  return all.filter((other) => other.directory === recording.directory && other.model !== recording.model)
}

async function foldersWithProblems(directory: string, depth: number): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    throw new Fault('bad-recording', `${directory} cannot be read`, 'Check the path.', cause)
  })
  const found = entries.some((entry) => entry.name === 'problems.jsonl') ? [directory] : []
  if (depth === 0) return found
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name))
  for (const folder of below.toSorted()) found.push(...(await foldersWithProblems(folder, depth - 1)))
  return found
}

async function samplesOf(
  directory: string,
  model: string,
  problems: readonly RecordedProblem[],
): Promise<BenchRecording> {
  const { samples } = await readRecording(directory, model)
  let tokensEstimated = false
  let depth = Infinity
  const prompts: BenchPrompt[] = []
  for (const problem of problems) {
    const own = samples.get(problem.id)
    if (!own) continue
    const list = own.map((recorded): BenchSample => {
      const { tokens, estimated } = recordedTokens(recorded)
      tokensEstimated ||= estimated
      return {
        answer: recorded.answer ?? null,
        correct: recorded.correct,
        tokens,
        scores: recorded.scores ?? {},
        recorded,
      }
    })
    depth = Math.min(depth, list.length)
    prompts.push({
      id: problem.id,
      prompt: promptOf(problem),
      problem,
      inputTokens:
        own[0]?.prompt_tokens ?? Math.ceil(Buffer.byteLength(problem.prompt ?? '') / charactersPerToken),
      samples: list,
      tries: list.filter((sample) => sample.correct !== undefined).length,
      successes: list.filter((sample) => sample.correct === true).length,
    })
  }
  return { set: basename(directory), model, directory, kind: 'samples', prompts, tokensEstimated, depth }
}

interface CountLine {
  readonly id: string
  readonly n: number
  readonly c: number
}

async function countsOf(
  directory: string,
  model: string,
  file: string,
  problems: readonly RecordedProblem[],
): Promise<BenchRecording> {
  const counts = new Map<string, CountLine>()
  const raw = createReadStream(file)
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number += 1
      if (line.trim() === '') continue
      const value = JSON.parse(line) as CountLine
      if (!(value.c >= 0 && value.c <= value.n)) throw new Error('it is not {"id","n","c"} with 0 ≤ c ≤ n')
      counts.set(value.id, value)
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Fault(
      'bad-recording',
      `${file}:${number}: ${message}`,
      'Each line must be one JSON object.',
      cause,
    )
  }
  let depth = Infinity
  const prompts: BenchPrompt[] = []
  for (const problem of problems) {
    const line = counts.get(problem.id)
    if (!line || line.n === 0) continue
    depth = Math.min(depth, line.n)
    prompts.push({
      id: problem.id,
      prompt: promptOf(problem),
      problem,
      inputTokens: Math.ceil(Buffer.byteLength(problem.prompt ?? '') / charactersPerToken),
      samples: [],
      tries: line.n,
      successes: line.c,
    })
  }
  return {
    set: basename(directory),
    model,
    directory,
    kind: 'counts',
    prompts,
    tokensEstimated: false,
    depth,
  }
}

function empty(file: string): Fault {
  return new Fault(
    'bad-recording',
    `${file} is empty`,
    'A recording needs at least one prompt with one sample.',
  )
}
