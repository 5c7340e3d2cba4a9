import { Tally } from '../../src/aggregate/tally.ts'
import { learnPaired, type PairedHistory } from '../../src/allocator/vote-history.ts'
import {
  escalateNow,
  planEscalation,
  voteAgain,
  type EscalationPlan,
} from '../../src/allocator/vote-escalation.ts'
import { splitProcess, type VoteProcess } from '../../src/allocator/vote-process.ts'
import { fitSplits } from '../../src/allocator/vote-splits.ts'
import { VoteStates } from '../../src/allocator/vote-states.ts'
import { randomFrom } from '../../src/clock/random.ts'
import { gatedPrior } from '../../src/difficulty/gate.ts'
import { beliefOf, firstChance } from '../../src/difficulty/prior-model.ts'
import { meanOf } from '../replay/mean-of.ts'
import type { ModelPair, PairedPrompt } from './pair.ts'
import type { EscalationPolicy } from './replay.ts'

export interface NamedPolicy {
  readonly name: string
  readonly policy: EscalationPolicy
}

/** The large model for everyone. */
export const alwaysLarge: NamedPolicy = {
  name: 'large for all',
  policy: { decide: () => 'escalate', believesLarge: () => true },
}

/** Small votes that a plan looks ahead. */
const mostVotes = 10
/** Votes of the fixed cascades, and agreements at which they stop. */
const cascadeVotes = [1, 2, 3, 5, 8, 10] as const
const agreements = [0.2, 0.34, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.01] as const
/** Prices per unit of cost tried, relative to a whole right answer for one call of the large model. */
const pricesTried = 48
const cheapest = 1e-4
const dearest = 3
/** Expected costs of prompts within this factor of each other share a plan. */
const costStep = 2 ** 0.25
/** Prompts that the mean cost is worth against its slope over the prompt's own length. */
const slopePrompts = 10
/** Shares of prompts that a router sends to the large model. */
const routedShares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const

/** Cascades: k small votes for everyone, the large model where fewer than a share of them agree. */
export function cascades(pair: ModelPair): readonly NamedPolicy[] {
  const depth = Math.min(...pair.prompts.map(({ small }) => small.length))
  return cascadeVotes
    .filter((votes) => votes <= depth)
    .flatMap((votes) =>
      agreements.map((agreement) => ({
        name: `${votes} votes, ${agreement}`,
        policy: {
          decide: (_prompt: number, tally: Tally) =>
            tally.total < votes ? 'vote' : tally.most / tally.total >= agreement ? 'stop' : 'escalate',
          believesLarge: () => true,
        } satisfies EscalationPolicy,
      })),
    )
}

/** Routers: difficulty predicted from the prompt alone (learned on the other half) decides before any vote. */
export function routers(pair: ModelPair, halves: Int32Array): readonly NamedPolicy[] {
  const models = [0, 1].map((half) => {
    const others = pair.prompts.filter((_, prompt) => halves[prompt] !== half)
    return { small: priorOf(others, 'small'), large: priorOf(others, 'large') }
  })
  const gain = pair.prompts.map((prompt, index) => {
    const own = models[halves[index] as number] as (typeof models)[number]
    return own.large(prompt) - own.small(prompt)
  })
  // Ties (a closed gate predicts the same for all) are broken by place, as a share.
  const order = gain
    .map((_, index) => index)
    .toSorted((left, right) => (gain[right] as number) - (gain[left] as number))
  const rank = new Int32Array(gain.length)
  for (const [place, prompt] of order.entries()) rank[prompt] = place
  return [1, 3, 5].flatMap((votes) =>
    routedShares.map((share) => ({
      name: `${share} routed, ${votes} votes`,
      policy: {
        decide: (prompt: number, tally: Tally) =>
          (rank[prompt] as number) < share * gain.length ? 'escalate' : tally.total < votes ? 'vote' : 'stop',
        believesLarge: () => true,
      } satisfies EscalationPolicy,
    })),
  )
}

function priorOf(prompts: readonly PairedPrompt[], which: 'small' | 'large') {
  const outcomes = prompts.map((prompt) => {
    const rights = prompt[which].map((answer) => (answer < 0 ? 0 : (prompt.right[answer] as number)))
    return {
      features: prompt.features,
      tries: rights.length,
      successes: Math.round(rights.reduce((sum, each) => sum + each, 0)),
    }
  })
  const { model } = gatedPrior(outcomes)
  return (prompt: PairedPrompt) => firstChance(beliefOf(model, prompt.features))
}

interface Learned {
  readonly process: VoteProcess
  readonly history: PairedHistory
  /** Expected cost of one small vote and of one large call, from the length of the prompt. */
  readonly smallCost: (prompt: PairedPrompt) => number
  readonly largeCost: (prompt: PairedPrompt) => number
}

/** Ours: one plan a price; small votes, stopping and the large model are priced alike. */
export function priced(
  pair: ModelPair,
  halves: Int32Array,
  largePrice: number,
  seed: number,
): readonly NamedPolicy[] {
  const depth = Math.min(mostVotes, ...pair.prompts.map(({ small }) => small.length))
  const states = new VoteStates(depth)
  const learned = [0, 1].map((half): Learned => {
    const others = pair.prompts.filter((_, prompt) => halves[prompt] !== half)
    const large = expectedTokens(others, 'largeInput', 'largeTokens')
    return {
      process: splitProcess(states, fitSplits(others.map((prompt) => [countsOf(prompt), 1]))),
      history: learnPaired(others, states, randomFrom(`${seed}/paired/${half}`)),
      smallCost: expectedTokens(others, 'smallInput', 'smallTokens'),
      largeCost: (prompt) => large(prompt) * largePrice,
    }
  })
  const typical = learned.map(({ largeCost }) => meanOf(pair.prompts.map(largeCost)))
  const costs = pair.prompts.map((prompt, index) => {
    const { smallCost, largeCost } = learned[halves[index] as number] as Learned
    return { small: rounded(smallCost(prompt)), large: rounded(largeCost(prompt)) }
  })
  const stateOf = (tally: Tally) => states.of(tally.most, tally.second, tally.answered)
  const plansByPrice = Array.from({ length: pricesTried }, (_, index): NamedPolicy => {
    const relative = dearest * (cheapest / dearest) ** (index / (pricesTried - 1))
    const plans = new Map<string, EscalationPlan>()
    const planOf = (prompt: number): EscalationPlan => {
      const half = halves[prompt] as number
      const { small, large } = costs[prompt] as { readonly small: number; readonly large: number }
      const key = `${half}/${small}/${large}`
      let plan = plans.get(key)
      if (!plan) {
        const { process, history } = learned[half] as Learned
        plan = planEscalation(
          { process, small: history.small, large: history.large, smallCost: small, largeCost: large },
          relative / (typical[half] as number),
        )
        plans.set(key, plan)
      }
      return plan
    }
    const own = pair.prompts.map((_prompt, prompt) => planOf(prompt))
    return {
      name: `price ${relative.toPrecision(3)}`,
      policy: {
        decide(prompt: number, tally: Tally) {
          const action = (own[prompt] as EscalationPlan).actions[stateOf(tally)]
          if (action === escalateNow) return 'escalate'
          return action === voteAgain && tally.total < depth ? 'vote' : 'stop'
        },
        believesLarge: (prompt: number, tally: Tally) =>
          (learned[halves[prompt] as number] as Learned).history.believesLarge[stateOf(tally)] === 1,
      } satisfies EscalationPolicy,
    }
  })
  return [...plansByPrice, alwaysLarge]
}

/**
 * What a call is expected to take, prompt included, from the prompt's own length: a line through past prompts by least
 * squares, its slope shrunk to 1 (the prompt itself and nothing more).
 */
function expectedTokens(
  past: readonly PairedPrompt[],
  input: 'smallInput' | 'largeInput',
  tokens: 'smallTokens' | 'largeTokens',
): (prompt: PairedPrompt) => number {
  const points = past.map((prompt) => ({ x: prompt[input], y: meanOf(prompt[tokens]) }))
  const x = meanOf(points.map((point) => point.x))
  const y = meanOf(points.map((point) => point.y))
  const spread = meanOf(points.map((point) => (point.x - x) ** 2))
  const together = meanOf(points.map((point) => (point.x - x) * (point.y - y)))
  const own = points.length / (points.length + slopePrompts)
  const slope = spread > 0 ? own * (together / spread) + (1 - own) : 1
  // Below the prompt itself no call can cost.
  return (prompt) => Math.max(prompt[input] + 1, y + slope * (prompt[input] - x))
}

function rounded(cost: number): number {
  return costStep ** Math.round(Math.log(cost) / Math.log(costStep))
}

function countsOf({ small, answers }: PairedPrompt) {
  const tally = new Tally(answers)
  for (const vote of small) tally.add(vote)
  return { leader: tally.most, second: tally.second, total: tally.answered }
}
