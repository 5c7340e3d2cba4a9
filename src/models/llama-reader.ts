import type { ControlledEvaluateInputItem, Token } from 'node-llama-cpp'
import type { Message, Prompt } from '../contract.ts'
import { byteBound } from './byte-bound.ts'
import { LlamaChat } from './llama-chat.ts'
import type { LlamaFile, LoadedLlama } from './llama-load.ts'
import { LlamaPool } from './llama-pool.ts'
import { blockTokens, type Ending, type LlamaSequence } from './llama-sequence.ts'
import { messageText } from './message-text.ts'
import type { FailedSample, Model, ModelProfile, ModelRequest, Sample, SampleFailure } from './model.ts'

export interface LlamaReaderOptions extends LlamaFile {
  readonly profile?: Partial<ModelProfile>
}

/** A conversation whose last message is a scratchpad, as tokens. */
export interface Scratchpad {
  readonly tokens: readonly Token[]
  /** How many of them come before the scratchpad. */
  readonly base: number
  /** Those that are not blank. */
  readonly lines: readonly Line[]
}

/** Indices of a line's tokens. */
export interface Line {
  readonly from: number
  /** After its text; a newline that is no token of its own belongs to the text. */
  readonly to: number
  /** After its newline. */
  readonly end: number
}

/** What is read of one scratchpad while it is evaluated. */
export interface Reading {
  /** Whether the distribution after the token at this index is wanted. */
  wants(at: number): boolean
  /** The probabilities of what could come next; in order of the indices. */
  hears(at: number, next: ReadonlyMap<Token, number>): void
  /** One number for each line that is not blank; NaN where the model cannot tell. */
  values(): readonly number[]
}

/** The plain next-token distribution. */
const wholeDistribution = {
  generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 0 } },
}

/**
 * A GGUF that reads scratchpads and writes nothing. It serves only `judge` steps, whose last message is the
 * assistant's, finished or not. The reply's text is a JSON array with one number for each line that is not blank. That
 * is what the process-reward verifier reads, made with `{ marker: '\n', delimiter: '\n' }`. Each line is tokenised by
 * itself, so that it ends between two tokens. Usage is the tokens of conversation and scratchpad, and no output.
 */
export abstract class LlamaReader implements Model {
  readonly time = 'live'
  readonly profile: ModelProfile
  readonly #loaded: LoadedLlama
  readonly #pool: LlamaPool
  readonly #chat: LlamaChat
  #closed: Promise<void> | undefined

  protected constructor(loaded: LoadedLlama, { file, profile }: LlamaReaderOptions) {
    this.#loaded = loaded
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

  /** Why a scratchpad's values may be NaN. */
  protected abstract readonly cannotTell: string

  protected abstract begin(scratchpad: Scratchpad): Reading

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
      const { tokens, lines } = scratchpad
      const { contextSize } = this.#loaded
      if (lines.length === 0) return failed('rejected', 'the scratchpad has no lines')
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
        return failed('rejected', this.cannotTell)
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
    const lines: Line[] = []
    const text = messages.slice(-1).map(messageText).join('')
    for (const line of text.split(/(?<=\n)/)) {
      const from = tokens.length
      tokens.push(...this.#chat.tokensOf(line))
      if (line.trim() === '') continue
      const words = this.#chat.tokensOf(line.replace(/\n$/, ''))
      const apart = words.every((token, index) => token === tokens[from + index])
      lines.push({ from, to: apart ? from + words.length : tokens.length, end: tokens.length })
    }
    return { tokens, base, lines }
  }

  /** Undefined when it was ended on the way. */
  async #values(
    held: LlamaSequence,
    scratchpad: Scratchpad,
    ending: Ending,
  ): Promise<readonly number[] | undefined> {
    const { tokens, base } = scratchpad
    if (!(await held.hold({ tokens: tokens.slice(0, base), base }, ending))) return undefined
    const reading = this.begin(scratchpad)
    for (let start = base - 1; start < tokens.length; start += blockTokens) {
      if (ending.aborted) return undefined
      const items = tokens
        .slice(start, start + blockTokens)
        .map((token, index): ControlledEvaluateInputItem =>
          reading.wants(start + index) ? [token, wholeDistribution] : token,
        )
      for (const [index, output] of (await held.sequence.controlledEvaluate(items)).entries()) {
        const next = output?.next.probabilities
        if (next) reading.hears(start + index, next)
      }
    }
    // Computed in one go, and not as a prompt would be.
    await held.forget(base - 1)
    return reading.values()
  }
}
