import type { TreeNode } from '../../src/contract.ts'

interface Words {
  /** Numbers and signs of calculation, in order. */
  readonly sums: string
  readonly words: ReadonlySet<string>
}

/** Nodes that are done do not change, so each is read once, and a level that was grouped is not grouped again. */
const read = new WeakMap<TreeNode, Words>()
const grouped = new WeakMap<
  TreeNode,
  { readonly nodes: readonly TreeNode[]; readonly likeness: number; readonly leaders: readonly TreeNode[] }
>()

/**
 * The first of every group of partials that say nearly the same, in their order: the same numbers and signs in the
 * same order, and words of which `likeness` (0..1, Jaccard index) are shared. Numbers and signs must agree because one
 * of them is often the whole difference between two steps of a calculation. 1 groups only equal words.
 */
export function unlike(nodes: readonly TreeNode[], likeness: number): readonly TreeNode[] {
  const [first] = nodes
  if (!first) return []
  const known = grouped.get(first)
  if (known?.likeness === likeness && sameNodes(known.nodes, nodes)) return known.leaders
  const leaders: TreeNode[] = []
  const bySums = new Map<string, TreeNode[]>()
  for (const node of nodes) {
    const { sums } = wordsOf(node)
    const rivals = bySums.get(sums) ?? []
    if (rivals.some((rival) => alike(rival, node, likeness))) continue
    leaders.push(node)
    bySums.set(sums, [...rivals, node])
  }
  grouped.set(first, { nodes, likeness, leaders })
  return leaders
}

function sameNodes(left: readonly TreeNode[], right: readonly TreeNode[]): boolean {
  return left.length === right.length && left.every((node, order) => node === right[order])
}

/** Of two partials with the same sums. */
function alike(left: TreeNode, right: TreeNode, likeness: number): boolean {
  const one = wordsOf(left)
  const other = wordsOf(right)
  const [few, many] = one.words.size < other.words.size ? [one, other] : [other, one]
  // No overlap can be large enough: the index is at most the ratio of the sizes.
  if (few.words.size < likeness * many.words.size) return false
  let shared = 0
  for (const word of few.words) if (many.words.has(word)) shared += 1
  return shared >= likeness * (few.words.size + many.words.size - shared)
}

function wordsOf(node: TreeNode): Words {
  let words = read.get(node)
  if (!words) {
    const text = (node.partial ?? '').toLowerCase()
    words = {
      sums: (text.match(/\d+(?:[.,]\d+)*|[=<>≤≥+*/^×÷−]|(?<!\p{L})-/gu) ?? []).join(' '),
      words: new Set(text.match(/[\p{L}\p{N}]+/gu)),
    }
    read.set(node, words)
  }
  return words
}
