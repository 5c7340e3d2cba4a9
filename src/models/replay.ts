import { shuffled, randomFrom, uniformOf } from '../clock/random.ts'
import type { Message, Prompt, Step } from '../contract.ts'
import { byteBound } from './byte-bound.ts'
import type { FailedSample, Model, ModelProfile, ModelRequest, Sample } from './model.ts'
import { messageText } from './message-text.ts'
import { requestKey } from './request-key.ts'
import { charactersPerToken, recordedTokens, type RecordedSample, type Recording } from './recording.ts'

/** Shares of calls that fail, for tests of what surrounds a model. They must add up to at most 1. */
export interface Faults {
  readonly rateLimited?: number
  readonly server?: number
  readonly hang?: number
  readonly empty?: number
}

export interface ReplayOptions {
  /** Seeds the order in which samples are drawn; default 0. */
  readonly seed?: number
  /** Overrides of the profile: prices, parameters, context window. */
  readonly profile?: Partial<ModelProfile>
  readonly faults?: Faults
}

/** Milliseconds a token takes in virtual time where no latency was recorded. */
const millisecondsPerToken = 10
/** Virtual milliseconds until an injected 429 or 500 comes back. */
const faultMilliseconds = 50

/**
 * A recording in place of a live model. Samples of a prompt are drawn without replacement in an order that depends
 * on seed and prompt only; sample `index` of a prompt is the same one in every run with that seed. Recorded tokens
 * are charged (characters ÷ 4 where none were recorded, marked estimated). A prompt whose samples are used up offers
 * nothing more, and is listed in `exhausted`.
 */
export class ReplayModel implements Model {
  readonly time = 'virtual'
  readonly profile: ModelProfile
  /** Ids of prompts that were asked for more samples than were recorded. */
  readonly exhausted = new Set<string>()
  readonly #recording: Recording
  readonly #seed: number
  readonly #faults: Faults
  readonly #orders = new Map<string, readonly number[]>()
  /** Problem ids by prompt text, for callers that name their prompts themselves. */
  readonly #idOfText = new Map<string, string>()

  constructor(recording: Recording, options: ReplayOptions = {}) {
    this.#recording = recording
    this.#seed = options.seed ?? 0
    this.#faults = options.faults ?? {}
    let longest = 1
    for (const samples of recording.samples.values()) {
      for (const sample of samples) longest = Math.max(longest, recordedTokens(sample).tokens)
    }
    for (const { id, prompt } of recording.problems) if (prompt !== null) this.#idOfText.set(prompt, id)
    // The recorded model never wrote more than this, so it is the cap it was recorded under.
    this.profile = {
      name: recording.model,
      maxOutputTokens: longest,
      ...options.profile,
      kinds: ['sample', ...new Set([...recording.steps.values()].flatMap(([step]) => step?.kind ?? []))],
    }
  }

  /** Recorded prompt tokens, exact; else characters ÷ 4, which is what is charged and therefore exact as well. */
  inputTokens(prompt: Prompt, messages: readonly Message[]): { tokens: number; exact: boolean } {
    const recorded = (this.#steps(messages)[0] ?? this.#samples(prompt)[0])?.prompt_tokens
    if (typeof recorded === 'number') return { tokens: recorded, exact: true }
    return { tokens: Math.ceil(byteBound(messages) / charactersPerToken), exact: true }
  }

  offers(prompt: Prompt, step: Step): boolean {
    if (step.kind !== 'sample') return step.index < this.#steps(prompt.messages).length
    // Only what was recorded can be replayed: the plain request, at the effort and temperature it was made with.
    if (step.effort !== undefined || step.variation) return false
    const count = this.#samples(prompt).length
    if (step.index < count) return true
    this.exhausted.add(prompt.id)
    return false
  }

  sample(request: ModelRequest): Promise<Sample> {
    return Promise.resolve(this.#draw(request))
  }

  #draw({ step, prompt, messages, maxOutputTokens, attempt }: ModelRequest): Sample {
    const samples = this.#samples(prompt)
    const recorded =
      step.kind === 'sample'
        ? samples[this.#order(prompt.id, samples.length)[step.index] ?? -1]
        : this.#steps(messages)[step.index]
    if (!recorded) {
      return fail('unavailable', `the recording has no sample ${step.index} of ${prompt.id}`, {
        retryable: false,
      })
    }
    const inputTokens = this.inputTokens(prompt, messages).tokens
    const fault = this.#fault(`${prompt.id}/${step.id}/${attempt}`)
    if (fault) return fault(inputTokens)
    const { tokens, estimated } = recordedTokens(recorded)
    const outputTokens = Math.min(tokens, maxOutputTokens)
    const whole = recorded.text ?? recorded.answer ?? ''
    const cut = tokens > maxOutputTokens
    // A cap below the recorded length ends the text where that share of its tokens ends.
    const text = cut ? whole.slice(0, Math.floor((whole.length * outputTokens) / tokens)) : whole
    return {
      kind: 'answered',
      candidate: {
        text,
        finish: cut ? 'length' : 'stop',
        ...(typeof recorded.logprob === 'number' && { meanLogprob: recorded.logprob }),
      },
      usage: { inputTokens, outputTokens, ...(estimated && { estimated }) },
      milliseconds: recorded.latency_ms ?? outputTokens * millisecondsPerToken,
      raw: recorded,
    }
  }

  /** What was recorded for these messages. */
  #steps(messages: readonly Message[]): readonly RecordedSample[] {
    const { steps, model } = this.#recording
    return steps.size === 0 ? [] : (steps.get(requestKey(model, { id: '', messages })) ?? [])
  }

  #samples(prompt: Prompt): readonly RecordedSample[] {
    const { samples } = this.#recording
    const own = samples.get(prompt.id)
    if (own) return own
    const last = prompt.messages.at(-1)
    return samples.get(this.#idOfText.get(last ? messageText(last) : '') ?? '') ?? []
  }

  #order(id: string, count: number): readonly number[] {
    let order = this.#orders.get(id)
    if (!order) {
      order = shuffled(count, randomFrom(`${this.#seed}/${id}`))
      this.#orders.set(id, order)
    }
    return order
  }

  #fault(key: string): ((inputTokens: number) => Sample) | undefined {
    const { rateLimited = 0, server = 0, hang = 0, empty = 0 } = this.#faults
    const draw = uniformOf(this.#seed, `fault/${key}`)
    const none = { inputTokens: 0, outputTokens: 0 }
    if (draw < rateLimited) {
      return () =>
        fail('rate-limited', '429 Too Many Requests', {
          usage: none,
          retryAfter: 100,
          milliseconds: faultMilliseconds,
        })
    }
    if (draw < rateLimited + server) {
      return () =>
        fail('server', '500 Internal Server Error', { usage: none, milliseconds: faultMilliseconds })
    }
    if (draw < rateLimited + server + hang) {
      return () => fail('connection', 'the connection never answered', { milliseconds: Infinity })
    }
    if (draw < rateLimited + server + hang + empty) {
      return (inputTokens) =>
        fail('empty', 'the answer was empty', {
          usage: { inputTokens, outputTokens: 1 },
          milliseconds: faultMilliseconds,
        })
    }
    return undefined
  }
}

function fail(code: FailedSample['code'], message: string, rest: Partial<FailedSample>): FailedSample {
  return { kind: 'failed', code, message, retryable: true, ...rest }
}
