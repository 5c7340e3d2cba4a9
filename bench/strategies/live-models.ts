import { asset } from '../../src/demo/asset.ts'
import { LlamaLikelihoodModel } from '../../src/models/llama-likelihood.ts'
import { LlamaModel } from '../../src/models/llama.ts'
import type { Model } from '../../src/models/model.ts'

/** The pair of models that the project carries, and each as a judge: how likely it would have written the same. */
export interface LiveModels {
  readonly small: Model
  readonly large: Model
  readonly smallGuide: Model
  readonly largeGuide: Model
}

/** Prompt plus answer, with the attempts that a revision is shown. */
const contextSize = 1024

/**
 * Loads all four.
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
    const [smallGuide, largeGuide] = [await guide('small'), await guide('large')]
    const small = keep(await LlamaModel.open({ ...named('small'), parallel }))
    const large = keep(await LlamaModel.open({ ...named('large'), parallel: Math.min(4, parallel) }))
    return { small, large, smallGuide, largeGuide, [Symbol.asyncDispose]: close }
  } catch (cause) {
    await close()
    throw cause
  }
}
