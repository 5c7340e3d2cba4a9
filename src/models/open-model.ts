import { Fault } from '../fault.ts'
import { LlamaLikelihoodModel } from './llama-likelihood.ts'
import { LlamaValueModel } from './llama-value.ts'
import { LlamaModel } from './llama.ts'
import type { Model, ModelProfile } from './model.ts'
import { OpenAIModel } from './openai.ts'
import { readRecording } from './recording.ts'
import { RewardServerModel } from './reward-server.ts'
import { ReplayModel, type Faults } from './replay.ts'

export interface OpenModelOptions {
  readonly profile?: Partial<ModelProfile>
  /** Seeds a replay's draw order; default 0. */
  readonly seed?: number
  /** Whether it answers also requests that name another model, see `OpenAIModel`. */
  readonly always?: boolean
  /** How an OpenAI-compatible server goes on where a partial stops, see `OpenAIModel`. */
  readonly continuation?: 'final-message' | 'completions'
  /** Of an OpenAI-compatible server. */
  readonly baseUrl?: string
  readonly environment?: {
    readonly OPENAI_API_KEY?: string | undefined
    readonly HF_TOKEN?: string | undefined
  }
  /** Failures to inject into a replay. */
  readonly faults?: Faults
}

const forms =
  'replay:DIRECTORY#MODEL, openai:MODEL, gguf:FILE, or for judging llama-value:FILE, llama-likelihood:FILE, vllm-score:URL#MODEL, vllm-pooling:URL#MODEL, hf-classifier:MODEL'

/**
 * A model from a spec string: `replay:DIRECTORY#MODEL`, `openai:MODEL` (any OpenAI-compatible server) or `gguf:FILE`;
 * models that only judge: `llama-value:FILE` (a GGUF value model), `llama-likelihood:FILE` (any GGUF), and the reward
 * servers `vllm-score:URL#MODEL`, `vllm-pooling:URL#MODEL` and `hf-classifier:MODEL`.
 * @throws Fault `unknown-name`, `bad-argument`, `bad-recording`, `package-missing`
 */
export async function openModel(spec: string, options: OpenModelOptions = {}): Promise<Model> {
  const [, kind, rest] = /^([\w-]+):(.+)$/s.exec(spec) ?? []
  const { profile = {} } = options
  if (kind === 'replay' && rest !== undefined) {
    const [, directory, model] = /^(.+)#([^#]+)$/s.exec(rest) ?? []
    if (directory === undefined || model === undefined) {
      throw new Fault('bad-argument', `"${spec}" names no recorded model`, 'Write replay:DIRECTORY#MODEL.')
    }
    return new ReplayModel(await readRecording(directory, model), {
      profile,
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(options.faults && { faults: options.faults }),
    })
  }
  if (kind === 'openai' && rest !== undefined) {
    const apiKey = options.environment?.OPENAI_API_KEY
    if (apiKey === undefined && options.baseUrl === undefined) {
      throw new Fault(
        'bad-argument',
        `"${spec}" needs an API key`,
        'Set OPENAI_API_KEY, or give --base-url of a server without keys.',
      )
    }
    const { OpenAI } = await import('openai')
    const client = new OpenAI({
      apiKey: apiKey ?? 'none',
      maxRetries: 0,
      ...(options.baseUrl !== undefined && { baseURL: options.baseUrl }),
    })
    return new OpenAIModel(client, {
      model: rest,
      profile: { name: rest, ...profile },
      ...(options.always && { always: true }),
      ...(options.continuation && { continuation: options.continuation }),
    })
  }
  if ((kind === 'vllm-score' || kind === 'vllm-pooling') && rest !== undefined) {
    const [, baseUrl, model] = /^(.+)#([^#]+)$/s.exec(rest) ?? []
    if (baseUrl === undefined || model === undefined) {
      throw new Fault('bad-argument', `"${spec}" names no model`, `Write ${kind}:URL#MODEL.`)
    }
    return new RewardServerModel({ profile: { name: model, ...profile }, server: { kind, baseUrl } })
  }
  if (kind === 'hf-classifier' && rest !== undefined) {
    const { InferenceClient } = await import('@huggingface/inference')
    const client = new InferenceClient(options.environment?.HF_TOKEN)
    return new RewardServerModel({
      profile: { name: rest, ...profile },
      server: { kind: 'text-classification', client, model: rest },
    })
  }
  if (kind === 'gguf' && rest !== undefined) return LlamaModel.open({ file: rest, profile })
  if (kind === 'llama-value' && rest !== undefined) return LlamaValueModel.open({ file: rest, profile })
  if (kind === 'llama-likelihood' && rest !== undefined)
    return LlamaLikelihoodModel.open({ file: rest, profile })
  throw new Fault('unknown-name', `"${spec}" is no model`, `Write ${forms}.`)
}
