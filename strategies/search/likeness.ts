import type { TreeNode } from '../../src/contract.ts'

interface Words {
  readonly numbers: string
  readonly words: ReadonlySet<string>
}

/** Partials do not change, so each is read once. */
const read = new WeakMap<TreeNode, Words>()

/**
 * Groups partials that say nearly the same, in their order: the same numbers in the same order, and words of which
 * `likeness` (0..1, Jaccard index) are shared. Numbers must agree because one of them is often the whole difference
 * between two steps of a calculation. 1 groups only equal words.
 */
export function alikeGroups<Item extends { readonly node: TreeNode }>(
  items: readonly Item[],
  likeness: number,
): readonly (readonly Item[])[] {
  const groups: Item[][] = []
  for (const item of items) {
    const group = groups.find(([first]) => first && alike(first.node, item.node, likeness))
    if (group) group.push(item)
    else groups.push([item])
  }
  return groups
}

function alike(left: TreeNode, right: TreeNode, likeness: number): boolean {
  const one = wordsOf(left)
  const other = wordsOf(right)
  if (one.numbers !== other.numbers) return false
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
      numbers: (text.match(/\d+(?:[.,]\d+)*/gu) ?? []).join(' '),
      words: new Set(text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s]/gu)),
    }
    read.set(node, words)
  }
  return words
}
