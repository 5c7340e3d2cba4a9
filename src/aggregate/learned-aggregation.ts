import { shuffled, type Random } from '../clock/random.ts'
import type { Aggregation, Ballot } from './ballot.ts'
import type { LabelledBallots } from './weighted-vote.ts'

/** Random subsets of each past prompt that a choice is measured on. */
const subsets = 8
/** Standard errors by which something must be better than the usual rule before it takes over. */
const margin = 1

/** What to do with this many ballots, learned from labelled prompts. */
export interface LearnedAggregation {
  /** Number of ballots from which on this holds. */
  readonly from: number
  readonly name: string
  /** Ballots looked at; further ones are ignored. */
  readonly cap: number
  readonly aggregation: Aggregation
}

/**
 * Learns, for growing numbers of ballots, which aggregation on how many of them was right most often. Fewer ballots
 * stay on the menu, so where a scorer does harm the more it is searched, later ballots are left unread.
 * @param menu the first entry is the usual rule: it is kept unless something else is better beyond doubt
 * @param sizes numbers of ballots, ascending
 */
export function learnAggregation(
  history: readonly LabelledBallots[],
  menu: Readonly<Record<string, Aggregation>>,
  sizes: readonly number[],
  random: Random,
): readonly LearnedAggregation[] {
  const orders = history.map(({ ballots }) =>
    Array.from({ length: subsets }, () => shuffled(ballots.length, random)),
  )
  const [usual] = Object.keys(menu)
  const learned: LearnedAggregation[] = []
  const measured: Measured[] = []
  for (const size of sizes) {
    let held: Measured | undefined
    for (const [name, aggregation] of Object.entries(menu)) {
      const right = Float64Array.from(history, (prompt, index) =>
        accuracy(prompt, orders[index] as number[][], size, aggregation),
      )
      const own = { choice: { from: size, name, cap: size, aggregation }, right }
      measured.push(own)
      if (name === usual) held = own
    }
    // The best of everything up to this size takes the usual rule's place, if it is better beyond doubt.
    const best = measured.reduce((left, other) => (total(other.right) > total(left.right) ? other : left))
    if (held && better(best.right, held.right)) held = best
    if (held) learned.push({ ...held.choice, from: size })
  }
  return learned
}

interface Measured {
  readonly choice: LearnedAggregation
  readonly right: Float64Array
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** Applies what was learned; before the first size the first entry's rule on what there is. */
export function applyLearned(learned: readonly LearnedAggregation[]): Aggregation {
  return (ballots) => {
    const choice = learned.findLast(({ from }) => from <= ballots.length) ?? learned[0]
    return choice?.aggregation(ballots.slice(0, choice.cap))
  }
}

function accuracy(
  { ballots, right }: LabelledBallots,
  orders: readonly (readonly number[])[],
  size: number,
  aggregation: Aggregation,
): number {
  let hits = 0
  for (const order of orders) {
    const taken = order.slice(0, size)
    const pick = aggregation(taken.map((index) => ballots[index] as Ballot))
    if (pick && right[taken[pick.ballot] as number] === true) hits += 1
  }
  return hits / orders.length
}

function better(own: Float64Array, other: Float64Array): boolean {
  const count = own.length
  if (count === 0) return false
  let sum = 0
  let squares = 0
  for (let index = 0; index < count; index += 1) {
    const difference = (own[index] as number) - (other[index] as number)
    sum += difference
    squares += difference * difference
  }
  const mean = sum / count
  const error = Math.sqrt(Math.max(0, squares / count - mean * mean) / count)
  return mean > margin * error
}
