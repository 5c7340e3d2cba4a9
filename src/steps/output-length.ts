/** Learns how long a model's answers are and how long they take, over all prompts (Welford 1962). */
export class OutputLength {
  #count = 0
  #mean = 0
  #squares = 0
  #fastest = 0
  #milliseconds = 0

  add(tokens: number, milliseconds: number): void {
    this.#count += 1
    const off = tokens - this.#mean
    this.#mean += off / this.#count
    this.#squares += off * (tokens - this.#mean)
    this.#milliseconds += (milliseconds - this.#milliseconds) / this.#count
    this.#fastest = this.#count === 1 ? milliseconds : Math.min(this.#fastest, milliseconds)
  }

  /** Tokens of an answer on average; 0 while nothing is known. */
  get mean(): number {
    return this.#mean
  }

  /**
   * An output cap below this would cut too many answers to be worth a call: mean plus one standard deviation.
   * 0 while nothing is known.
   */
  get usual(): number {
    if (this.#count === 0) return 0
    return Math.ceil(this.#mean + Math.sqrt(this.#squares / this.#count))
  }

  /** Milliseconds that a call may be expected to need: between the fastest seen and the mean. */
  get usualMilliseconds(): number {
    return (this.#fastest + this.#milliseconds) / 2
  }
}
