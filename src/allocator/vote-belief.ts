import type { Random } from '../clock/random.ts'
import { Tally } from '../aggregate/tally.ts'
import { moves, type VoteStates } from './vote-states.ts'
import type { VoteUrn } from './vote-urn.ts'

/** Rounds of expectation maximisation; the weights hardly move after this many. */
const rounds = 30

/**
 * What is expected of votes: a mixture of answer shapes, each known by simulated runs as the chance to come through
 * each state, where the next vote goes from there, and how often the leader of that state is what the full vote
 * (`horizon` votes) ends with, or is right where labels say so.
 */
export class VoteBelief {
  readonly states: VoteStates
  readonly #visits: Float64Array[] = []
  readonly #moves: Float64Array[] = []
  readonly #rewards: Float64Array[] = []
  readonly weights: number[] = []
  score: (share: number, leads: boolean) => number = (_share, leads) => (leads ? 1 : 0)

  constructor(states: VoteStates) {
    this.states = states
  }

  /** Adds an urn, by simulating `runs` full votes. A weight is in prompts. */
  add(urn: VoteUrn, weight: number, runs: number, random: Random): void {
    const { states } = this
    const visits = new Float64Array(states.count)
    const steps = new Float64Array(states.count * moves)
    const rewards = new Float64Array(states.count)
    const votes = new Int32Array(states.horizon)
    const path = new Int32Array(states.horizon + 1)
    const leaders = new Int32Array(states.horizon + 1)
    const tally = new Tally(urn.answers)
    for (let run = 0; run < runs; run += 1) {
      const count = urn.draw(votes, random)
      tally.clear()
      path[0] = 0
      leaders[0] = -1
      for (let place = 0; place < count; place += 1) {
        tally.add(votes[place] as number)
        path[tally.answered] = states.of(tally.most, tally.second, tally.answered)
        leaders[tally.answered] = tally.leader
      }
      const cast = tally.answered
      const end = leaders[cast] as number
      const tallyEnd = tally
      for (let place = 0; place <= cast; place += 1) {
        const state = path[place] as number
        const leader = leaders[place] as number
        visits[state] = (visits[state] as number) + 1 / runs
        const share = leader < 0 ? 0 : tallyEnd.votesFor(leader) / Math.max(1, cast)
        const reward = leader < 0 ? 0 : urn.right ? (urn.right[leader] as number) : this.score(share, leader === end)
        rewards[state] = (rewards[state] as number) + reward / runs
        if (place === cast) continue
        const move = state * moves + states.moveBetween(state, path[place + 1] as number)
        steps[move] = (steps[move] as number) + 1 / runs
      }
    }
    this.#visits.push(visits)
    this.#moves.push(steps)
    this.#rewards.push(rewards)
    this.weights.push(weight)
  }

  /**
   * Fits the weights to prompts seen so far, given as how many of them are in each state, by expectation
   * maximisation. The weights given to `add` are the prior, in prompts.
   */
  fit(prompts: ReadonlyMap<number, number>, prior: readonly number[] = [...this.weights]): void {
    const components = prior.length
    const seen = [...prompts].filter(([state]) => this.#visits.some((visits) => (visits[state] as number) > 0))
    for (let round = 0; round < rounds; round += 1) {
      const grown = [...prior]
      const sum = this.weights.reduce((total, weight) => total + weight, 0)
      for (const [state, count] of seen) {
        let all = 0
        for (let component = 0; component < components; component += 1)
          all += ((this.weights[component] as number) / sum) * (this.#visits[component]?.[state] as number)
        if (all === 0) continue
        for (let component = 0; component < components; component += 1) {
          const share =
            (((this.weights[component] as number) / sum) * (this.#visits[component]?.[state] as number)) / all
          grown[component] = (grown[component] as number) + count * share
        }
      }
      for (let component = 0; component < components; component += 1)
        this.weights[component] = grown[component] as number
    }
  }

  /** The mixture as one process over states. */
  mixture(): VoteProcess {
    const { states } = this
    const visits = new Float64Array(states.count)
    const steps = new Float64Array(states.count * moves)
    const rewards = new Float64Array(states.count)
    const sum = this.weights.reduce((total, weight) => total + weight, 0)
    for (const [component, weight] of this.weights.entries()) {
      const share = weight / sum
      const from = {
        visits: this.#visits[component] as Float64Array,
        steps: this.#moves[component] as Float64Array,
        rewards: this.#rewards[component] as Float64Array,
      }
      for (let state = 0; state < states.count; state += 1) {
        visits[state] = (visits[state] as number) + share * (from.visits[state] as number)
        rewards[state] = (rewards[state] as number) + share * (from.rewards[state] as number)
      }
      for (let move = 0; move < steps.length; move += 1)
        steps[move] = (steps[move] as number) + share * (from.steps[move] as number)
    }
    for (let state = 0; state < states.count; state += 1) {
      const all = visits[state] as number
      if (all === 0) continue
      rewards[state] = (rewards[state] as number) / all
      let out = 0
      for (let move = 0; move < moves; move += 1) out += steps[state * moves + move] as number
      if (out === 0) continue
      for (let move = 0; move < moves; move += 1)
        steps[state * moves + move] = (steps[state * moves + move] as number) / out
    }
    return { states, reach: visits, chances: steps, rewards }
  }
}

/** Votes of one prompt as a Markov process. */
export interface VoteProcess {
  readonly states: VoteStates
  /** P(a prompt served to the horizon comes through the state); 0: never seen. */
  readonly reach: Float64Array
  /** Per state, the chance of each of the three moves; all 0 where the process ends or was never seen. */
  readonly chances: Float64Array
  /** P(the leader of the state is the answer wanted). */
  readonly rewards: Float64Array
}
