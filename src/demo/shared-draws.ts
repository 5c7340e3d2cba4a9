import type { Model, ModelRequest, Sample } from '../models/model.ts'

/** Virtual milliseconds a token takes: the order of events must not depend on how busy this machine is. */
const millisecondsPerToken = 1

/**
 * Several arms of a comparison on the same draws: sample `index` of a prompt is drawn once and handed to every arm
 * that asks for it, and each arm is billed for it as its own. Time is virtual, so that the same seed gives the same
 * decisions on any machine.
 */
export class SharedDraws {
  readonly #model: Model
  readonly #seed: number
  readonly #draws = new Map<string, Promise<Sample>>()

  constructor(model: Model, seed: number) {
    this.#model = model
    this.#seed = seed
  }

  /** Samples drawn so far, each counted once. */
  get drawn(): number {
    return this.#draws.size
  }

  arm(): Arm {
    return new Arm(this.#model, (request) => this.#draw(request))
  }

  #draw(request: ModelRequest): Promise<Sample> {
    // A draw with another cap is another draw: a shortened one ends earlier.
    const key = `${request.prompt.id}/${request.step.index}/${request.maxOutputTokens}`
    let draw = this.#draws.get(key)
    if (!draw) {
      const seed = this.#seed * 1_000_003 + request.step.index
      draw = this.#model.sample({ ...request, seed }, new AbortController().signal)
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
