import type { Message } from '../../src/contract.ts'
import { messageText } from '../../src/models/message-text.ts'
import type { Model, ModelRequest, Sample } from '../../src/models/model.ts'

/** Ends a turn in the text that a conversation is compared by. */
const turnEnd = '\u0000'

/**
 * A model whose prompts are charged as they are computed: what it has read or written for a prompt before is in its
 * memory, and only what is new counts as input. So it is for a model in this process, and for servers that keep
 * prefixes; one that charges every prompt anew makes searches and revisions dearer. One of these is one arm's view:
 * what another arm computed is not free.
 *
 * With `promptsAnew`, whatever begins an answer pays for the prompt itself each time: the engine expects a prompt to cost
 * what it cost at first, and an allocator would take plain samples for dearer than they are beside revisions.
 */
export class ComputedOnce implements Model {
  readonly time: Model['time']
  readonly profile: Model['profile']
  readonly offers: NonNullable<Model['offers']>
  readonly #model: Model
  readonly #promptsAnew: boolean
  /** By prompt: what is held, and its tokens. */
  readonly #held = new Map<string, Map<string, number>>()
  /** Input tokens as sent, whatever was held. */
  sent = 0

  constructor(model: Model, { promptsAnew = false }: { readonly promptsAnew?: boolean } = {}) {
    this.#model = model
    this.#promptsAnew = promptsAnew
    this.time = model.time
    this.profile = model.profile
    this.offers = (prompt, step) => model.offers?.(prompt, step) ?? true
  }

  inputTokens(...[prompt, messages]: Parameters<Model['inputTokens']>): ReturnType<Model['inputTokens']> {
    const { tokens, exact } = this.#model.inputTokens(prompt, messages)
    const free = this.#free(prompt.id, messages, this.#heldOf(prompt.id, spelled(messages)))
    return { tokens: Math.max(0, tokens - free), exact }
  }

  async sample(request: ModelRequest, signal: AbortSignal): Promise<Sample> {
    const { prompt, messages, continues } = request
    const last = messages.at(-1)
    const open = last?.role === 'assistant'
    const before = open ? messages.slice(0, -1) : messages
    const asked = spelled(before) + turnOf('assistant')
    const whole = asked + (open && last ? messageText(last) : '')
    const held = this.#free(prompt.id, messages, this.#heldOf(prompt.id, whole))
    // Known at once, so that of calls side by side only the first is charged for what they share.
    this.#keep(prompt.id, asked, this.#model.inputTokens(prompt, before).tokens)
    const sample = await this.#model.sample(request, signal)
    const { usage } = sample
    if (!usage) return sample
    const { inputTokens, outputTokens } = usage
    this.sent += inputTokens
    this.#keep(prompt.id, whole, inputTokens)
    if (sample.kind === 'answered' && (!open || continues === true)) {
      const written = sample.candidate.text + (sample.stoppedAt ?? '')
      this.#keep(prompt.id, whole + written, inputTokens + outputTokens)
    }
    return {
      ...sample,
      usage: { ...usage, inputTokens: Math.max(0, inputTokens - held) },
    }
  }

  /** Of the tokens held, those that need not be paid for. */
  #free(id: string, messages: readonly Message[], held: number): number {
    if (!this.#promptsAnew || messages.at(-1)?.role === 'assistant') return held
    const turns = messages.findIndex(({ role }) => role === 'assistant')
    const own = turns < 0 ? messages : messages.slice(0, turns)
    return Math.max(0, held - this.#heldOf(id, spelled(own) + turnOf('assistant')))
  }

  #keep(id: string, text: string, tokens: number): void {
    const known = this.#held.get(id)
    if (known) known.set(text, tokens)
    else this.#held.set(id, new Map([[text, tokens]]))
  }

  /** Tokens of the longest beginning of a text that is held. */
  #heldOf(id: string, text: string): number {
    let most = 0
    for (const [known, tokens] of this.#held.get(id) ?? []) {
      if (tokens > most && text.startsWith(known)) most = tokens
    }
    return most
  }
}

/** A conversation as one text; a last message of the assistant's is left open. */
function spelled(messages: readonly Message[]): string {
  return messages
    .map((message, at) => {
      const open = message.role === 'assistant' && at === messages.length - 1
      return turnOf(message.role) + messageText(message) + (open ? '' : turnEnd)
    })
    .join('')
}

function turnOf(role: string): string {
  return `${role}${turnEnd}`
}
