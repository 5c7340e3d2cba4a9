import type { Strategy, Tree, TreeNode } from '../contract.ts'

export interface Choice {
  readonly node: TreeNode
  /** Whether an exact verifier proved it. */
  readonly verified: boolean
}

/**
 * Chooses one candidate from a prompt's tree: a proven one, else the first in the strategy's order that is finished
 * and has a verdict, else any finished one, else one that was cut at a cap. Failed and cancelled steps are never
 * chosen. None when there is no candidate at all.
 */
export function choose(tree: Tree, strategy: Strategy, proves: boolean): Choice | undefined {
  const order = strategy.rank(tree).flatMap((id) => tree.node(id) ?? [])
  const candidates = order.filter((node) => node.state === 'done' && node.candidate !== undefined)
  const proven = proves ? candidates.find((node) => scored(node) === 1) : undefined
  if (proven) return { node: proven, verified: true }
  const node =
    candidates.find((each) => each.verdict?.kind === 'scored' && each.candidate?.finish !== 'length') ??
    candidates.find((each) => each.candidate?.finish !== 'length') ??
    candidates[0]
  return node && { node, verified: false }
}

function scored(node: TreeNode): number | undefined {
  return node.verdict?.kind === 'scored' ? node.verdict.score : undefined
}
