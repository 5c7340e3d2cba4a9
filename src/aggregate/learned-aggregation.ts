import { shuffled, type Random } from '../clock/random.ts'
import type { Aggregation, Ballot } from './ballot.ts'
import type { LabelledBallots } from './weighted-vote.ts'

/** Random subsets of each past prompt that a choice is measured on. */
const subsets = 8
/** Standard errors by which something must be better before it takes over. */
const margin = 0.5

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
 * Learns, for growing numbers of ballots, which aggregation on how many of them was right most often. Because fewer
 * ballots and a simpler rule stay on the menu, spending more is never worse on the prompts learned from, whatever the
 * scores are worth; on others up to the noise of the choice.
 * @param menu the first entry is what is done unless something else is better
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
  const learned: { choice: LearnedAggregation; right: Float64Array }[] = []
  let held: { choice: LearnedAggregation; right: Float64Array } | undefined
  for (const size of sizes) {
    for (const [name, aggregation] of Object.entries(menu)) {
      const right = Float64Array.from(history, (prompt, index) =>
        accuracy(prompt, orders[index] as number[][], size, aggregation),
      )
      const own = { choice: { from: size, name, cap: size, aggregation }, right }
      if (held === undefined || better(right, held.right)) held = own
    }
    if (held) learned.push({ ...held, choice: { ...held.choice, from: size } })
  }
  return learned.map(({ choice }) => choice)
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
