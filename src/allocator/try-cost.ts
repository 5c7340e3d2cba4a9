/** Tries of its class's own that the means over all classes are worth. */
const pseudoTries = 4

/** Sums of what tries of one class cost, input left out where it is known beforehand. */
export interface ClassCost {
  /** Of its prompts' own input, the same for every try; 0 where it is not known apart. */
  readonly input: number
  succeeded: number
  successes: number
  failed: number
  failures: number
}

/**
 * What the next try costs, learned from tries that succeeded and tries that failed apart, because failures are longer:
 * input + h·(mean of successes) + (1 − h)·(mean of failures), h the chance of success. A class's means are shrunk to
 * those over all classes, and these to one mean for both. All costs in one unit, the caller's.
 */
export class TryCost {
  #succeeded = 0
  #successes = 0
  #failed = 0
  #failures = 0
  #inputs = 0

  /** A new class. @param input what its prompts' own input costs at every try; default 0: not known apart */
  open(input = 0): ClassCost {
    return { input, succeeded: 0, successes: 0, failed: 0, failures: 0 }
  }

  /** A try of the class and what it cost in all, its input included; > 0. */
  add(entry: ClassCost, cost: number, success: boolean): void {
    const generated = Math.max(0, cost - entry.input)
    this.#inputs += cost - generated
    if (success) {
      entry.succeeded += generated
      entry.successes += 1
      this.#succeeded += generated
      this.#successes += 1
    } else {
      entry.failed += generated
      entry.failures += 1
      this.#failed += generated
      this.#failures += 1
    }
  }

  /**
   * Expected cost of the next try as a multiple of the mean over all tries so far; 1 before any.
   * @param chance of success, 0 to 1
   */
  of({ input, succeeded, successes, failed, failures }: ClassCost, chance: number): number {
    const tries = this.#successes + this.#failures
    const generated = this.#succeeded + this.#failed
    if (tries === 0 || generated + this.#inputs === 0) return 1
    const either = generated / tries
    const success = shrunk(succeeded, successes, shrunk(this.#succeeded, this.#successes, either))
    const failure = shrunk(failed, failures, shrunk(this.#failed, this.#failures, either))
    return (input + chance * success + (1 - chance) * failure) / ((generated + this.#inputs) / tries)
  }
}

function shrunk(sum: number, count: number, prior: number): number {
  return (sum + pseudoTries * prior) / (count + pseudoTries)
}
