import { createHash } from 'node:crypto'
import type { Model, ModelRequest, Sample } from '../models/model.ts'

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

  arm(): Arm {
    return new Arm(this.#model, (request) => this.#draw(request))
  }

  #draw(request: ModelRequest): Promise<Sample> {
    const { prompt, step, messages, maxOutputTokens, stop, continues } = request
    // Seeds of sample 0 are left to the model by the engine; a draw with another cap is another draw.
    const own = request.seed ?? step.index
    const asked = JSON.stringify([prompt.id, step.kind, messages, own, maxOutputTokens, stop, continues])
    const key = createHash('sha256').update(asked).digest('base64')
    let draw = this.#draws.get(key)
    if (!draw) {
      const seed = (this.#seed * 1_000_003 + own) % 2 ** 31
      draw = this.#model.sample({ ...request, seed }, new AbortController().signal)
      void draw.then(({ usage }) => (this.#tokens += (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)))
      this.#draws.set(key, draw)
    }
    return draw
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
    this.samples += 1
    return { ...sample, milliseconds: (usage.inputTokens + usage.outputTokens) * millisecondsPerToken }
  }
}
