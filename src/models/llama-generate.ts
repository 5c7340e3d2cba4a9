import type { LlamaGrammarEvaluationState, LlamaModel as NativeModel, Token, TokenBias } from 'node-llama-cpp'
import type { LlamaChat } from './llama-chat.ts'
import type { Ending, LlamaSequence, PromptTokens } from './llama-sequence.ts'
import type { LlamaSettings } from './llama-settings.ts'

/** What is to be generated. */
export interface Generation {
  readonly prompt: PromptTokens
  readonly settings: LlamaSettings
  /** Delimiters at which the answer is left unfinished. */
  readonly delimiters: readonly string[]
  readonly maxOutputTokens: number
  /** Follows the text of the whole answer, a partial that is continued included. */
  readonly grammar?: LlamaGrammarEvaluationState
  /** An empty bias; needed with a grammar and a partial. */
  readonly bias?: () => TokenBias
}

/** One generated token. */
export interface GeneratedToken {
  readonly token: Token
  /** Natural logarithm of its probability where it was drawn: after temperature, top-k, top-p, min-p and grammar. */
  readonly logprob: number
  /** The most likely ones there, the most likely first. */
  readonly alternatives: readonly { readonly token: Token; readonly logprob: number }[]
}

/** What was generated, up to where it ended. */
export interface Generated {
  /** All that were generated, also those that ended the answer or were cut off. Grows while it runs. */
  readonly tokens: GeneratedToken[]
  /** Without what ended it. */
  text: string
  /** How many of the tokens are in the text. */
  textTokens: number
  finish: 'stop' | 'length' | 'aborted' | 'ungrammatical'
  stoppedAt?: string
}

interface Drawn {
  readonly token: Token
  readonly confidence: number
  readonly probabilities?: ReadonlyMap<Token, number>
}

/** JSON has no -Infinity; OpenAI writes this for what is as good as impossible. */
const leastLogprob = -9999
/** Raises one logit above all others: exp of it would be beyond any sum. */
const certain = { logit: 10_000 }
/** Tokens looked at again for a stop text besides as many as it has bytes: a cut character may make some invisible. */
const spareTokens = 8

/**
 * Generates one answer into a sequence. Ends within one token once `ending` says so; `generated` then has what came
 * until then.
 */
export async function generate(
  held: LlamaSequence,
  model: NativeModel,
  chat: LlamaChat,
  generation: Generation,
  ending: Ending,
  generated: Generated,
): Promise<void> {
  const { prompt, settings, grammar } = generation
  // A grammar has to read the partial too: it is then drawn again, each token being the only one that can come.
  const forced = grammar ? prompt.tokens.slice(prompt.base) : []
  const start = forced.length > 0 ? { ...prompt, tokens: prompt.tokens.slice(0, prompt.base) } : prompt
  generated.finish = 'aborted'
  if (!(await held.hold(start, ending)) || ending.aborted) return
  const written: Token[] = []
  const reader = new StopReader(model, chat, generation, prompt.tokens)
  let read = 0
  const { temperature, topK, topP, minP, seed } = settings
  const bias = forced.length > 0 ? generation.bias : undefined
  const drawn: AsyncIterable<Drawn> = held.sequence.evaluateWithMetadata(
    start.tokens.slice(-1),
    { confidence: true, probabilities: settings.topLogprobs > 0 },
    {
      temperature,
      topK,
      topP,
      minP,
      seed,
      yieldEogToken: true,
      ...(grammar && { grammarEvaluationState: grammar }),
      ...(bias && { tokenBias: () => onlyThis(bias(), forced[read]) }),
    },
  )
  for await (const { token, confidence, probabilities } of drawn) {
    if (read < forced.length) {
      if (token !== forced[read]) {
        generated.finish = 'ungrammatical'
        return
      }
      read += 1
      if (ending.aborted) return
      continue
    }
    generated.tokens.push({
      token,
      logprob: logOf(confidence),
      alternatives: [...(probabilities ?? [])]
        .slice(0, settings.topLogprobs)
        .map(([other, probability]) => ({ token: other, logprob: logOf(probability) })),
    })
    if (chat.ends(token)) {
      generated.finish = 'stop'
      break
    }
    written.push(token)
    const end = reader.endIn(written)
    if (end) {
      generated.finish = 'stop'
      generated.text = end.text
      if (end.delimiter !== undefined) generated.stoppedAt = end.delimiter
      generated.textTokens = reader.tokensFor(written, end.text)
      return
    }
    if (ending.aborted) break
    if (generated.tokens.length >= generation.maxOutputTokens) {
      generated.finish = 'length'
      break
    }
  }
  generated.text = reader.text(written)
  generated.textTokens = written.length
}

function onlyThis(bias: TokenBias, token: Token | undefined): TokenBias {
  return token === undefined ? bias : bias.set(token, certain)
}

function logOf(probability: number): number {
  return Math.max(Math.log(probability), leastLogprob)
}

/** Finds where an answer ends by its text. */
class StopReader {
  readonly #model: NativeModel
  /** Some tokenizers write a space at the start of a text, unless they see what came before. */
  readonly #before: readonly Token[]
  readonly #own: readonly string[]
  readonly #delimiters: readonly string[]
  readonly #window: number

  constructor(model: NativeModel, chat: LlamaChat, generation: Generation, prompt: readonly Token[]) {
    this.#model = model
    this.#before = prompt.slice(-spareTokens)
    this.#own = [...generation.settings.stop, ...chat.endTexts]
    this.#delimiters = generation.delimiters
    const longest = Math.max(0, ...[...this.#own, ...this.#delimiters].map((stop) => Buffer.byteLength(stop)))
    this.#window = longest === 0 ? 0 : longest + spareTokens
  }

  text(tokens: readonly Token[]): string {
    return this.#model.detokenize(tokens, false, this.#before)
  }

  /** The text before the first stop in it, if there is one; where two begin together, the caller's own counts. */
  endIn(tokens: readonly Token[]): { readonly text: string; readonly delimiter?: string } | undefined {
    if (this.#window === 0) return undefined
    const all = [...this.#own, ...this.#delimiters]
    const recent = this.#model.detokenize(tokens.slice(-this.#window), false, this.#before)
    if (!all.some((stop) => recent.includes(stop))) return undefined
    const text = this.text(tokens)
    let at = Infinity
    let delimiter: string | undefined
    for (const [index, stop] of all.entries()) {
      const found = text.indexOf(stop)
      if (found < 0 || found >= at) continue
      at = found
      delimiter = index < this.#own.length ? undefined : stop
    }
    if (at === Infinity) return undefined
    return { text: text.slice(0, at), ...(delimiter !== undefined && { delimiter }) }
  }

  /** How many tokens it takes to write a text that they begin with. */
  tokensFor(tokens: readonly Token[], text: string): number {
    let count = tokens.length
    while (count > 0 && this.text(tokens.slice(0, count - 1)).length >= text.length) count -= 1
    return count
  }
}
