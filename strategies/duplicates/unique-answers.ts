import type { Tree, TreeNode } from '../../src/contract.ts'
import { answerKey } from './answer-key.ts'

/** The done nodes of a tree whose answer no other node gave. */
export function uniqueAnswers(tree: Tree): ReadonlySet<TreeNode> {
  const first = new Map<string, TreeNode>()
  const unique = new Set<TreeNode>()
  for (const node of tree.nodes) {
    const key = node.state === 'done' ? answerKey(node) : undefined
    if (key === undefined) continue
    const other = first.get(key)
    if (other) unique.delete(other)
    else {
      first.set(key, node)
      unique.add(node)
    }
  }
  return unique
}
