import type { ControlledEvaluateInputItem, Token } from 'node-llama-cpp'
import type { Message, Prompt } from '../contract.ts'
import { Fault } from '../fault.ts'
import { byteBound } from './byte-bound.ts'
import { LlamaChat } from './llama-chat.ts'
import { loadLlama, type LlamaFile, type LoadedLlama } from './llama-load.ts'
import { LlamaPool } from './llama-pool.ts'
import { blockTokens, type Ending, type LlamaSequence } from './llama-sequence.ts'
import { messageText } from './message-text.ts'
import type { FailedSample, Model, ModelProfile, ModelRequest, Sample, SampleFailure } from './model.ts'

export interface LlamaValueOptions extends LlamaFile {
  /** The token that means "this can still come right"; default `<|good|>`. */
  readonly goodToken?: string
  /** The token that means "this will not come right"; default `<|bad|>`. */
  readonly badToken?: string
  readonly profile?: Partial<ModelProfile>
}

/** A conversation whose last message is a scratchpad, as tokens. */
interface Scratchpad {
  readonly tokens: readonly Token[]
  /** How many of them come before the scratchpad. */
  readonly base: number
  /** The index of the last token of each line that is not blank. */
  readonly ends: readonly number[]
}

/** What stands at a line end: the plain next-token distribution. */
const wholeDistribution = {
  generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 0 } },
}

/**
 * A value model: a GGUF trained to say `<|good|>` or `<|bad|>` after each line of a scratchpad. It serves only `judge`
 * steps, whose last message is the assistant's, finished or not. The reply's text is a JSON array with one number for
 * each line that is not blank: P(good) / (P(good) + P(bad)) as the next token after that line's newline (after its
 * last token, where the text ends without one). That is what the process-reward verifier reads, made with
 * `{ marker: '\n', delimiter: '\n' }`. Each line is tokenised by itself, so that it ends between two tokens. Nothing
 * is generated: usage is the tokens of conversation and scratchpad, and no output.
 */
export class LlamaValueModel implements Model {
  readonly time = 'live'
  readonly profile: ModelProfile
  readonly #loaded: LoadedLlama
  readonly #pool: LlamaPool
  readonly #chat: LlamaChat
  readonly #good: Token
  readonly #bad: Token
  #closed: Promise<void> | undefined

  private constructor(loaded: LoadedLlama, options: LlamaValueOptions) {
    const { file, goodToken = '<|good|>', badToken = '<|bad|>', profile } = options
    this.#loaded = loaded
    this.#good = tokenOf(loaded, goodToken, file)
    this.#bad = tokenOf(loaded, badToken, file)
    this.#pool = new LlamaPool(loaded.contexts)
    this.#chat = new LlamaChat(loaded.native, loaded.model)
    this.profile = {
      name: file.replace(/^.*[\\/]/, '').replace(/\.gguf$/, ''),
      parameters: loaded.parameters,
      contextWindow: loaded.contextSize,
      // Nothing is generated, so nothing more is to be reserved for it.
      maxOutputTokens: 1,
      ...profile,
      kinds: ['judge'],
    }
  }

  /**
   * Loads a value model; see {@link loadLlama} for what it does not do.
   * @throws Fault `package-missing`; `bad-argument`, also for a file that lacks one of the two tokens
   */
  static async open(options: LlamaValueOptions): Promise<LlamaValueModel> {
    const loaded = await loadLlama(options)
    try {
      return new LlamaValueModel(loaded, options)
    } catch (cause) {
      await loaded.dispose()
      throw cause
    }
  }

  inputTokens(_prompt: Prompt, messages: readonly Message[]): { tokens: number; exact: boolean } {
    try {
      return { tokens: this.#scratchpad(messages).tokens.length, exact: true }
    } catch {
      // The template refuses this conversation; the sample will say why.
      return { tokens: byteBound(messages), exact: false }
    }
  }

  async sample({ messages }: ModelRequest, signal: AbortSignal): Promise<Sample> {
    const started = performance.now()
    let inputTokens = 0
    const failed = (code: SampleFailure, message: string): FailedSample => ({
      kind: 'failed',
      code,
      message,
      retryable: false,
      usage: { inputTokens, outputTokens: 0 },
      milliseconds: performance.now() - started,
    })
    if (this.#closed) return failed('unavailable', 'the model was closed')
    try {
      const refused = this.#chat.refusal(messages, true)
      if (refused !== undefined) return failed('rejected', refused)
      const scratchpad = this.#scratchpad(messages)
      const { tokens, ends } = scratchpad
      const { contextSize } = this.#loaded
      if (ends.length === 0) return failed('rejected', 'the scratchpad has no lines')
      if (tokens.length >= contextSize) {
        const message = `the scratchpad with its prompt has ${tokens.length} tokens, and the context ${contextSize}`
        return failed('rejected', message)
      }
      const values = await this.#pool.lend(scratchpad, signal, (held, ending) => {
        inputTokens = tokens.length
        return this.#values(held, scratchpad, ending)
      })
      if (signal.aborted) return failed('cancelled', 'the call was cancelled')
      if (!values) return failed('unavailable', 'the model was closed')
      if (values.some(Number.isNaN)) {
        return failed(
          'rejected',
          'the model gives neither of its two tokens any probability: is it a value model?',
        )
      }
      return {
        kind: 'answered',
        candidate: { text: JSON.stringify(values), finish: 'stop' },
        usage: { inputTokens, outputTokens: 0 },
        milliseconds: performance.now() - started,
      }
    } catch (cause) {
      return { ...failed('server', cause instanceof Error ? cause.message : String(cause)), cause }
    }
  }

  /** Ends what is being evaluated and frees the model's memory. */
  close(): Promise<void> {
    this.#closed ??= this.#pool.close().then(() => this.#loaded.dispose())
    return this.#closed
  }

  #scratchpad(messages: readonly Message[]): Scratchpad {
    const { tokens: before, base } = this.#chat.tokens(messages.slice(0, -1))
    const tokens = [...before]
    const ends: number[] = []
    const text = messages.slice(-1).map(messageText).join('')
    for (const line of text.split(/(?<=\n)/)) {
      tokens.push(...this.#chat.tokensOf(line))
      if (line.trim() !== '') ends.push(tokens.length - 1)
    }
    return { tokens, base, ends }
  }

  /** Undefined when it was ended on the way. */
  async #values(
    held: LlamaSequence,
    { tokens, base, ends }: Scratchpad,
    ending: Ending,
  ): Promise<number[] | undefined> {
    if (!(await held.hold({ tokens: tokens.slice(0, base), base }, ending))) return undefined
    const asked = new Set(ends)
    const values: number[] = []
    for (let at = base - 1; at < tokens.length; at += blockTokens) {
      if (ending.aborted) return undefined
      const items = tokens
        .slice(at, at + blockTokens)
        .map((token, index): ControlledEvaluateInputItem =>
          asked.has(at + index) ? [token, wholeDistribution] : token,
        )
      for (const output of await held.sequence.controlledEvaluate(items)) {
        const probabilities = output?.next.probabilities
        if (!probabilities) continue
        const good = probabilities.get(this.#good) ?? 0
        const bad = probabilities.get(this.#bad) ?? 0
        values.push(good / (good + bad))
      }
    }
    // Computed in one go, and not as a prompt would be.
    await held.forget(base - 1)
    return values
  }
}

function tokenOf({ model }: LoadedLlama, text: string, file: string): Token {
  const tokens = model.tokenize(text, true)
  const [token] = tokens
  if (token !== undefined && tokens.length === 1) return token
  throw new Fault(
    'bad-argument',
    `${file} has no token ${text}`,
    'Give a value model, or name its two tokens with goodToken and badToken.',
  )
}
