import { asset } from '../../src/demo/asset.ts'
import { LlamaLikelihoodModel } from '../../src/models/llama-likelihood.ts'
import { LlamaValueModel } from '../../src/models/llama-value.ts'
import { LlamaModel } from '../../src/models/llama.ts'
import type { Model } from '../../src/models/model.ts'

/** The models that the project carries: the pair, and what can guide a search. */
export interface LiveModels {
  readonly small: Model
  readonly large: Model
  /** Trained to judge; it knows prompts apart, and little of the answers to one. */
  readonly value: Model
  /** How likely one of the pair would have written the same. */
  readonly smallGuide: Model
  readonly largeGuide: Model
}

/** Prompt plus answer, with the attempts that a revision is shown. */
const contextSize = 1024

/**
 * Loads them all.
 * @param parallel contexts of each model: as many prompts keep their beginnings computed
 * @throws Fault `package-missing` without node-llama-cpp, `bad-argument` where a model's file is not there
 */
export async function openLiveModels(parallel: number): Promise<LiveModels & AsyncDisposable> {
  const opened: Model[] = []
  const close = async () => {
    for (const model of opened) await model.close?.()
  }
  const keep = <Opened extends Model>(model: Opened): Opened => {
    opened.push(model)
    return model
  }
  const named = (name: string) => ({ file: asset(`${name}.gguf`), contextSize, profile: { name } })
  try {
    const guide = async (name: string) =>
      keep(await LlamaLikelihoodModel.open({ ...named(name), profile: { name: 'guide' }, parallel }))
    const value = keep(await LlamaValueModel.open({ ...named('value'), parallel }))
    const [smallGuide, largeGuide] = [await guide('small'), await guide('large')]
    const small = keep(await LlamaModel.open({ ...named('small'), parallel }))
    const large = keep(await LlamaModel.open({ ...named('large'), parallel: Math.min(4, parallel) }))
    return { small, large, value, smallGuide, largeGuide, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await close()
    throw cause
  }
}
