import { splits, type SplitBelief } from './vote-splits.ts'
import { moves, type VoteStates } from './vote-states.ts'

/** Votes of one prompt as a Markov process over {@link VoteStates}. */
export interface VoteProcess {
  readonly states: VoteStates
  /** Per state, the chance of each of the three moves (elsewhere, leader, second); all 0 at the horizon. */
  readonly chances: Float64Array
  /** Per state, P(the leader is the answer wanted). */
  readonly rewards: Float64Array
}

/** Votes that the class's mean share elsewhere is worth against a prompt's own. */
const elsewhereVotes = 2

/**
 * The process that a belief expects. With split s of weight w, a votes against b leave the posterior
 * w sᵃ(1−s)ᵇ for "the leader is the likelier one" and w (1−s)ᵃsᵇ for "the second is"; the next vote between the two
 * and P(the leader is the mode) follow. Votes elsewhere say nothing about the two, and cost as much.
 */
export function splitProcess(states: VoteStates, belief: SplitBelief): VoteProcess {
  const chances = new Float64Array(states.count * moves)
  const rewards = new Float64Array(states.count)
  const { horizon } = states
  for (let leader = 0; leader <= horizon; leader += 1) {
    for (let second = 0; second <= Math.min(leader, horizon - leader); second += 1) {
      const { leads, next } = betweenTwo(leader, second, belief)
      for (let total = leader + second; total <= horizon; total += 1) {
        const state = states.of(leader, second, total)
        rewards[state] = leads
        if (total === horizon) continue
        // Until a second answer was given, any other answer is the second.
        const away =
          second === 0 && total === leader
            ? 0
            : (total - leader - second + elsewhereVotes * belief.elsewhere) / (total + elsewhereVotes)
        chances[state * moves] = away
        chances[state * moves + 1] = (1 - away) * (leader === second ? 1 : next)
        chances[state * moves + 2] = (1 - away) * (leader === second ? 0 : 1 - next)
      }
    }
  }
  return { states, chances, rewards }
}

/** P(the leader is the likelier of the two), and P(a vote between the two goes to the leader). */
export function betweenTwo(
  leader: number,
  second: number,
  { weights }: SplitBelief,
): { readonly leads: number; readonly next: number } {
  if (leader === 0) return { leads: 0, next: 1 }
  let all = 0
  let leads = 0
  let next = 0
  for (const [index, split] of splits.entries()) {
    const weight = weights[index] as number
    const ahead = weight * split ** leader * (1 - split) ** second
    const behind = weight * split ** second * (1 - split) ** leader
    all += ahead + behind
    leads += ahead
    next += ahead * split + behind * (1 - split)
  }
  return all > 0 ? { leads: leads / all, next: next / all } : { leads: 1, next: 1 }
}
