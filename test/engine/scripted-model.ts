import type { Model, ModelProfile, ModelRequest, Sample } from '../../src/models/model.ts'

/** What a scripted model does with one call. */
export type Script = (request: ModelRequest, call: number) => Sample | Promise<Sample>

/** A model that does as it is told, in virtual or live time, and counts what it really used. */
export class ScriptedModel implements Model {
  readonly time: 'live' | 'virtual'
  readonly profile: ModelProfile
  readonly #script: Script
  calls = 0
  inFlight = 0
  mostInFlight = 0
  aborted = 0

  constructor(
    script: Script,
    options: { readonly time?: 'live' | 'virtual'; readonly profile?: Partial<ModelProfile> } = {},
  ) {
    this.#script = script
    this.time = options.time ?? 'virtual'
    this.profile = { name: 'scripted', maxOutputTokens: 20, ...options.profile }
  }

  inputTokens(): { tokens: number; exact: boolean } {
    return { tokens: 10, exact: true }
  }

  async sample(request: ModelRequest, signal: AbortSignal): Promise<Sample> {
    this.calls += 1
    this.inFlight += 1
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight)
    signal.addEventListener('abort', () => (this.aborted += 1), { once: true })
    try {
      return await this.#script(request, this.calls)
    } finally {
      this.inFlight -= 1
    }
  }
}

export function answered(text: string, outputTokens = 5, milliseconds = 100): Sample {
  return {
    kind: 'answered',
    candidate: { text, finish: 'stop' },
    usage: { inputTokens: 10, outputTokens },
    milliseconds,
  }
}

export function failing(
  code: 'rate-limited' | 'server' | 'empty' | 'connection' | 'rejected',
  milliseconds = 10,
): Sample {
  return {
    kind: 'failed',
    code,
    message: `scripted ${code}`,
    retryable: code !== 'rejected',
    milliseconds,
    ...(code !== 'connection' && { usage: { inputTokens: code === 'empty' ? 10 : 0, outputTokens: 0 } }),
  }
}
