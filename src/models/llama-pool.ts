import type { LlamaContext } from 'node-llama-cpp'
import { LlamaSequence, type Ending, type PromptTokens } from './llama-sequence.ts'

/**
 * The contexts of a model, each lent to one sample at a time; those that find none free wait in line. A sample gets
 * the free context that already holds the most of its prompt, else the one that was left alone the longest, so that
 * samples of one prompt share its computation.
 */
export class LlamaPool {
  readonly #free: LlamaSequence[]
  readonly #size: number
  readonly #waiting = new Set<(sequence: LlamaSequence | undefined) => void>()
  #closing = false
  #uses = 0
  #emptied: (() => void) | undefined

  constructor(contexts: readonly LlamaContext[]) {
    this.#free = contexts.map((context) => new LlamaSequence(context.getSequence()))
    this.#size = contexts.length
  }

  /** Contexts that no sample holds. */
  get free(): number {
    return this.#free.length
  }

  /**
   * Lends a context to `use`, which ends early once its second argument says so: the signal aborted, or the pool is
   * closing.
   * @returns undefined when that was so before there was a context
   */
  async lend<Result>(
    prompt: PromptTokens,
    signal: AbortSignal,
    use: (sequence: LlamaSequence, ending: Ending) => Promise<Result>,
  ): Promise<Result | undefined> {
    const sequence = await this.#take(prompt, signal)
    if (!sequence) return undefined
    const closing = () => this.#closing
    try {
      return await use(sequence, {
        get aborted() {
          return signal.aborted || closing()
        },
      })
    } catch (cause) {
      // How much of it was computed is not known. Should erasing fail too, nothing of it counts as held all the same:
      // the next prompt erases it first, and fails with that error if it cannot.
      await sequence.forget(0).catch(() => undefined)
      throw cause
    } finally {
      this.#give(sequence)
    }
  }

  /** Ends what runs and what waits, and resolves when every context is back. Nothing is lent any more. */
  async close(): Promise<void> {
    this.#closing = true
    for (const waiter of this.#waiting) waiter(undefined)
    if (this.#free.length === this.#size) return
    await new Promise<void>((resolve) => {
      this.#emptied = resolve
    })
  }

  #take(prompt: PromptTokens, signal: AbortSignal): Promise<LlamaSequence | undefined> {
    if (signal.aborted || this.#closing) return Promise.resolve(undefined)
    let best: LlamaSequence | undefined
    let most = -1
    for (const sequence of this.#free) {
      const held = sequence.reusable(prompt)
      if (held > most || (held === most && best && sequence.lastUse < best.lastUse)) {
        best = sequence
        most = held
      }
    }
    if (best) {
      this.#free.splice(this.#free.indexOf(best), 1)
      return Promise.resolve(best)
    }
    return new Promise((resolve) => {
      const leave = () => waiter(undefined)
      const waiter = (sequence: LlamaSequence | undefined) => {
        this.#waiting.delete(waiter)
        signal.removeEventListener('abort', leave)
        resolve(sequence)
      }
      this.#waiting.add(waiter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  #give(sequence: LlamaSequence): void {
    sequence.lastUse = this.#uses += 1
    const [next] = this.#waiting
    if (next) {
      next(sequence)
      return
    }
    this.#free.push(sequence)
    if (this.#free.length === this.#size) this.#emptied?.()
  }
}
