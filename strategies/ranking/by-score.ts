import type { Tree, TreeNode } from '../../src/contract.ts'
import { scoreOf } from './score-of.ts'

/** Ids of done nodes: best score first, then best process reward, then in the order they were asked for. */
export function byScore(tree: Tree): readonly string[] {
  return tree.nodes
    .filter((node) => node.state === 'done')
    .toSorted((left, right) => scoreOf(right) - scoreOf(left) || valueOf(right) - valueOf(left))
    .map((node) => node.step.id)
}

function valueOf({ value = -1 }: TreeNode): number {
  return Number.isNaN(value) ? -1 : value
}
