import { join } from 'node:path'
import { Fault } from '../fault.ts'
import { LlamaModel } from '../models/llama.ts'
import type { Model } from '../models/model.ts'
import { readRecording, type Recording } from '../models/recording.ts'
import { ReplayModel } from '../models/replay.ts'
import { asset, recordings } from './asset.ts'
import { demoTasks } from './problems.ts'

/** The temperature at which both models were recorded and are run. */
export const demoTemperature = 0.8
/** Output cap of one sample, in tokens: longer than any right answer to the demo's problems. */
export const demoMaxOutputTokens = 160
/** Tokens of prompt and answer together: a revision shows up to four attempts. */
const contextSize = 1024
/** Exact counts, tied embeddings counted once; what FLOPs are billed by where the files are not loaded. */
const parameters = { small: 168_384, large: 1_259_136 } as const

export interface Pair {
  readonly small: Model
  readonly large: Model
  /** `llama`: the shipped pair in this process; `live`: other models; `replay`: recordings of either. */
  readonly backend: 'llama' | 'live' | 'replay'
  /** Why the native model is not used, when it is not. */
  readonly fallback?: string
}

/** The two models in this process, or their recorded samples where the native package cannot be loaded. */
export async function openPair(seed: number): Promise<Pair> {
  try {
    const [small, large] = await Promise.all(
      (['small', 'large'] as const).map((name) =>
        LlamaModel.open({
          file: asset(`${name}.gguf`),
          temperature: demoTemperature,
          contextSize,
          profile: { name, maxOutputTokens: demoMaxOutputTokens },
        }),
      ),
    )
    return { small: small as Model, large: large as Model, backend: 'llama' }
  } catch (cause) {
    if (!Fault.isFault(cause) || cause.code !== 'package-missing') throw cause
    const [small, large] = await Promise.all(
      (['small', 'large'] as const).map((name) => replayed(name, seed)),
    )
    return { small: small as Model, large: large as Model, backend: 'replay', fallback: cause.message }
  }
}

/** A model's recordings on all tasks as one. */
async function replayed(name: 'small' | 'large', seed: number): Promise<Model> {
  const parts = await Promise.all(demoTasks.map((task) => readRecording(join(recordings(), task), name)))
  const recording: Recording = {
    directory: recordings(),
    model: name,
    problems: parts.flatMap(({ problems }) => problems),
    samples: new Map(parts.flatMap(({ samples }) => [...samples])),
    steps: new Map(parts.flatMap(({ steps }) => [...steps])),
  }
  return new ReplayModel(recording, { seed, profile: { parameters: parameters[name] } })
}
