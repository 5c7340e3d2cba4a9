import type { TreeNode } from '../../src/contract.ts'

/** How the process rewards of a path's steps become one score. */
export type PathScore = 'last' | 'min' | 'product'

export const pathScores: readonly PathScore[] = ['last', 'min', 'product']

/** What a step without a usable process reward counts: below every reward there is. */
export const noReward = -1

/** The process reward of a node, 0..1; one that is absent, not a number or out of range counts as the lowest. */
export function rewardOf({ value }: TreeNode): number {
  return value !== undefined && value >= 0 && value <= 1 ? value : noReward
}

/**
 * One score for a path. `last`: the newest reward, which for a model trained to foretell the outcome is the whole
 * path's (2408.03314, section 5.1). `min` and `product`: of all steps (2305.20050, section 2.6). A step without a
 * reward makes `min` and `product` the lowest too.
 */
export function scoreOfPath(rewards: readonly number[], how: PathScore): number {
  if (how === 'last') return rewards.at(-1) ?? noReward
  const least = rewards.length === 0 ? noReward : Math.min(...rewards)
  if (how === 'min' || least === noReward) return least
  return rewards.reduce((product, reward) => product * reward, 1)
}
