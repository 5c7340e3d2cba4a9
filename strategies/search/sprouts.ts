import type { Tree, TreeNode } from '../../src/contract.ts'
import type { Arm } from './arm.ts'
import { replacements } from './levels.ts'

/** An arm as it is counted up. */
export class Tally implements Arm {
  count = 0
  sum = 0
  squares = 0
  /** Steps in flight. */
  pending = 0

  add({ count, sum, squares, pending }: Tally): void {
    this.count += count
    this.sum += sum
    this.squares += squares
    this.pending += pending
  }

  /** Counts one node: its reward, if anything was said about it. */
  see(reward: number | undefined, pending: boolean): void {
    if (pending) this.pending += 1
    if (reward === undefined) return
    this.count += 1
    this.sum += reward
    this.squares += reward * reward
  }
}

/** A node of a growing tree with what its choices have brought; the root stands for the prompt itself. */
export class Sprout {
  readonly parent: Sprout | undefined
  readonly node: TreeNode | undefined
  /** Its own reward, 0..1; undefined while it is in flight and where nothing was said about it. */
  readonly reward: number | undefined
  /** Steps from the beginning; 0 at the root. */
  readonly depth: number
  /** What came back or is in flight. */
  readonly children: Sprout[] = []
  /** Rewards of its children: what going wider brought. */
  readonly wider = new Tally()
  /** Rewards of itself and of everything below: what going through it brought. */
  readonly through = new Tally()
  /** Index of the next child. */
  next = 0
  /** Children that failed since the last one that came back. */
  failures = 0

  constructor(parent?: Sprout, node?: TreeNode, reward?: number) {
    this.parent = parent
    this.node = node
    this.reward = reward
    this.depth = parent ? parent.depth + 1 : 0
  }
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
  const root = new Sprout()
  const all: Sprout[] = []
  const byId = new Map<string, Sprout>()
  for (const node of tree.nodes) {
    if (!belongs(node)) continue
    const id = node.step.parents[0]
    const parent = id === undefined ? root : byId.get(id)
    if (!parent) continue
    parent.next = Math.max(parent.next, node.step.index + 1)
    if (node.state === 'failed') parent.failures += 1
    if (node.state !== 'done' && node.state !== 'pending') continue
    if (node.state === 'done') parent.failures = 0
    const child = new Sprout(parent, node, node.state === 'done' ? rewardOf(node) : undefined)
    parent.children.push(child)
    byId.set(node.step.id, child)
    all.push(child)
  }
  // Children were asked for after their parents, so backwards everything below is counted before it is passed on.
  for (let place = all.length - 1; place >= 0; place -= 1) {
    const { parent, node, reward, through } = all[place] as Sprout
    const pending = node?.state === 'pending'
    through.see(reward, pending)
    parent?.wider.see(reward, pending)
    parent?.through.add(through)
  }
  return { root, all }
}

/** Whether a place has failed too often in a row to be asked again. */
export function isGivenUp({ failures }: Sprout): boolean {
  return failures > replacements
}
