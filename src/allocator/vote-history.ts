import { Tally } from '../aggregate/tally.ts'
import { shuffled, type Random } from '../clock/random.ts'
import { logisticRegression } from '../difficulty/logistic-regression.ts'
import { logistic } from '../difficulty/logit.ts'
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
  const smooth = (hits: Float64Array) => smoothed(features, seen, hits)
  const small = new Float64Array(states.count)
  const agree = smooth(agreeRight)
  const whenSplitSmall = smooth(splitSmall)
  const whenSplitLarge = smooth(splitLarge)
  const large = new Float64Array(states.count)
  const believesLarge = new Uint8Array(states.count)
  for (let state = 0; state < states.count; state += 1) {
    const believes = (whenSplitLarge[state] as number) >= (whenSplitSmall[state] as number)
    believesLarge[state] = believes || state === 0 ? 1 : 0
    // Both from the same three parts, so that what they share cancels in the difference.
    small[state] = (agree[state] as number) + (whenSplitSmall[state] as number)
    large[state] =
      (agree[state] as number) +
      ((believesLarge[state] === 1 ? whenSplitLarge : whenSplitSmall)[state] as number)
  }
  small[0] = 0
  return { small, large, believesLarge }
}

/** Per state: agreement, margin, log of the number of votes. */
function featuresOf(states: VoteStates): number[][] {
  const rows: number[][] = Array.from({ length: states.count })
  for (let total = 0; total <= states.horizon; total += 1) {
    for (let leader = 0; leader <= total; leader += 1) {
      for (let second = 0; second <= Math.min(leader, total - leader); second += 1) {
        rows[states.of(leader, second, total)] = [
          (leader + 0.5) / (total + 1),
          (leader - second) / (total + 1),
          Math.log1p(total),
        ]
      }
    }
  }
  return rows
}

/** Shares per state: what was seen there, pulled to a logistic curve fitted to all states. */
function smoothed(
  features: readonly (readonly number[])[],
  seen: Float64Array,
  hits: Float64Array,
): Float64Array {
  const rows = features.flatMap((own, state) => {
    const weight = seen[state] as number
    return weight > 0 ? [{ features: own, rate: (hits[state] as number) / weight, weight }] : []
  })
  const weights = logisticRegression(rows, ridge)
  return Float64Array.from(features, (own, state) => {
    const odds = own.reduce(
      (sum, value, axis) => sum + value * (weights[axis + 1] as number),
      weights[0] as number,
    )
    return (
      ((hits[state] as number) + curvePrompts * logistic(odds)) / ((seen[state] as number) + curvePrompts)
    )
  })
}
