import type { Message } from '../../src/contract.ts'
import { asset } from '../../src/demo/asset.ts'
import { LlamaModel, type LlamaOptions } from '../../src/models/llama.ts'
import type { AnsweredSample, Model, ModelRequest, Sample } from '../../src/models/model.ts'

/** The model that tests of the native backend run on. */
export const tinyFile = asset('large.gguf')

/** Opened, or why it cannot be here; tests are then skipped. */
export async function openTiny(options: Partial<LlamaOptions> = {}): Promise<LlamaModel | Error> {
  try {
    return await LlamaModel.open({ file: tinyFile, contextSize: 256, ...options })
  } catch (cause) {
    const error = cause as Error
    console.warn(`SKIPPED: the native model: ${error.message}`)
    return error
  }
}

export interface Draw extends Partial<ModelRequest> {
  readonly content?: string
  readonly options?: { readonly [field: string]: unknown }
  readonly signal?: AbortSignal
}

/** One sample; without a seed, seed 0. */
export function draw(model: Model | Error, how: Draw = {}): Promise<Sample> {
  if (model instanceof Error) throw model
  const { content = 'Make 24 from 3 8 1 5.', options, signal = new AbortController().signal, ...rest } = how
  const messages: readonly Message[] = rest.messages ?? [{ role: 'user', content }]
  const step = { id: 's', kind: 'sample' as const, model: 'm', parents: [], index: 0 }
  const prompt = { id: 'p', messages, ...(options && { options }) }
  return model.sample({ step, prompt, maxOutputTokens: 120, attempt: 0, ...rest, messages }, signal)
}

/** One sample that has to be answered. */
export async function answer(model: Model | Error, how: Draw = {}): Promise<AnsweredSample> {
  const sample = await draw(model, how)
  if (sample.kind === 'failed') throw new Error(`${sample.code}: ${sample.message}`)
  return sample
}

/** Its text. */
export async function textOf(model: Model | Error, how: Draw = {}): Promise<string> {
  return (await answer(model, how)).candidate.text
}
