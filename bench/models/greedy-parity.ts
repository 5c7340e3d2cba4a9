import { readFile } from 'node:fs/promises'
import { asset } from '../../src/demo/asset.ts'
import { LlamaModel } from '../../src/models/llama.ts'
import { LlamaValueModel } from '../../src/models/llama-value.ts'
import type { Message } from '../../src/contract.ts'

/** What PyTorch computed, as fixture.py wrote it. */
interface Fixture {
  readonly models: {
    readonly [model: string]: readonly {
      readonly turns: readonly string[]
      readonly tokens: number
      readonly text: string
    }[]
  }
  /** One value after the prompt, then one after each line. */
  readonly values: readonly {
    readonly prompt: string
    readonly text: string
    readonly values: readonly number[]
  }[]
}

export interface GreedyParity {
  readonly prompts: number
  /** Prompts whose token count differs. */
  readonly tokenised: readonly string[]
  /** Prompts with another greedy text, each with both texts. */
  readonly different: readonly { readonly prompt: string; readonly torch: string; readonly llama: string }[]
}

export interface ValueParity {
  readonly lines: number
  readonly largestDifference: number
}

const mostTokens = 320
const contextSize = 1024

async function fixture(): Promise<Fixture> {
  return JSON.parse(await readFile(new URL('parity.json', import.meta.url), 'utf8')) as Fixture
}

function request(messages: readonly Message[], model: string, kind: 'sample' | 'judge') {
  return {
    step: { id: '0', kind, model, parents: [], index: 0 },
    prompt: { id: '0', messages },
    messages,
    maxOutputTokens: mostTokens,
    attempt: 0,
    seed: 0,
  }
}

/** Compares the greedy answers of a model of the pair through llama.cpp with those of PyTorch. */
export async function greedyParity(name: 'small' | 'large'): Promise<GreedyParity> {
  const cases = (await fixture()).models[name] ?? []
  const model = await LlamaModel.open({ file: asset(`${name}.gguf`), temperature: 0, contextSize })
  try {
    const tokenised: string[] = []
    const different: { prompt: string; torch: string; llama: string }[] = []
    for (const { turns, tokens, text } of cases) {
      const messages = turns.map((content, index) => ({
        role: index % 2 === 0 ? 'user' : 'assistant',
        content,
      }))
      const sample = await model.sample(request(messages, name, 'sample'), new AbortController().signal)
      const llama = sample.kind === 'answered' ? sample.candidate.text : ''
      const prompt = turns.join('\n')
      if (sample.usage?.inputTokens !== tokens) tokenised.push(prompt)
      if (llama !== text) different.push({ prompt, torch: text, llama })
    }
    return { prompts: cases.length, tokenised, different }
  } finally {
    await model.close()
  }
}

/** Compares the value model's values after each line through llama.cpp with those of PyTorch. */
export async function valueParity(): Promise<ValueParity> {
  const { values: cases } = await fixture()
  const model = await LlamaValueModel.open({ file: asset('value.gguf'), contextSize })
  try {
    let lines = 0
    let largestDifference = 0
    for (const { prompt, text, values } of cases) {
      const messages = [
        { role: 'user', content: prompt },
        { role: 'assistant', content: text },
      ]
      const sample = await model.sample(request(messages, 'value', 'judge'), new AbortController().signal)
      if (sample.kind !== 'answered') throw new Error(`no values: ${sample.message}`)
      const found = JSON.parse(sample.candidate.text) as number[]
      const expected = values.slice(1)
      if (found.length !== expected.length) throw new Error(`${found.length} values, not ${expected.length}`)
      for (const [at, value] of expected.entries()) {
        lines += 1
        largestDifference = Math.max(largestDifference, Math.abs(value - (found[at] ?? Infinity)))
      }
    }
    return { lines, largestDifference }
  } finally {
    await model.close()
  }
}
