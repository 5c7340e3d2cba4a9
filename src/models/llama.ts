import type { LlamaGrammar } from 'node-llama-cpp'
import type { Message, Prompt } from '../contract.ts'
import { byteBound } from './byte-bound.ts'
import { LlamaChat } from './llama-chat.ts'
import { llamaCompletion } from './llama-completion.ts'
import { generate, type Generated, type Generation } from './llama-generate.ts'
import { loadLlama, type LlamaFile, type LoadedLlama } from './llama-load.ts'
import { LlamaPool } from './llama-pool.ts'
import type { PromptTokens } from './llama-sequence.ts'
import { llamaSettings } from './llama-settings.ts'
import type { FailedSample, Model, ModelProfile, ModelRequest, Sample, SampleFailure } from './model.ts'

export interface LlamaOptions extends LlamaFile {
  /** Where the caller sets none; default 0.8. */
  readonly temperature?: number
  readonly profile?: Partial<ModelProfile>
}

const defaultTemperature = 0.8
/** Grammars kept after their first use. */
const mostGrammars = 32

/**
 * A GGUF model in this process, through llama.cpp.
 *
 * Token counts are exact. A text depends on the request alone, not on what else runs or ran: each sample has a context
 * of its own (several sequences in one context of node-llama-cpp 3.21 can corrupt each other), with the same number of
 * threads always, and {@link LlamaPool} and {@link LlamaSequence} share a prompt's computation between its samples
 * only where that changes no bit. Continuing the beginning of an answer therefore goes on as the answer did.
 */
export class LlamaModel implements Model {
  readonly time = 'live'
  readonly profile: ModelProfile
  readonly #loaded: LoadedLlama
  readonly #pool: LlamaPool
  readonly #chat: LlamaChat
  readonly #temperature: number
  readonly #grammars = new Map<string, LlamaGrammar>()
  #closed: Promise<void> | undefined

  private constructor(loaded: LoadedLlama, options: LlamaOptions) {
    this.#loaded = loaded
    this.#pool = new LlamaPool(loaded.contexts)
    this.#chat = new LlamaChat(loaded.native, loaded.model)
    this.#temperature = options.temperature ?? defaultTemperature
    this.profile = {
      name: options.file.replace(/^.*[\\/]/, '').replace(/\.gguf$/, ''),
      parameters: loaded.parameters,
      contextWindow: loaded.contextSize,
      maxOutputTokens: loaded.contextSize,
      kinds: ['sample', 'revise', 'extend', 'judge'],
      ...options.profile,
    }
  }

  /**
   * Loads a model; see {@link loadLlama} for what it does not do.
   * @throws Fault `package-missing`, `bad-argument`
   */
  static async open(options: LlamaOptions): Promise<LlamaModel> {
    return new LlamaModel(await loadLlama(options), options)
  }

  /** Contexts that no sample holds at the moment. */
  get free(): number {
    return this.#pool.free
  }

  /** Exact, except where the last message is the assistant's: whether it will be continued is not known here. */
  inputTokens(_prompt: Prompt, messages: readonly Message[]): { tokens: number; exact: boolean } {
    const answered = messages.at(-1)?.role === 'assistant'
    try {
      const ways = answered ? [false, true] : [false]
      const tokens = Math.max(...ways.map((open) => this.#chat.tokens(messages, open).tokens.length))
      return { tokens, exact: !answered }
    } catch {
      // The template refuses this conversation; the sample will say why.
      return { tokens: byteBound(messages), exact: false }
    }
  }

  async sample(request: ModelRequest, signal: AbortSignal): Promise<Sample> {
    const generated: Generated = { tokens: [], text: '', textTokens: 0, finish: 'aborted' }
    let inputTokens = 0
    let started = performance.now()
    const failed = (code: SampleFailure, message: string): FailedSample => ({
      kind: 'failed',
      code,
      message,
      // The same request gives the same answer.
      retryable: false,
      usage: { inputTokens, outputTokens: generated.tokens.length },
      milliseconds: performance.now() - started,
    })
    if (this.#closed) return failed('unavailable', 'the model was closed')
    try {
      const read = await this.#generation(request)
      if ('refused' in read) return failed('rejected', read.refused)
      const lent = await this.#pool.lend(read.prompt, signal, async (sequence, ending) => {
        started = performance.now()
        inputTokens = read.prompt.tokens.length
        await generate(sequence, this.#loaded.model, this.#chat, read, ending, generated)
        return true
      })
      if (signal.aborted) return failed('cancelled', 'the call was cancelled')
      if (!lent || generated.finish === 'aborted') return failed('unavailable', 'the model was closed')
      if (generated.finish === 'ungrammatical') {
        const advice = 'Continue a text that begins as the grammar says.'
        return failed('rejected', `the partial answer does not follow the grammar. ${advice}`)
      }
      return (
        this.#answer(request, generated, inputTokens, performance.now() - started) ??
        failed('empty', 'the answer was empty')
      )
    } catch (cause) {
      return { ...failed('server', cause instanceof Error ? cause.message : String(cause)), cause }
    }
  }

  /** Ends what is being generated and frees the model's memory. */
  close(): Promise<void> {
    this.#closed ??= this.#pool.close().then(() => this.#loaded.dispose())
    return this.#closed
  }

  async #generation(request: ModelRequest): Promise<Generation | { readonly refused: string }> {
    const { messages, continues = false, stop = [] } = request
    const refused = this.#chat.refusal(messages, continues)
    if (refused !== undefined) return { refused }
    const settings = llamaSettings(request, this.#temperature)
    if ('refused' in settings) return settings
    let prompt: PromptTokens
    try {
      prompt = this.#chat.tokens(messages, continues)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      return { refused: `the model's chat template does not take this conversation: ${reason}` }
    }
    const { native, model, contextSize } = this.#loaded
    const room = contextSize - prompt.tokens.length
    if (room < 1) {
      return {
        refused: `the prompt has ${prompt.tokens.length} tokens, and the context ${contextSize}. Shorten it, or open the model with a larger contextSize.`,
      }
    }
    const base = {
      prompt,
      settings,
      delimiters: stop.filter((text) => text !== ''),
      maxOutputTokens: Math.min(request.maxOutputTokens, room),
    }
    if (settings.grammar === undefined) return base
    const grammar = await this.#grammar(settings.grammar)
    if (typeof grammar === 'string') {
      return { refused: `llama.cpp cannot read the grammar (${grammar}). Give GBNF text with a rule "root".` }
    }
    return {
      ...base,
      grammar: new native.LlamaGrammarEvaluationState({ model, grammar }),
      bias: () => native.TokenBias.for(model),
    }
  }

  /** A grammar by its text; the reason when it cannot be read. */
  async #grammar(text: string): Promise<LlamaGrammar | string> {
    const known = this.#grammars.get(text)
    if (known) return known
    const grammar = await this.#loaded.llama
      .createGrammar({ grammar: text })
      .catch((cause: unknown) => (cause instanceof Error ? cause.message : String(cause)))
    if (typeof grammar === 'string') return grammar
    const [oldest] = this.#grammars.keys()
    if (oldest !== undefined && this.#grammars.size >= mostGrammars) this.#grammars.delete(oldest)
    this.#grammars.set(text, grammar)
    return grammar
  }

  /** Undefined for an answer that says nothing, unless a partial was complete already or a delimiter came first. */
  #answer(
    request: ModelRequest,
    generated: Generated,
    inputTokens: number,
    milliseconds: number,
  ): Sample | undefined {
    const { text, tokens, stoppedAt, finish } = generated
    if (text.trim() === '' && request.continues !== true && stoppedAt === undefined) return undefined
    const meanLogprob = tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length
    return {
      kind: 'answered',
      candidate: { text, finish: finish === 'length' ? 'length' : 'stop', meanLogprob },
      ...(stoppedAt !== undefined && { stoppedAt }),
      usage: { inputTokens, outputTokens: tokens.length },
      milliseconds,
      ...(request.prompt.options?.['logprobs'] === true && {
        raw: llamaCompletion(this.#loaded.model, this.profile.name, generated, inputTokens),
      }),
    }
  }
}
