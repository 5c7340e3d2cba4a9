import type { Candidate, Message, Prompt, Step, StepKind } from '../contract.ts'

/** What the user says about a model. Nothing here is looked up anywhere. */
export interface ModelProfile {
  /** The name that steps carry. */
  readonly name: string
  /** Dollars per million tokens. Without a price, a budget in usd is refused. */
  readonly price?: { readonly inputUsdPerMillion: number; readonly outputUsdPerMillion: number }
  /** Number of parameters. Without it, a budget in flops is refused. */
  readonly parameters?: number
  /** Tokens of prompt plus answer that fit; unlimited when absent. */
  readonly contextWindow?: number
  /** Output cap of one sample when the caller sets none; default 4,096. We always send a cap, so the bound is ours. */
  readonly maxOutputTokens?: number
  /**
   * The kinds of step it can serve; default `sample`, `revise` and `judge`. No other is offered, but for `extend`:
   * a model that samples is asked to go on where a partial stops, and the result says that this was emulated.
   */
  readonly kinds?: readonly StepKind[]
  /** How to make it think longer, least first: names that steps carry as `effort`. */
  readonly efforts?: readonly Effort[]
}

/** A knob for more thinking on one request. */
export interface Effort {
  readonly name: string
  /** Request options that turn it on, `{ reasoning_effort: 'high' }` for example; they replace the caller's. */
  readonly options?: { readonly [field: string]: unknown }
  /** Output cap in tokens instead of the caller's, and of the profile's. */
  readonly maxOutputTokens?: number
}

/** Output cap of a sample, in tokens, where neither the caller nor the profile has one. */
export const defaultMaxOutputTokens = 4096

/** One request to a model, made by a step. */
export interface ModelRequest {
  readonly step: Step
  readonly prompt: Prompt
  readonly messages: readonly Message[]
  /** The cap we reserved for; never above the caller's own. */
  readonly maxOutputTokens: number
  /** 0 for the first try of the step; a retry sends the same request again. */
  readonly attempt: number
  /** Whether the last message is a partial assistant message, to be continued as if it had not ended. */
  readonly continues?: boolean
  /** Texts at which generation stops, besides the caller's own `stop`. */
  readonly stop?: readonly string[]
  /** Absent for sample 0 of a caller who gave none: that is the caller's request itself. */
  readonly seed?: number
}

/** Tokens of one call. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Part of the input that was read from a cache. */
  readonly cachedInputTokens?: number
  /** Part of the output that was reasoning. */
  readonly reasoningTokens?: number
  /** True when the provider did not say and an upper bound was taken instead. */
  readonly estimated?: boolean
}

export type SampleFailure =
  | 'rate-limited'
  | 'server'
  | 'connection'
  | 'timeout'
  | 'empty'
  | 'rejected'
  | 'cancelled'
  | 'unavailable'

/** What came back from one call. A failure is a value: it is billed and reported, and never becomes an answer. */
export type Sample = AnsweredSample | FailedSample

export interface AnsweredSample {
  readonly kind: 'answered'
  /** Its text excludes a partial that was continued, and the text in `stoppedAt`. */
  readonly candidate: Candidate
  /** Which of the request's `stop` ended it: the answer is unfinished. */
  readonly stoppedAt?: string
  readonly usage: Usage
  /** How long it took; in replay this drives virtual time. */
  readonly milliseconds?: number
  /** The provider's own response object, for wrappers that hand it back. */
  readonly raw?: unknown
}

export interface FailedSample {
  readonly kind: 'failed'
  readonly code: SampleFailure
  readonly message: string
  /** Whether the same request may succeed when sent again. */
  readonly retryable: boolean
  /** The provider's wish, in milliseconds. */
  readonly retryAfter?: number
  /** What was generated before it failed; absent when unknown, and then the reservation is charged. */
  readonly usage?: Usage
  readonly milliseconds?: number
  /** The client's own error, for wrappers that pass it on. */
  readonly cause?: unknown
}

/** Where samples come from. */
export interface Model {
  readonly profile: ModelProfile
  /** `virtual`: answers come at once and say how long they took. Models of one engine all have the same time. */
  readonly time: 'live' | 'virtual'
  /**
   * Tokens of these messages. `exact` when the model's own tokenizer counted them, otherwise an upper bound.
   * Options that add to the input (tools, schemas) count too.
   */
  inputTokens(
    prompt: Prompt,
    messages: readonly Message[],
  ): { readonly tokens: number; readonly exact: boolean }
  /** Whether this step can be had now; absent means always. A recording that ran out says no. */
  offers?(prompt: Prompt, step: Step): boolean
  /** Never rejects: failures are values. Ends soon after the signal aborts. */
  sample(request: ModelRequest, signal: AbortSignal): Promise<Sample>
  /** Frees what the model holds. */
  close?(): Promise<void>
}
