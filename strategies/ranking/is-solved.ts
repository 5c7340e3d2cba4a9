import type { Tree } from '../../src/contract.ts'
import { scoreOf } from './score-of.ts'

/** Whether a candidate has a score of 1: nothing could be better. */
export function isSolved(tree: Tree): boolean {
  return tree.nodes.some((node) => node.state === 'done' && scoreOf(node) === 1)
}
