/** Successors of a state: the vote went elsewhere, to the leader, or to the second. */
export const moves = 3

/**
 * What the vote allocator knows of a prompt, numbered without gaps: votes of the leading answer, votes of the second,
 * and all votes cast (votes that gave no answer included), up to a horizon. There are about horizon³ / 12 states.
 */
export class VoteStates {
  /** Most votes of one prompt. */
  readonly horizon: number
  readonly count: number
  /** First state with this many votes cast; one more entry than there are totals. */
  readonly layer: Int32Array
  readonly #rows: Int32Array
  /** Per state, the three successors (elsewhere, leader, second); −1 where there is none. */
  readonly next: Int32Array

  /** @throws RangeError when the horizon is not a whole number of at least 1 */
  constructor(horizon: number) {
    if (!Number.isSafeInteger(horizon) || horizon < 1)
      throw new RangeError(`the horizon is ${horizon}: give a whole number of at least 1`)
    this.horizon = horizon
    const width = horizon + 1
    this.layer = new Int32Array(width + 1)
    this.#rows = new Int32Array(width * width).fill(-1)
    let count = 0
    for (let total = 0; total <= horizon; total += 1) {
      this.layer[total] = count
      for (let leader = 0; leader <= total; leader += 1) {
        this.#rows[total * width + leader] = count
        count += Math.min(leader, total - leader) + 1
      }
    }
    this.layer[width] = count
    this.count = count
    this.next = new Int32Array(count * moves).fill(-1)
    for (let total = 0; total < horizon; total += 1) {
      for (let leader = 0; leader <= total; leader += 1) {
        for (let second = 0; second <= Math.min(leader, total - leader); second += 1) {
          const from = this.of(leader, second, total) * moves
          this.next[from] = this.of(leader, second, total + 1)
          this.next[from + 1] = this.of(leader + 1, second, total + 1)
          // A second that passes a leader it was level with becomes the leader: the move above.
          if (second < leader) this.next[from + 2] = this.of(leader, second + 1, total + 1)
        }
      }
    }
  }

  /** The state with these counts; counts beyond the horizon are scaled down to it. */
  of(leader: number, second: number, total: number): number {
    if (total > this.horizon) {
      const scale = this.horizon / total
      const a = Math.floor(leader * scale)
      return this.of(a, Math.min(a, this.horizon - a, Math.floor(second * scale)), this.horizon)
    }
    return (this.#rows[total * (this.horizon + 1) + leader] as number) + second
  }

  /** The counts of every state, in the states' order. */
  list(): { readonly leader: number; readonly second: number; readonly total: number }[] {
    const counts: { leader: number; second: number; total: number }[] = []
    for (let total = 0; total <= this.horizon; total += 1) {
      for (let leader = 0; leader <= total; leader += 1) {
        for (let second = 0; second <= Math.min(leader, total - leader); second += 1)
          counts.push({ leader, second, total })
      }
    }
    return counts
  }
}
