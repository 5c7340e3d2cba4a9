import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FailedSample, Model, ModelRequest, Sample } from '../models/model.ts'
import { retryDelay } from '../steps/retry-delay.ts'

/** Virtual milliseconds a token takes: the order of events must not depend on how busy this machine is. */
const millisecondsPerToken = 1

/**
 * One model for several arms of a comparison: the same request with the same seed is drawn once and handed to every
 * arm that asks for it, and each arm is billed for it as its own. Time is virtual, so that the same seed gives the
 * same decisions on any machine.
 */
export class SharedDraws {
  readonly #model: Model
  readonly #seed: number
  readonly #draws = new Map<string, Promise<Sample>>()
  #tokens = 0
  #failed = 0
  #failure: FailedSample | undefined

  constructor(model: Model, seed: number) {
    this.#model = model
    this.#seed = seed
  }

  get profile(): Model['profile'] {
    return this.#model.profile
  }

  /** Samples drawn so far, each counted once. */
  get drawn(): number {
    return this.#draws.size
  }

  /** Tokens that the model itself has read and written so far. */
  get tokens(): number {
    return this.#tokens
  }

  /** Draws that failed, and how the last of them did. */
  get failures(): { readonly count: number; readonly last?: FailedSample } {
    return { count: this.#failed, ...(this.#failure && { last: this.#failure }) }
  }

  arm(): Arm {
    return new Arm(this.#model, (request) => this.#draw(request))
  }

  #draw(request: ModelRequest): Promise<Sample> {
    const { prompt, step, messages, maxOutputTokens, stop, continues, attempt } = request
    // Seeds of sample 0 are left to the model by the engine; a draw with another cap is another draw.
    const own = request.seed ?? step.index
    const asked = [prompt.id, prompt.options, step.kind, messages, own, maxOutputTokens, stop, continues]
    const key = (tries: number) =>
      createHash('sha256')
        .update(JSON.stringify([...asked, tries]))
        .digest('base64')
    let draw = this.#draws.get(key(attempt))
    if (!draw) {
      const seed = (this.#seed * 1_000_003 + own) % 2 ** 31
      draw = this.#sample({ ...request, seed }, this.#draws.get(key(attempt - 1)))
      this.#draws.set(key(attempt), draw)
    }
    return draw
  }

  /** @param before the same request's failure, when this is another attempt */
  async #sample(request: ModelRequest, before: Promise<Sample> | undefined): Promise<Sample> {
    if (before && this.#model.time === 'live') {
      // Virtual time gives a busy server no rest.
      const failure = await before
      const wish = failure.kind === 'failed' ? failure.retryAfter : undefined
      await sleep(retryDelay(request.attempt - 1, wish, 0))
    }
    const sample = await this.#model.sample(request, new AbortController().signal)
    this.#tokens += (sample.usage?.inputTokens ?? 0) + (sample.usage?.outputTokens ?? 0)
    if (sample.kind === 'failed') {
      this.#failed += 1
      this.#failure = sample
    }
    return sample
  }
}

/** One arm's view of the shared draws, with its own counts: what the ledger says can be checked against them. */
export class Arm implements Model {
  readonly time = 'virtual'
  readonly profile: Model['profile']
  readonly inputTokens: Model['inputTokens']
  readonly offers: NonNullable<Model['offers']>
  readonly #draw: (request: ModelRequest) => Promise<Sample>
  /** Tokens of all samples handed to this arm, prompt tokens included. */
  tokens = 0
  /** Those of them that were written. */
  outputTokens = 0
  samples = 0

  constructor(model: Model, draw: (request: ModelRequest) => Promise<Sample>) {
    this.profile = model.profile
    this.inputTokens = (prompt, messages) => model.inputTokens(prompt, messages)
    this.offers = (prompt, step) => model.offers?.(prompt, step) ?? true
    this.#draw = draw
  }

  async sample(request: ModelRequest): Promise<Sample> {
    const sample = await this.#draw(request)
    const usage = sample.usage ?? { inputTokens: 0, outputTokens: 0 }
    this.tokens += usage.inputTokens + usage.outputTokens
    this.outputTokens += usage.outputTokens
    this.samples += 1
    return { ...sample, milliseconds: (usage.inputTokens + usage.outputTokens) * millisecondsPerToken }
  }
}
