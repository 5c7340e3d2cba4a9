import type { Message, Prompt } from '../contract.ts'
import { byteBound } from './byte-bound.ts'
import { messageText } from './message-text.ts'
import type { FailedSample, Model, ModelProfile, ModelRequest, Sample, Usage } from './model.ts'
import { retryAfterOf } from './retry-after.ts'

/** vLLM serving a reward model: `vllm serve MODEL --runner pooling`. */
export interface VllmRewardServer {
  /**
   * `vllm-pooling`: POST /pooling with the conversation as a chat; rewards of the answer, or of each of its steps.
   * `vllm-score`: POST /score with the prompt as `text_1` and the answer as `text_2`; one reward.
   */
  readonly kind: 'vllm-pooling' | 'vllm-score'
  /** Such as http://localhost:8000; a trailing /v1 is left out, because these paths lie beside it. */
  readonly baseUrl: string
  readonly apiKey?: string
  /** Default the global one. */
  readonly fetch?: typeof fetch
}

/** The part of an `InferenceClient` of `@huggingface/inference` that is used. */
export interface TextClassifier {
  textClassification(
    args: never,
    options: { readonly signal: AbortSignal; readonly retry_on_error: boolean; readonly fetch: typeof fetch },
  ): Promise<readonly { readonly label: string; readonly score: number }[]>
}

/** A text classifier on Hugging Face or on an inference endpoint. */
export interface HuggingFaceRewardServer {
  readonly kind: 'text-classification'
  readonly client: TextClassifier
  /** Default the profile's name; not needed with `endpointUrl`. */
  readonly model?: string
  readonly provider?: string
  readonly endpointUrl?: string
  /** The label whose score is the reward; not needed where the model has only one. */
  readonly label?: string
  /** Sent as they are; `{ function_to_apply: 'none' }` gives raw rewards instead of probabilities. */
  readonly parameters?: { readonly [name: string]: unknown }
  /** The conversation as the one text to classify; default each message's role and text, blank lines between. */
  readonly render?: (messages: readonly Message[]) => string
  /** Default the global one; the client's own is not used, because its errors do not tell `retry-after`. */
  readonly fetch?: typeof fetch
}

export interface RewardServerOptions {
  /** It serves `judge` steps and no others. */
  readonly profile: Omit<ModelProfile, 'kinds'>
  readonly server: VllmRewardServer | HuggingFaceRewardServer
}

interface Rewarded {
  /** A number, or an array with one entry a scored position. */
  readonly rewards: unknown
  readonly raw: unknown
  readonly promptTokens: unknown
}

interface PoolingResponse {
  readonly data?: readonly { readonly data?: unknown; readonly score?: unknown }[]
  readonly usage?: { readonly prompt_tokens?: unknown } | null
}

/** What a chat request may have and a reward request does not. */
const generationFields: ReadonlySet<string> = new Set(
  (
    'n stream stream_options seed temperature top_p logprobs top_logprobs max_tokens max_completion_tokens ' +
    'response_format tools tool_choice'
  ).split(' '),
)
/** A server that answers with more has not pooled: it sends hidden states. */
const mostRewardCharacters = 1_000_000
const errorCharacters = 300

/** The server objected, or answered something that is no reward. */
class RewardServerError extends Error {
  readonly status: number | undefined
  readonly headers: Headers | undefined

  constructor(message: string, status?: number, headers?: Headers) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

/**
 * A reward model behind HTTP. A sample's text is the raw reward as JSON: a number, or an array with one entry a
 * scored position (a number or an array of class scores). Nothing is generated, so only input tokens are charged: the
 * server's own count, else the byte bound. Retries are the engine's.
 */
export class RewardServerModel implements Model {
  readonly time = 'live'
  readonly profile: ModelProfile
  readonly #server: VllmRewardServer | HuggingFaceRewardServer

  constructor(options: RewardServerOptions) {
    // Nothing is generated, so nothing more is to be reserved for it.
    this.profile = { maxOutputTokens: 1, ...options.profile, kinds: ['judge'] }
    this.#server = options.server
  }

  inputTokens(_prompt: Prompt, messages: readonly Message[]): { tokens: number; exact: boolean } {
    return { tokens: byteBound(messages), exact: false }
  }

  async sample(request: ModelRequest, signal: AbortSignal): Promise<Sample> {
    const started = performance.now()
    const elapsed = () => performance.now() - started
    const bound = this.inputTokens(request.prompt, request.messages).tokens
    const seen: { headers?: Headers } = {}
    try {
      const server = this.#server
      const { rewards, raw, promptTokens } =
        server.kind === 'text-classification'
          ? await this.#classify(server, request, signal, seen)
          : await this.#post(server, request, signal)
      const usage = usageOf(promptTokens, bound)
      const text = JSON.stringify(rewards) ?? ''
      if (text === '' || text.length > mostRewardCharacters) {
        const message =
          text === '' ? 'the reward server gave no reward' : 'the reward server gave no pooled reward'
        return { kind: 'failed', code: 'rejected', message, retryable: false, usage, milliseconds: elapsed() }
      }
      return { kind: 'answered', candidate: { text, finish: 'stop' }, usage, raw, milliseconds: elapsed() }
    } catch (cause) {
      return { ...failureOf(cause, signal, seen.headers), milliseconds: elapsed() }
    }
  }

  async #post(server: VllmRewardServer, request: ModelRequest, signal: AbortSignal): Promise<Rewarded> {
    const path = server.kind === 'vllm-pooling' ? 'pooling' : 'score'
    const url = `${server.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')}/${path}`
    const { fetch: send = fetch } = server
    const response = await send(url, {
      method: 'POST',
      signal,
      headers: {
        'content-type': 'application/json',
        ...(server.apiKey !== undefined && { authorization: `Bearer ${server.apiKey}` }),
      },
      body: JSON.stringify({
        ...rewardFields(request.prompt.options),
        ...(request.prompt.options?.['model'] === undefined && { model: this.profile.name }),
        ...(server.kind === 'vllm-pooling'
          ? { messages: request.messages, encoding_format: 'float' }
          : pairOf(request.messages)),
      }),
    })
    const body = await response.text()
    if (!response.ok) {
      throw new RewardServerError(errorText(body, response.status), response.status, response.headers)
    }
    const raw = parsed(body)
    const [first] = raw.data ?? []
    return {
      rewards: server.kind === 'vllm-pooling' ? first?.data : first?.score,
      raw,
      promptTokens: raw.usage?.prompt_tokens,
    }
  }

  async #classify(
    server: HuggingFaceRewardServer,
    request: ModelRequest,
    signal: AbortSignal,
    seen: { headers?: Headers },
  ): Promise<Rewarded> {
    const { fetch: send = fetch, render = textOf } = server
    const args = {
      inputs: render(request.messages),
      ...(server.parameters && { parameters: server.parameters }),
      ...(server.provider !== undefined && { provider: server.provider }),
      ...(server.endpointUrl === undefined
        ? { model: server.model ?? this.profile.name }
        : { endpointUrl: server.endpointUrl }),
    }
    const labels = await server.client.textClassification(args as never, {
      signal,
      // Its own retry has no pause and no end.
      retry_on_error: false,
      fetch: async (input, init) => {
        const response = await send(input, init)
        seen.headers = response.headers
        return response
      },
    })
    const chosen =
      server.label === undefined && labels.length === 1
        ? labels[0]
        : labels.find(({ label }) => label === server.label)
    if (!chosen) {
      const names = labels.map(({ label }) => label).join(', ')
      throw new RewardServerError(`the classifier gave the labels ${names}, and none of them is the reward's`)
    }
    return { rewards: chosen.score, raw: labels, promptTokens: undefined }
  }
}

function rewardFields(options: Prompt['options']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options ?? {}).filter(([name]) => !generationFields.has(name)))
}

/** The prompt and the answer, for models that score a pair of texts. */
function pairOf(messages: readonly Message[]): { readonly text_1: string; readonly text_2: string } {
  const before = messages.slice(0, -1)
  const [only] = before
  return {
    text_1: before.length === 1 && only ? said(only) : textOf(before),
    text_2: messages.slice(-1).map(said).join(''),
  }
}

function textOf(messages: readonly Message[]): string {
  return messages.map((message) => `${message.role}: ${said(message)}`).join('\n\n')
}

function said(message: Message): string {
  const calls = message.tool_calls?.length ? JSON.stringify(message.tool_calls) : ''
  return [messageText(message), calls].filter((part) => part !== '').join('\n')
}

function usageOf(told: unknown, bound: number): Usage {
  if (Number.isSafeInteger(told) && (told as number) >= 0)
    return { inputTokens: told as number, outputTokens: 0 }
  return { inputTokens: bound, outputTokens: 0, estimated: true }
}

function parsed(body: string): PoolingResponse {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Said below: it is no JSON, and NaN is none either.
  }
  throw new RewardServerError('the reward server did not answer with a JSON object')
}

function errorText(body: string, status: number): string {
  const text = body.trim().slice(0, errorCharacters).toWellFormed()
  return `the reward server answered ${status}${text === '' ? '' : `: ${text}`}`
}

const nothingScored: Usage = { inputTokens: 0, outputTokens: 0 }
/** Errors of `@huggingface/inference` that no retry mends. */
const finalErrors: ReadonlySet<string> = new Set(['InputError', 'RoutingError', 'ProviderOutputError'])

function failureOf(cause: unknown, signal: AbortSignal, headers: Headers | undefined): FailedSample {
  const error = (cause ?? {}) as {
    readonly name?: string
    readonly message?: string
    readonly status?: number
    readonly headers?: Headers
    readonly httpResponse?: { readonly status?: number }
  }
  const base = { kind: 'failed', message: error.message ?? String(cause), cause } as const
  if (signal.aborted) return { ...base, code: 'cancelled', retryable: false }
  const status = error.status ?? error.httpResponse?.status
  if (status === undefined) {
    // The server has answered, only not with a reward: what it charges for that is not known.
    if (cause instanceof RewardServerError || finalErrors.has(error.name ?? '')) {
      return { ...base, code: 'rejected', retryable: false }
    }
    return { ...base, code: error.name?.includes('Timeout') ? 'timeout' : 'connection', retryable: true }
  }
  const retryAfter = retryAfterOf(error.headers ?? headers)
  const told = { ...base, usage: nothingScored, ...(retryAfter !== undefined && { retryAfter }) }
  if (status === 429) return { ...told, code: 'rate-limited', retryable: true }
  if (status >= 500 || status === 408 || status === 409) return { ...told, code: 'server', retryable: true }
  return { ...told, code: 'rejected', retryable: false }
}
