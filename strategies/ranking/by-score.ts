import type { Tree } from '../../src/contract.ts'
import { scoreOf } from './score-of.ts'

/** Ids of done nodes: best score first, then best process reward, then in the order they were asked for. */
export function byScore(tree: Tree): readonly string[] {
  return tree.nodes
    .filter((node) => node.state === 'done')
    .toSorted((left, right) => scoreOf(right) - scoreOf(left) || (right.value ?? -1) - (left.value ?? -1))
    .map((node) => node.step.id)
}
