import { Tally } from '../../src/aggregate/tally.ts'
import { randomFrom, shuffled } from '../../src/clock/random.ts'
import type { ModelPair, PairedPrompt } from './pair.ts'

/** What to do with a prompt after some small votes. */
export type Decision = 'stop' | 'vote' | 'escalate'

export interface EscalationPolicy {
  decide(prompt: number, tally: Tally): Decision
  /** Whether a large model that disagrees with the small vote is believed. */
  believesLarge(prompt: number, tally: Tally): boolean
}

/** A policy's result: each prompt's P(right) and cost, and the share of prompts sent to the large model. */
export interface EscalationPoint {
  readonly right: Float64Array
  readonly cost: Float64Array
  readonly escalated: number
}

/** In which order the small votes of each prompt come, and which large sample is asked, for every draw order. */
export type EscalationDraws = readonly (readonly {
  readonly places: readonly number[]
  readonly asked: number
}[])[]

export function drawEscalation(pair: ModelPair, orders: number, seed: number): EscalationDraws {
  return pair.prompts.map((prompt) =>
    Array.from({ length: orders }, (_, order) => {
      const random = randomFrom(`${seed}/${order}/${prompt.id}/escalate`)
      return {
        places: shuffled(prompt.small.length, random),
        asked: Math.floor(random() * prompt.large.length),
      }
    }),
  )
}

/** Runs a policy over draw orders; every vote and every call is charged for its tokens, prompt included. */
export function runEscalation(
  pair: ModelPair,
  policy: EscalationPolicy,
  largePrice: number,
  draws: EscalationDraws,
): EscalationPoint {
  const count = pair.prompts.length
  const right = new Float64Array(count)
  const cost = new Float64Array(count)
  let escalated = 0
  for (const [index, prompt] of pair.prompts.entries()) {
    const tally = new Tally(prompt.answers)
    const own = draws[index] ?? []
    const orders = own.length
    for (const { places, asked } of own) {
      tally.clear()
      let spent = 0
      let decision = policy.decide(index, tally)
      while (decision === 'vote' && tally.total < places.length) {
        const place = places[tally.total] as number
        spent += prompt.smallTokens[place] as number
        tally.add(prompt.small[place] as number)
        decision = policy.decide(index, tally)
      }
      let answer = tally.leader
      if (decision === 'escalate') {
        spent += (prompt.largeTokens[asked] as number) * largePrice
        escalated += 1
        const large = prompt.large[asked] as number
        if (answer < 0 || (large >= 0 && policy.believesLarge(index, tally))) answer = large
      }
      right[index] = (right[index] as number) + rightOf(prompt, answer) / orders
      cost[index] = (cost[index] as number) + spent / orders
    }
  }
  return { right, cost, escalated: escalated / ((draws[0]?.length ?? 1) * count) }
}

function rightOf(prompt: PairedPrompt, answer: number): number {
  return answer < 0 ? 0 : (prompt.right[answer] as number)
}
