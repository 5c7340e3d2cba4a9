import type { LlamaContextSequence, Token } from 'node-llama-cpp'

/** Prompt tokens that are computed in one go, at most. */
export const blockTokens = 256

/** A prompt as tokens. */
export interface PromptTokens {
  readonly tokens: readonly Token[]
  /** How many of them come before a partial answer that is to be continued; all of them when there is none. */
  readonly base: number
}

/** Whether work on a context is to end: asked after each portion. An AbortSignal is one. */
export interface Ending {
  readonly aborted: boolean
}

/**
 * The state of one context, and how prompts get into it so that what was there before changes nothing.
 *
 * A token's state depends, in the last bits, on how many tokens were computed together with it, and one flipped bit
 * can change a sampled text. So a prompt is always computed the same way: all tokens before its last in blocks that
 * begin at multiples of {@link blockTokens}, and from its last token on, a partial answer included, one by one, as
 * they are when they are generated. What the context holds is kept as far as it was computed just like that.
 */
export class LlamaSequence {
  readonly sequence: LlamaContextSequence
  /** So many of the tokens held were computed in blocks, the rest one by one. */
  #blockEnd = 0
  /** When it was last given back, in calls; for the choice of the one to overwrite. */
  lastUse = 0

  constructor(sequence: LlamaContextSequence) {
    this.sequence = sequence
  }

  /** How many tokens of a prompt need not be computed again. The last one always is: its logits are wanted. */
  reusable({ tokens, base }: PromptTokens): number {
    // Where the state cannot be cut, node-llama-cpp computes it again, in its own blocks.
    if (this.sequence.needsCheckpoints) return 0
    const held = this.sequence.contextTokens
    const most = Math.min(held.length, tokens.length - 1)
    let common = 0
    while (common < most && held[common] === tokens[common]) common += 1
    const blockEnd = base - 1
    if (this.#blockEnd === blockEnd && common >= blockEnd) return common
    return Math.floor(Math.min(common, this.#blockEnd, blockEnd) / blockTokens) * blockTokens
  }

  /**
   * Makes the context hold all tokens of a prompt but the last.
   * @returns false when it was ended on the way, after one block
   */
  async hold(prompt: PromptTokens, ending: Ending): Promise<boolean> {
    const { tokens, base } = prompt
    const blockEnd = base - 1
    let at = this.reusable(prompt)
    await this.#cut(at)
    while (at < tokens.length - 1) {
      if (ending.aborted) return false
      const end = at < blockEnd ? Math.min(blockEnd, at - (at % blockTokens) + blockTokens) : at + 1
      await this.sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, end))
      at = end
      this.#blockEnd = Math.min(at, blockEnd)
    }
    return true
  }

  /** Forgets what was computed in other portions than {@link hold} has: everything from this token on. */
  async forget(from: number): Promise<void> {
    await this.#cut(Math.min(from, this.#blockEnd))
  }

  async #cut(length: number): Promise<void> {
    this.#blockEnd = Math.min(this.#blockEnd, length)
    const held = this.sequence.nextTokenIndex
    if (length < held) await this.sequence.eraseContextTokenRanges([{ start: length, end: held }])
  }
}
