/** Tries of its class's own that the mean over all classes is worth. */
const pseudoTries = 4

/** Learns what a try costs, per class, shrunk to the mean over all classes while a class is new. */
export class CostMean {
  readonly #classes = new Map<string, { sum: number; count: number }>()
  #sum = 0
  #count = 0

  add(className: string, cost: number): void {
    const entry = this.#classes.get(className) ?? { sum: 0, count: 0 }
    entry.sum += cost
    entry.count += 1
    this.#classes.set(className, entry)
    this.#sum += cost
    this.#count += 1
  }

  /**
   * Expected cost of one try, as a multiple of the mean over all classes: 1 before anything was seen, and values that
   * were computed at different times stay comparable.
   */
  of(className: string): number {
    const own = this.#classes.get(className)
    if (!own || this.#sum === 0) return 1
    const all = this.#sum / this.#count
    return (own.sum + pseudoTries * all) / (own.count + pseudoTries) / all
  }
}
