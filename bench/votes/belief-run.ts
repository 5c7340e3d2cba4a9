import { voteBound, type VoteClass } from '../../src/allocator/vote-bound.ts'
import { moves } from '../../src/allocator/vote-states.ts'
import type { Random } from '../../src/clock/random.ts'

/** Simulated batches that the policy's own value is averaged over. */
const batches = 60

/** What the Lagrangian bound says any policy can reach, against what ours reaches, in P(the leader is the mode). */
export interface Certificate {
  /** Bound a prompt. */
  readonly bound: number
  /** Ours a prompt, on prompts drawn from the belief. */
  readonly reached: number
  /** (bound − reached) ÷ bound: at most this share of what is possible is lost by the index policy. */
  readonly gap: number
}

/** Runs the index policy on prompts drawn from the belief itself, with `votes` votes for all prompts together. */
export function certificate(
  classes: readonly (VoteClass & { readonly prices: Float64Array })[],
  votes: number,
  random: Random,
): Certificate {
  const prompts = classes.reduce((sum, each) => sum + each.prompts, 0)
  const spend = Math.max(prompts, Math.round(votes))
  let reached = 0
  for (let batch = 0; batch < batches; batch += 1) reached += runBatch(classes, spend, random) / batches
  const bound = voteBound(classes, spend)
  return { bound: bound / prompts, reached: reached / prompts, gap: (bound - reached) / bound }
}

/** Sum of P(leader is the mode) over prompts at the end. */
function runBatch(
  classes: readonly (VoteClass & { readonly prices: Float64Array })[],
  votes: number,
  random: Random,
): number {
  // Prompts in the same state are alike, so only their number is kept.
  const waiting = classes.map(({ process, prompts }) => {
    const counts = new Int32Array(process.states.count)
    counts[0] = prompts
    return counts
  })
  const order = classes
    .flatMap(({ prices }, index) =>
      Array.from(prices, (price, state) => ({ index, state, price: state === 0 ? Infinity : price })),
    )
    .filter(({ price }) => price > 0)
    .toSorted((left, right) => right.price - left.price)
  const rank = classes.map(({ process }) => new Int32Array(process.states.count).fill(-1))
  for (const [place, { index, state }] of order.entries()) (rank[index] as Int32Array)[state] = place
  let left = votes
  for (let place = 0; place < order.length && left > 0;) {
    const { index, state } = order[place] as { index: number; state: number }
    const counts = waiting[index] as Int32Array
    if (counts[state] === 0) {
      place += 1
      continue
    }
    const { process } = classes[index] as VoteClass
    const next = drawNext(process.chances, process.states.next, state, random)
    if (next < 0) {
      place += 1
      continue
    }
    counts[state] = (counts[state] as number) - 1
    counts[next] = (counts[next] as number) + 1
    left -= 1
    const nextRank = (rank[index] as Int32Array)[next] as number
    if (nextRank >= 0 && nextRank < place) place = nextRank
  }
  let reached = 0
  for (const [index, { process }] of classes.entries()) {
    for (const [state, count] of (waiting[index] as Int32Array).entries())
      if (count > 0) reached += count * (process.rewards[state] as number)
  }
  return reached
}

function drawNext(chances: Float64Array, next: Int32Array, state: number, random: Random): number {
  let left = random()
  for (let move = state * moves; move < (state + 1) * moves; move += 1) {
    const chance = chances[move] as number
    if (chance > 0 && left < chance) return next[move] as number
    left -= chance
  }
  return -1
}
