import type { Interval } from '../../src/sweep/interval.ts'
import { bootstrapMean } from '../../src/sweep/interval.ts'
import type { Random } from '../../src/clock/random.ts'
import type { Checkpoint } from './simulate.ts'

/** What one policy did, over all draw orders: by checkpoint and prompt. */
export class Tally {
  /** Orders in which a prompt was solved by a checkpoint. */
  readonly #solved: Float64Array[]
  /** Tokens by a checkpoint, of each prompt, over all orders. */
  readonly #tokens: Float64Array[]
  readonly #tries: Float64Array
  readonly #exhausted: Float64Array
  readonly #prompts: number
  readonly #orders: number

  constructor(prompts: number, checkpoints: number, orders: number) {
    this.#prompts = prompts
    this.#orders = orders
    this.#solved = Array.from({ length: checkpoints }, () => new Float64Array(prompts))
    this.#tokens = Array.from({ length: checkpoints }, () => new Float64Array(prompts))
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

  /** What a run had made of its prompts by a checkpoint. */
  reached(at: number, { tries, exhausted }: Pick<Checkpoint, 'tries' | 'exhausted'>): void {
    this.#tries[at] = (this.#tries[at] as number) + tries
    this.#exhausted[at] = (this.#exhausted[at] as number) + exhausted
  }

  /** What a run had spent on one prompt by a checkpoint, in tokens. */
  paid(prompt: number, at: number, tokens: number): void {
    const row = this.#tokens[at] as Float64Array
    row[prompt] = (row[prompt] as number) + tokens
  }

  /** Share of prompts solved. @param weights how often each prompt counts; default once */
  coverage(at: number, weights?: Float64Array): number {
    return this.#mean(this.#solved[at] as Float64Array, weights)
  }

  /** Mean tokens a prompt. @param weights how often each prompt counts; default once */
  tokens(at: number, weights?: Float64Array): number {
    return this.#mean(this.#tokens[at] as Float64Array, weights)
  }

  #mean(values: Float64Array, weights?: Float64Array): number {
    let sum = 0
    if (weights) {
      for (let prompt = 0; prompt < values.length; prompt += 1)
        sum += (values[prompt] as number) * (weights[prompt] as number)
    } else {
      for (const value of values) sum += value
    }
    return sum / this.#prompts / this.#orders
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
