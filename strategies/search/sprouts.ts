import type { Tree, TreeNode } from '../../src/contract.ts'
import type { Arm } from './arm.ts'
import { replacements } from './levels.ts'

/** A node of a growing tree with what its choices have brought; the root stands for the prompt itself. */
export interface Sprout {
  readonly node?: TreeNode
  /** Steps from the beginning; 0 at the root. */
  readonly depth: number
  /** What came back or is in flight. */
  readonly children: Sprout[]
  /** Its own reward, 0..1; absent while it is in flight and where nothing was said about it. */
  readonly reward?: number
  /** Rewards of its children: what going wider brought. */
  readonly wider: Arm & Tally
  /** Rewards of itself and of everything below: what going through it brought. */
  readonly through: Arm & Tally
  /** Index of the next child. */
  next: number
  /** Children that failed since the last one that came back. */
  failures: number
}

/** An arm as it is counted up. */
interface Tally {
  count: number
  sum: number
  squares: number
  /** Steps in flight. */
  pending: number
}

/**
 * The tree of the nodes that belong to a search, with every arm counted: two passes, one each way, so linear in the
 * tree.
 */
export function sproutsOf(
  tree: Tree,
  belongs: (node: TreeNode) => boolean,
  rewardOf: (node: TreeNode) => number | undefined,
): { readonly root: Sprout; readonly all: readonly Sprout[] } {
  const root = sprout(0)
  const all: Sprout[] = []
  const byId = new Map<string, Sprout>()
  const parents: Sprout[] = []
  for (const node of tree.nodes) {
    if (!belongs(node)) continue
    const [id] = node.step.parents
    const parent = id === undefined ? root : byId.get(id)
    if (!parent) continue
    parent.next = Math.max(parent.next, node.step.index + 1)
    if (node.state === 'failed') parent.failures += 1
    if (node.state !== 'done' && node.state !== 'pending') continue
    if (node.state === 'done') parent.failures = 0
    const reward = node.state === 'done' ? rewardOf(node) : undefined
    const child = sprout(parent.depth + 1, node, reward)
    parent.children.push(child)
    byId.set(node.step.id, child)
    all.push(child)
    parents.push(parent)
  }
  // Children were asked for after their parents, so backwards everything below is counted before it is passed on.
  for (let place = all.length - 1; place >= 0; place -= 1) {
    const child = all[place] as Sprout
    const parent = parents[place] as Sprout
    const { reward, node } = child
    const pending = node?.state === 'pending' ? 1 : 0
    const own = reward === undefined ? nothing : { count: 1, sum: reward, squares: reward ** 2, pending: 0 }
    add(child.through, { ...own, pending })
    add(parent.wider, { ...own, pending })
    add(parent.through, child.through)
  }
  return { root, all }
}

/** Whether a place has failed too often in a row to be asked again. */
export function isGivenUp({ failures }: Sprout): boolean {
  return failures > replacements
}

const nothing = { count: 0, sum: 0, squares: 0, pending: 0 }

function sprout(depth: number, node?: TreeNode, reward?: number): Sprout {
  return {
    ...(node && { node }),
    ...(reward !== undefined && { reward }),
    depth,
    children: [],
    wider: { ...nothing },
    through: { ...nothing },
    next: 0,
    failures: 0,
  }
}

function add(total: Tally, more: Tally): void {
  total.count += more.count
  total.sum += more.sum
  total.squares += more.squares
  total.pending += more.pending
}
