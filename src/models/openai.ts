import type { Candidate, Finish, Message, Prompt, ToolCall } from '../contract.ts'
import { byteBound } from './byte-bound.ts'
import { messageText } from './message-text.ts'
import type { FailedSample, Model, ModelProfile, ModelRequest, Sample, Usage } from './model.ts'
import { retryAfterOf } from './retry-after.ts'

/**
 * The part of an `openai` client that is used. Structural, because two copies of the package have classes that do
 * not match each other by name.
 */
export interface ChatClient {
  readonly baseURL?: string
  readonly chat: {
    readonly completions: {
      create(
        body: never,
        options: { readonly signal: AbortSignal; readonly maxRetries: number },
      ): PromiseLike<unknown>
    }
  }
  readonly completions?: {
    create(
      body: never,
      options: { readonly signal: AbortSignal; readonly maxRetries: number },
    ): PromiseLike<unknown>
  }
}

export interface OpenAIModelOptions {
  readonly profile: ModelProfile
  /** What the server calls the model, for requests that name none; default the profile's name. */
  readonly model?: string
  /** Whether this model answers also requests that name another, as one that is escalated to does; default false. */
  readonly always?: boolean
  /**
   * How the server goes on where a partial answer stops; its `extend` steps are emulated by prompt without this.
   * `final-message`: chat completions with `continue_final_message` (vLLM, SGLang). `completions`: the completions
   * endpoint gets the messages' texts, a line each, and the partial; for base models.
   */
  readonly continuation?: 'final-message' | 'completions'
}

interface ChatCompletion {
  readonly choices?: readonly {
    readonly message?: Message & { readonly tool_calls?: readonly ToolCall[] }
    /** Of the completions endpoint. */
    readonly text?: string
    /** vLLM: the stop text that ended it, null at the model's own end. */
    readonly stop_reason?: string | number | null
    readonly finish_reason?: string | null
    readonly logprobs?: { readonly content?: readonly { readonly logprob: number }[] | null } | null
  }[]
  readonly usage?: {
    readonly prompt_tokens?: number
    readonly completion_tokens?: number
    readonly prompt_tokens_details?: { readonly cached_tokens?: number }
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number }
  } | null
}

interface HttpError {
  readonly name?: string
  readonly message?: string
  readonly status?: number
  readonly headers?: unknown
  readonly code?: string | null
}

const finishes: Readonly<Record<string, Finish>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
}

const capFields = ['max_tokens', 'max_completion_tokens'] as const
type CapField = (typeof capFields)[number]

/**
 * Any OpenAI-compatible chat endpoint, through the caller's own client: its auth, base URL, headers and logger hold
 * for every sample. The client's retries are off, because each attempt must be reserved on its own; the engine
 * retries. The request is the caller's with the output cap set; `n`, `stream` and `stream_options` are left out.
 */
export class OpenAIModel implements Model {
  readonly time = 'live'
  readonly profile: ModelProfile
  readonly #client: ChatClient
  readonly #model: string
  readonly #always: boolean
  readonly #continuation: OpenAIModelOptions['continuation']
  /** Which field the server takes for the output cap; learned from its first objection. */
  #capField: CapField

  constructor(client: ChatClient, options: OpenAIModelOptions) {
    this.#client = client
    this.#continuation = options.continuation
    this.profile = options.continuation
      ? { kinds: ['sample', 'revise', 'extend', 'judge'], ...options.profile }
      : options.profile
    this.#model = options.model ?? options.profile.name
    this.#always = options.always ?? false
    // OpenAI's reasoning models refuse max_tokens; many other servers know nothing else.
    this.#capField = client.baseURL?.includes('api.openai.com') ? 'max_completion_tokens' : 'max_tokens'
  }

  inputTokens(prompt: Prompt, messages: readonly Message[]): { tokens: number; exact: boolean } {
    const { tools, response_format: format, functions } = prompt.options ?? {}
    return { tokens: byteBound(messages, tools, format, functions), exact: false }
  }

  async sample(request: ModelRequest, signal: AbortSignal): Promise<Sample> {
    const started = performance.now()
    const elapsed = () => performance.now() - started
    try {
      const completion = await this.#create(request, signal)
      return { ...this.#read(completion, request), milliseconds: elapsed() }
    } catch (cause) {
      return { ...failureOf(cause, signal), milliseconds: elapsed() }
    }
  }

  async #create(request: ModelRequest, signal: AbortSignal): Promise<ChatCompletion> {
    const asked = request.prompt.options ?? {}
    const field = capFields.find((name) => asked[name] !== undefined) ?? this.#capField
    try {
      return await this.#post(request, field, signal)
    } catch (cause) {
      const other = field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
      const error = cause as HttpError
      // A refused field costs nothing: nothing was generated. Ask again with the other name, and remember it.
      if (error?.status !== 400 || !error.message?.includes(field)) throw cause
      const completion = await this.#post(request, other, signal)
      this.#capField = other
      return completion
    }
  }

  async #post(request: ModelRequest, field: CapField, signal: AbortSignal): Promise<ChatCompletion> {
    const body: Record<string, unknown> = { ...request.prompt.options }
    for (const name of ['n', 'stream', 'stream_options', ...capFields]) delete body[name]
    if (this.#always || body['model'] === undefined) body['model'] = this.#model
    body['messages'] = request.messages
    body[field] = request.maxOutputTokens
    if (request.seed !== undefined) body['seed'] = request.seed
    const { stop = [] } = request
    if (stop.length > 0) body['stop'] = [...[body['stop'] ?? []].flat(), ...stop]
    const { chat, completions } = this.#client
    const sending = { signal, maxRetries: 0 }
    if (request.step.kind === 'extend' && this.#continuation === 'completions' && completions) {
      delete body['messages']
      body['prompt'] = request.messages.map((message) => messageText(message)).join('\n')
      if (!request.continues) body['prompt'] += '\n'
      return (await completions.create(body as never, sending)) as ChatCompletion
    }
    if (request.continues) Object.assign(body, { continue_final_message: true, add_generation_prompt: false })
    return (await chat.completions.create(body as never, sending)) as ChatCompletion
  }

  #read(completion: ChatCompletion, request: ModelRequest): Sample {
    const choices = completion.choices ?? []
    const choice = choices[0]
    const message: ChatMessage | undefined =
      choice?.message ??
      (choice?.text === undefined ? undefined : { role: 'assistant', content: choice.text })
    const texts = choices.map((each) => (each.message ? JSON.stringify(each.message) : ''))
    const usage = usageOf(
      completion,
      request,
      this.inputTokens(request.prompt, request.messages).tokens,
      texts,
    )
    const text = message ? messageText(message) : ''
    const toolCalls = message?.tool_calls ?? []
    const refusal = typeof message?.['refusal'] === 'string' && message['refusal'] !== ''
    const stoppedAt = choice && stopOf(choice, request)
    // Nothing more to say, or nothing before the next delimiter, is an answer to a request to go on.
    const goesOn = request.continues === true || stoppedAt !== undefined
    if (!choice || !message || (text === '' && toolCalls.length === 0 && !refusal && !goesOn)) {
      return { kind: 'failed', code: 'empty', message: 'the answer was empty', retryable: true, usage }
    }
    const logprobs = choice.logprobs?.content
    const candidate: Candidate = {
      text,
      finish: finishes[choice.finish_reason ?? 'stop'] ?? 'other',
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(logprobs && logprobs.length > 0 && { meanLogprob: mean(logprobs.map((token) => token.logprob)) }),
    }
    return {
      kind: 'answered',
      candidate,
      usage,
      raw: completion,
      ...(stoppedAt !== undefined && { stoppedAt }),
    }
  }
}

type Choice = NonNullable<ChatCompletion['choices']>[number]
type ChatMessage = NonNullable<Choice['message']>

/**
 * Which of our delimiters ended an answer. A server that does not say whether it was one or the model's own end is
 * taken to have stopped at the first: if the answer was complete, going on brings nothing, and that ends it.
 */
function stopOf(choice: Choice, { stop = [] }: ModelRequest): string | undefined {
  if (choice.finish_reason !== 'stop' || stop.length === 0) return undefined
  const { stop_reason: reason } = choice
  if (reason === undefined) return stop[0]
  return stop.find((text) => text === reason)
}

function usageOf(
  completion: ChatCompletion,
  request: ModelRequest,
  inputBound: number,
  texts: readonly string[],
): Usage {
  const { usage } = completion
  const inputTokens = usage?.prompt_tokens
  const outputTokens = usage?.completion_tokens
  const cachedInputTokens = usage?.prompt_tokens_details?.cached_tokens
  const reasoningTokens = usage?.completion_tokens_details?.reasoning_tokens
  const told = Number.isSafeInteger(inputTokens) && Number.isSafeInteger(outputTokens)
  // Without usage, bytes bound tokens from above; every choice that came back is counted, also unasked ones.
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return {
    inputTokens: told ? (inputTokens as number) : inputBound,
    outputTokens: told
      ? (outputTokens as number)
      : Math.min(bytes, request.maxOutputTokens * Math.max(1, texts.length)),
    ...(cachedInputTokens !== undefined && { cachedInputTokens }),
    ...(reasoningTokens !== undefined && { reasoningTokens }),
    ...(!told && { estimated: true }),
  }
}

const nothingGenerated: Usage = { inputTokens: 0, outputTokens: 0 }

function failureOf(cause: unknown, signal: AbortSignal): FailedSample {
  const error = (cause ?? {}) as HttpError
  const message = error.message ?? String(cause)
  const base = { kind: 'failed', message, cause } as const
  if (signal.aborted) return { ...base, code: 'cancelled', retryable: false }
  const status = error.status
  if (status === undefined) {
    const timeout = error.name?.includes('Timeout') ?? false
    // What a broken connection had generated is not known: no usage, so the reservation is charged.
    return { ...base, code: timeout ? 'timeout' : 'connection', retryable: true }
  }
  const retryAfter = retryAfterOf(error.headers)
  const told = { ...base, usage: nothingGenerated, ...(retryAfter !== undefined && { retryAfter }) }
  if (status === 429) return { ...told, code: 'rate-limited', retryable: error.code !== 'insufficient_quota' }
  if (status >= 500 || status === 408 || status === 409) return { ...told, code: 'server', retryable: true }
  return { ...told, code: 'rejected', retryable: false }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
