import { Tally } from '../aggregate/tally.ts'
import { shuffled, type Random } from '../clock/random.ts'
import type { VoteStates } from './vote-states.ts'

/** A labelled past prompt that both models answered. */
export interface PairedVotes {
  /** The small model's answers as small numbers, negative for none; the large model's in the same numbering. */
  readonly small: readonly number[]
  readonly large: readonly number[]
  /** Number of different answers of both. */
  readonly answers: number
  /** P(right) of each answer. */
  readonly right: ArrayLike<number>
}

/** What labelled history says of each state of the small model's vote. */
export interface PairedHistory {
  /** P(the leader is right). */
  readonly small: Float64Array
  /** P(right) after the large model was asked once and the better of the two answers was given. */
  readonly large: Float64Array
  /** 1 where a large model that disagrees is believed, 0 where the small vote stands. */
  readonly believesLarge: Uint8Array
}

/** Draw orders in which each past prompt is replayed. */
const replays = 24
/** Past prompts that the fitted curve is worth against what was seen in the state itself. */
const curvePrompts = 12
const newtonSteps = 12
/** Strength of the ridge that keeps the curve from chasing few prompts. */
const ridge = 1

/**
 * Learns, for every state, how often the small vote and the large model are right: a logistic curve over agreement,
 * margin and number of votes, and towards what was seen in the state itself the more prompts came through it.
 */
export function learnPaired(
  history: readonly PairedVotes[],
  states: VoteStates,
  random: Random,
): PairedHistory {
  const seen = new Float64Array(states.count)
  const smallRight = new Float64Array(states.count)
  const largeRight = new Float64Array(states.count)
  const agreeRight = new Float64Array(states.count)
  const splitSmall = new Float64Array(states.count)
  const splitLarge = new Float64Array(states.count)
  const add = (into: Float64Array, state: number, value: number) => {
    into[state] = (into[state] as number) + value / replays
  }
  for (const { small, large, answers, right } of history) {
    const rightOf = (answer: number) => (answer < 0 ? 0 : (right[answer] as number))
    for (let replay = 0; replay < replays; replay += 1) {
      const tally = new Tally(answers)
      const asked = large[Math.floor(random() * large.length)] as number
      const note = (state: number) => {
        add(seen, state, 1)
        add(smallRight, state, rightOf(tally.leader))
        add(largeRight, state, rightOf(asked))
        if (tally.leader === asked) {
          add(agreeRight, state, rightOf(asked))
        } else {
          add(splitSmall, state, rightOf(tally.leader))
          add(splitLarge, state, rightOf(asked))
        }
      }
      note(0)
      for (const place of shuffled(small.length, random).slice(0, states.horizon)) {
        const before = tally.answered
        tally.add(small[place] as number)
        if (tally.answered > before) note(states.of(tally.most, tally.second, tally.answered))
      }
    }
  }
  const features = featuresOf(states)
  const smooth = (hits: Float64Array) => smoothed(states, features, seen, hits)
  const small = smooth(smallRight)
  const agree = smooth(agreeRight)
  const whenSplitSmall = smooth(splitSmall)
  const whenSplitLarge = smooth(splitLarge)
  const large = new Float64Array(states.count)
  const believesLarge = new Uint8Array(states.count)
  for (let state = 0; state < states.count; state += 1) {
    const believes = (whenSplitLarge[state] as number) >= (whenSplitSmall[state] as number)
    believesLarge[state] = believes || state === 0 ? 1 : 0
    large[state] =
      (agree[state] as number) + ((believesLarge[state] === 1 ? whenSplitLarge : whenSplitSmall)[state] as number)
  }
  small[0] = 0
  return { small, large, believesLarge }
}

/** Per state: 1, agreement, margin, log of the number of votes. */
function featuresOf(states: VoteStates): Float64Array[] {
  const rows: Float64Array[] = Array.from({ length: states.count })
  for (let total = 0; total <= states.horizon; total += 1) {
    for (let leader = 0; leader <= total; leader += 1) {
      for (let second = 0; second <= Math.min(leader, total - leader); second += 1) {
        rows[states.of(leader, second, total)] = Float64Array.of(
          1,
          (leader + 0.5) / (total + 1),
          (leader - second) / (total + 1),
          Math.log1p(total),
        )
      }
    }
  }
  return rows
}

/** Shares per state: seen ones pulled to a logistic curve fitted to all states (Newton's method with a ridge). */
function smoothed(
  states: VoteStates,
  features: readonly Float64Array[],
  seen: Float64Array,
  hits: Float64Array,
): Float64Array {
  const size = features[0]?.length ?? 0
  let weights = new Float64Array(size)
  for (let step = 0; step < newtonSteps; step += 1) {
    const gradient = new Float64Array(size)
    const curvature = Array.from({ length: size }, (_, row) =>
      Float64Array.from({ length: size }, (__, column) => (row === column ? ridge : 0)),
    )
    for (let row = 0; row < size; row += 1) gradient[row] = -ridge * (weights[row] as number)
    for (let state = 0; state < states.count; state += 1) {
      const count = seen[state] as number
      if (count === 0) continue
      const own = features[state] as Float64Array
      const share = logistic(weights, own)
      const error = (hits[state] as number) - count * share
      const spread = count * share * (1 - share)
      for (let row = 0; row < size; row += 1) {
        gradient[row] = (gradient[row] as number) + error * (own[row] as number)
        const line = curvature[row] as Float64Array
        for (let column = 0; column < size; column += 1)
          line[column] = (line[column] as number) + spread * (own[row] as number) * (own[column] as number)
      }
    }
    const change = solved(curvature, gradient)
    weights = weights.map((weight, index) => weight + (change[index] as number))
  }
  return Float64Array.from(features, (own, state) => {
    const curve = logistic(weights, own)
    return ((hits[state] as number) + curvePrompts * curve) / ((seen[state] as number) + curvePrompts)
  })
}

function logistic(weights: Float64Array, features: Float64Array): number {
  let sum = 0
  for (let index = 0; index < weights.length; index += 1)
    sum += (weights[index] as number) * (features[index] as number)
  return 1 / (1 + Math.exp(-sum))
}

/** Solves a small symmetric positive definite system by elimination. */
function solved(matrix: readonly Float64Array[], values: Float64Array): Float64Array {
  const size = values.length
  const rows = matrix.map((row, index) => [...row, values[index] as number])
  for (let pivot = 0; pivot < size; pivot += 1) {
    const own = rows[pivot] as number[]
    for (let other = pivot + 1; other < size; other += 1) {
      const line = rows[other] as number[]
      const factor = (line[pivot] as number) / (own[pivot] as number)
      for (let column = pivot; column <= size; column += 1)
        line[column] = (line[column] as number) - factor * (own[column] as number)
    }
  }
  const result = new Float64Array(size)
  for (let row = size - 1; row >= 0; row -= 1) {
    const line = rows[row] as number[]
    let rest = line[size] as number
    for (let column = row + 1; column < size; column += 1)
      rest -= (line[column] as number) * (result[column] as number)
    result[row] = rest / (line[row] as number)
  }
  return result
}
