/** Failures beyond this are pooled: a hazard changes little there and no recording is deeper. */
export const deepestState = 128

/**
 * What happened to the prompts of one class, as counts by the number of earlier failures: how many tries were made
 * from that state and how many of them succeeded. They are sufficient for any prior with independent tries.
 */
export class HazardCounts {
  readonly tries = new Float64Array(deepestState + 1)
  readonly successes = new Float64Array(deepestState + 1)
  #total = 0

  /** All tries counted so far. */
  get total(): number {
    return this.#total
  }

  add(failures: number, succeeded: boolean): void {
    const state = Math.min(failures, deepestState)
    this.tries[state] = (this.tries[state] as number) + 1
    if (succeeded) this.successes[state] = (this.successes[state] as number) + 1
    this.#total += 1
  }

  /** States that were tried from: 0..depth−1. */
  get depth(): number {
    let depth = this.tries.length
    while (depth > 0 && this.tries[depth - 1] === 0) depth -= 1
    return depth
  }
}
