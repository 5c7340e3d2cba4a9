import { randomFrom, type Random } from '../clock/random.ts'
import type { Outcome } from './outcome.ts'
import { hazards, type ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** Budgets at which beliefs are tried out, in tries a prompt. */
export const replayedBudgets = [1, 2, 4] as const
const orders = 12
/** Deeper tries than this are as good as never. */
const deepest = 64
/** More prompts than this would only cost time: a greedy choice looks at all of them. */
const mostPrompts = 256

/**
 * What beliefs would have done: the history is replayed greedily by them and by round robin, with the solved dropped,
 * over the same random orders of the recorded tries. Returns coverage by beliefs − coverage by round robin at each of
 * `replayedBudgets`. Beliefs must not have seen the outcomes that they are tried on.
 */
export function replayedGain(
  beliefs: readonly ZeroInflatedBeta[],
  outcomes: readonly Outcome[],
): readonly number[] {
  const count = Math.min(mostPrompts, outcomes.length)
  const random = randomFrom('replayed-gain')
  const chances = beliefs.slice(0, count).map((belief) => hazards(belief, deepest + 1))
  const same = hazards({ mean: 0.5, strength: 1, hopeless: 0 }, deepest + 1)
  const equal = chances.map(() => same)
  const gains = replayedBudgets.map(() => 0)
  for (let order = 0; order < orders; order += 1) {
    const firsts = outcomes.slice(0, count).map((outcome) => firstSuccess(outcome, random))
    const depths = outcomes.slice(0, count).map(({ tries }) => Math.min(tries, deepest))
    const ours = greedy(chances, firsts, depths)
    const rival = greedy(equal, firsts, depths)
    for (const at of replayedBudgets.keys()) {
      gains[at] = (gains[at] as number) + ((ours[at] as number) - (rival[at] as number)) / orders / count
    }
  }
  return gains
}

/** Prompts solved at each budget. */
function greedy(
  chances: readonly Float64Array[],
  firsts: readonly number[],
  depths: readonly number[],
): readonly number[] {
  const failures = new Int32Array(chances.length)
  const now = Float64Array.from(chances, (chance) => chance[0] as number)
  let solved = 0
  let tries = 0
  return replayedBudgets.map((budget) => {
    for (; tries < budget * chances.length; tries += 1) {
      let best = 0
      for (let prompt = 1; prompt < now.length; prompt += 1) {
        if ((now[prompt] as number) > (now[best] as number)) best = prompt
      }
      if (!((now[best] as number) > 0)) break
      const made = (failures[best] as number) + 1
      failures[best] = made
      if (firsts[best] === made) solved += 1
      const over = firsts[best] === made || made >= (depths[best] as number)
      now[best] = over ? 0 : ((chances[best] as Float64Array)[made] as number)
    }
    return solved
  })
}

/** Number of the first success in a random order of the tries, from 1; Infinity when none comes in time. */
function firstSuccess({ tries, successes }: Outcome, random: Random): number {
  for (let made = 0; made < Math.min(tries, deepest); made += 1) {
    if (random() < successes / (tries - made)) return made + 1
  }
  return Infinity
}
