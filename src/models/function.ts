import type { Candidate, Message, Prompt } from '../contract.ts'
import { byteBound } from './byte-bound.ts'
import type { Model, ModelProfile, ModelRequest, Sample, Usage } from './model.ts'

/** What a completion function is told besides the messages. */
export interface CompletionCall {
  readonly signal: AbortSignal
  /** 0 for the first sample of a prompt. */
  readonly index: number
  readonly maxOutputTokens: number
  readonly seed?: number
  readonly prompt: Prompt
}

/** A whole answer; or only its text, and then the bill is an upper bound (a token a byte). */
export type Completion =
  | string
  | { readonly text: string; readonly usage?: Usage; readonly finish?: Candidate['finish'] }

/** Any function that completes messages. */
export type CompletionFunction = (messages: readonly Message[], call: CompletionCall) => Promise<Completion>

/** A model from any function. What it throws becomes a failed sample, which may be tried again. */
export class FunctionModel implements Model {
  readonly time = 'live'
  readonly profile: ModelProfile
  readonly #complete: CompletionFunction

  constructor(complete: CompletionFunction, profile: ModelProfile = { name: 'function' }) {
    this.#complete = complete
    this.profile = profile
  }

  inputTokens(_prompt: Prompt, messages: readonly Message[]): { tokens: number; exact: boolean } {
    return { tokens: byteBound(messages), exact: false }
  }

  async sample(request: ModelRequest, signal: AbortSignal): Promise<Sample> {
    const started = performance.now()
    try {
      const completion = await this.#complete(request.messages, {
        signal,
        index: request.step.index,
        maxOutputTokens: request.maxOutputTokens,
        prompt: request.prompt,
        ...(request.seed !== undefined && { seed: request.seed }),
      })
      const {
        text,
        usage,
        finish = 'stop',
      } = typeof completion === 'string' ? { text: completion } : completion
      const charged = usage ?? {
        inputTokens: byteBound(request.messages),
        outputTokens: Math.min(Buffer.byteLength(text), request.maxOutputTokens),
        estimated: true,
      }
      const milliseconds = performance.now() - started
      if (text === '') {
        return {
          kind: 'failed',
          code: 'empty',
          message: 'the answer was empty',
          retryable: true,
          usage: charged,
          milliseconds,
        }
      }
      return { kind: 'answered', candidate: { text, finish }, usage: charged, milliseconds, raw: completion }
    } catch (cause) {
      return {
        kind: 'failed',
        code: signal.aborted ? 'cancelled' : 'connection',
        message: cause instanceof Error ? cause.message : String(cause),
        retryable: !signal.aborted,
        milliseconds: performance.now() - started,
        cause,
      }
    }
  }
}
