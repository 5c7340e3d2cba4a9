import type { Interval } from '../../src/sweep/interval.ts'
import { bootstrapMean } from '../../src/sweep/interval.ts'
import type { Random } from '../../src/clock/random.ts'
import type { Checkpoint } from './simulate.ts'

/** What one policy did, over all draw orders: by checkpoint and prompt. */
export class Tally {
  /** Orders in which a prompt was solved by a checkpoint. */
  readonly #solved: Float64Array[]
  readonly #tokens: Float64Array
  readonly #tries: Float64Array
  readonly #exhausted: Float64Array
  readonly #prompts: number
  readonly #orders: number

  constructor(prompts: number, checkpoints: number, orders: number) {
    this.#prompts = prompts
    this.#orders = orders
    this.#solved = Array.from({ length: checkpoints }, () => new Float64Array(prompts))
    this.#tokens = new Float64Array(checkpoints)
    this.#tries = new Float64Array(checkpoints)
    this.#exhausted = new Float64Array(checkpoints)
  }

  /** A prompt was solved before this checkpoint, and so by all later ones. */
  solved(prompt: number, checkpoint: number): void {
    for (let later = checkpoint; later < this.#solved.length; later += 1) {
      const row = this.#solved[later] as Float64Array
      row[prompt] = (row[prompt] as number) + 1
    }
  }

  /** A prompt was solved in the run that belongs to this checkpoint alone. */
  solvedAt(prompt: number, at: number): void {
    const row = this.#solved[at] as Float64Array
    row[prompt] = (row[prompt] as number) + 1
  }

  get checkpoints(): number {
    return this.#solved.length
  }

  spent(at: number, { tokens, tries, exhausted }: Pick<Checkpoint, 'tokens' | 'tries' | 'exhausted'>): void {
    this.#tokens[at] = (this.#tokens[at] as number) + tokens
    this.#tries[at] = (this.#tries[at] as number) + tries
    this.#exhausted[at] = (this.#exhausted[at] as number) + exhausted
  }

  /** Share of prompts solved. */
  coverage(at: number): number {
    return (
      (this.#solved[at] as Float64Array).reduce((sum, count) => sum + count, 0) / this.#prompts / this.#orders
    )
  }

  /** Mean tokens a prompt. */
  tokens(at: number): number {
    return (this.#tokens[at] as number) / this.#prompts / this.#orders
  }

  /** Mean tries a prompt. */
  tries(at: number): number {
    return (this.#tries[at] as number) / this.#prompts / this.#orders
  }

  /** Share of prompts whose recorded tries ran out, unsolved. */
  exhausted(at: number): number {
    return (this.#exhausted[at] as number) / this.#prompts / this.#orders
  }

  /** Of each prompt, the share of orders in which it was solved. */
  byPrompt(at: number): readonly number[] {
    return Array.from(this.#solved[at] as Float64Array, (count) => count / this.#orders)
  }

  interval(at: number, random: Random): Interval {
    return bootstrapMean(this.byPrompt(at), random)
  }

  /** Paired over prompts: the same draws, the same resamples. */
  minus(other: Tally, at: number, random: Random): Interval {
    const theirs = other.byPrompt(at)
    return bootstrapMean(
      this.byPrompt(at).map((share, prompt) => share - (theirs[prompt] as number)),
      random,
    )
  }
}
