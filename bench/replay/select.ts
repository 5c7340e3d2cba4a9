import { randomFrom, shuffled } from '../../src/clock/random.ts'

/** What was taken of a list and what was left out, both in the list's order. */
export interface Selection<Item> {
  readonly taken: readonly Item[]
  readonly left: readonly Item[]
}

/** At most `most` items, chosen by the seed. */
export function select<Item>(items: readonly Item[], most: number, seed: number | string): Selection<Item> {
  const chosen = new Set(shuffled(items.length, randomFrom(`select/${seed}`)).slice(0, most))
  return {
    taken: items.filter((_, index) => chosen.has(index)),
    left: items.filter((_, index) => !chosen.has(index)),
  }
}
