import type { Tree, TreeNode } from '../../src/contract.ts'
import { scoreOf } from '../ranking/score-of.ts'
import { rewardOf } from './reward.ts'

/** How candidates with equal verdicts are ordered: by their own process reward, or by that of their answer. */
export type Selection = 'best' | 'weighted'

export const selections: readonly Selection[] = ['best', 'weighted']

/**
 * Ids of the candidates, best first: by the verdict's score (none or a failed one: last), then by process reward, then
 * in the order they were asked for. With `weighted` the process rewards of all candidates that give the same answer
 * and have the same score are summed first, so that three fair paths to one answer beat a lone good one
 * (best-of-N weighted: 2206.02336; 2408.03314, section 5.1); a candidate without an answer stands alone.
 */
export function rankCandidates(tree: Tree, selection: Selection): readonly string[] {
  const candidates = tree.nodes.filter((node) => node.state === 'done' && node.candidate !== undefined)
  const weights = new Map<string, number>()
  if (selection === 'weighted') {
    for (const node of candidates) {
      const key = ballotOf(node)
      if (key !== undefined) weights.set(key, (weights.get(key) ?? 0) + Math.max(0, rewardOf(node)))
    }
  }
  const weightOf = (node: TreeNode) => weights.get(ballotOf(node) ?? '') ?? rewardOf(node)
  return candidates
    .map((node) => ({ node, score: scoreOf(node), weight: weightOf(node), reward: rewardOf(node) }))
    .toSorted(
      (left, right) => right.score - left.score || right.weight - left.weight || right.reward - left.reward,
    )
    .map(({ node }) => node.step.id)
}

/** What candidates share whose rewards are summed; undefined for one that has no answer. */
function ballotOf(node: TreeNode): string | undefined {
  const { verdict } = node
  if (verdict?.kind !== 'scored' || verdict.answer === undefined) return undefined
  return `${scoreOf(node)}:${verdict.answer}`
}
