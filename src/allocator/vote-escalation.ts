import type { VoteProcess } from './vote-process.ts'
import { moves } from './vote-states.ts'

/** What to do in a state of the vote: answer with the leader, buy another small vote, or ask the large model. */
export const stopHere = 0
export const voteAgain = 1
export const escalateNow = 2

export interface EscalationInput {
  /** How the small model's votes are expected to go. */
  readonly process: VoteProcess
  /** Per state, P(right) when the vote's leader is the answer. */
  readonly small: Float64Array
  /** Per state, P(right) after the large model was asked once. */
  readonly large: Float64Array
  /** Cost of one small vote and of one call of the large model, in the same unit. */
  readonly smallCost: number
  readonly largeCost: number
}

export interface EscalationPlan {
  /** Per state: {@link stopHere}, {@link voteAgain} or {@link escalateNow}. */
  readonly actions: Uint8Array
  /** Per state: expected P(right) minus price × cost of what is still to come. */
  readonly values: Float64Array
}

/**
 * The best plan for one prompt at a price per unit of cost, by backward induction: escalating is one more priced
 * action and not the end of a chain, so a prompt may go to the large model before any small vote (a router) or after
 * several (a cascade). Where it escalates rather than stops, large − small > price × cost of the large model.
 * One price for all prompts makes the marginal gain per cost equal everywhere.
 */
export function planEscalation(
  { process: { states, chances }, small, large, smallCost, largeCost }: EscalationInput,
  price: number,
): EscalationPlan {
  const actions = new Uint8Array(states.count)
  const values = new Float64Array(states.count)
  for (let state = states.count - 1; state >= 0; state -= 1) {
    // Without a single vote there is nothing to answer with.
    let best = state === 0 ? -Infinity : (small[state] as number)
    let action = stopHere
    const escalated = (large[state] as number) - price * largeCost
    if (escalated > best) {
      best = escalated
      action = escalateNow
    }
    let again = -price * smallCost
    let out = 0
    for (let move = state * moves; move < (state + 1) * moves; move += 1) {
      const chance = chances[move] as number
      if (chance === 0) continue
      out += chance
      again += chance * (values[states.next[move] as number] as number)
    }
    if (out > 0 && again > best) {
      best = again
      action = voteAgain
    }
    actions[state] = action
    values[state] = best
  }
  return { actions, values }
}
