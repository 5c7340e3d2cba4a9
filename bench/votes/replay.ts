import { Tally } from '../../src/aggregate/tally.ts'
import { randomFrom, shuffled } from '../../src/clock/random.ts'
import type { Worth } from './policies.ts'
import type { VotePool } from './pool.ts'

/** Accuracy and votes of each prompt at each budget, averaged over draw orders. */
export interface Curve {
  /** Budgets tried, in mean votes a prompt. */
  readonly budgets: readonly number[]
  /** Per budget, per prompt: P(right). */
  readonly right: readonly Float64Array[]
  /** Per budget, per prompt: mean votes taken. */
  readonly votes: readonly Float64Array[]
}

/** A drawn order: the votes of every prompt as they will come. */
export type Draws = readonly (readonly number[])[]

export function drawOrders(
  pools: readonly VotePool[],
  horizon: number,
  orders: number,
  seed: number,
): Draws[] {
  return Array.from({ length: orders }, (_, order) =>
    pools.map((pool) => {
      const random = randomFrom(`${seed}/${order}/${pool.id}`)
      return shuffled(pool.votes.length, random)
        .slice(0, horizon)
        .map((place) => pool.votes[place] as number)
    }),
  )
}

/** Serves the prompt with the largest worth until the largest budget is spent, and notes every budget on the way. */
export function replay(
  pools: readonly VotePool[],
  orders: readonly Draws[],
  budgets: readonly number[],
  worth: Worth,
): Curve {
  const count = pools.length
  const right = budgets.map(() => new Float64Array(count))
  const votes = budgets.map(() => new Float64Array(count))
  const tallies = pools.map((pool) => new Tally(Math.max(1, pool.answers)))
  const values = new Float64Array(count)
  for (const draws of orders) {
    const heap = new Int32Array(count)
    let size = 0
    const turn = new Int32Array(count)
    let turns = 0
    const before = (left: number, other: number) => {
      const difference = (values[left] as number) - (values[other] as number)
      return difference !== 0 ? difference > 0 : (turn[left] as number) < (turn[other] as number)
    }
    const sink = (start: number) => {
      let place = start
      const item = heap[place] as number
      for (;;) {
        let child = 2 * place + 1
        if (child >= size) break
        if (child + 1 < size && before(heap[child + 1] as number, heap[child] as number)) child += 1
        if (!before(heap[child] as number, item)) break
        heap[place] = heap[child] as number
        place = child
      }
      heap[place] = item
    }
    for (let prompt = 0; prompt < count; prompt += 1) {
      const tally = tallies[prompt] as Tally
      tally.clear()
      values[prompt] = worth(prompt, tally, -1)
      turn[prompt] = turns
      turns += 1
      heap[size] = prompt
      size += 1
    }
    for (let place = (size >> 1) - 1; place >= 0; place -= 1) sink(place)
    let spent = 0
    for (const [index, budget] of budgets.entries()) {
      while (spent < Math.round(budget * count) && size > 0) {
        const prompt = heap[0] as number
        if ((values[prompt] as number) <= 0) break
        const tally = tallies[prompt] as Tally
        const vote = (draws[prompt] as readonly number[])[tally.total] as number
        tally.add(vote)
        spent += 1
        if (tally.total >= (draws[prompt] as readonly number[]).length) {
          size -= 1
          heap[0] = heap[size] as number
        } else {
          values[prompt] = worth(prompt, tally, vote)
          turn[prompt] = turns
          turns += 1
        }
        if (size > 0) sink(0)
      }
      const rightNow = right[index] as Float64Array
      const votesNow = votes[index] as Float64Array
      for (let prompt = 0; prompt < count; prompt += 1) {
        const tally = tallies[prompt] as Tally
        if (tally.leader >= 0)
          rightNow[prompt] =
            (rightNow[prompt] as number) +
            ((pools[prompt] as VotePool).right[tally.leader] as number) / orders.length
        votesNow[prompt] = (votesNow[prompt] as number) + tally.total / orders.length
      }
    }
  }
  return { budgets, right, votes }
}
