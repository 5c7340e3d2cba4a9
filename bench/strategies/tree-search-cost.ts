import { uniformOf } from '../../src/clock/random.ts'
import type { Step, Tree, TreeNode, View } from '../../src/contract.ts'
import { treeSearch, type TreeSearchOptions } from '../../strategies/tree-search.ts'

export interface DecisionCost {
  readonly policy: 'thompson' | 'uct'
  readonly nodes: number
  /** Median of one decision on a tree of that many nodes. */
  readonly ms_per_decision: number
  /** All decisions from the empty tree on. */
  readonly total_s: number
}

/** Decisions measured once the tree has its nodes. */
const measured = 51

/** What it costs tree search to decide on its next step, the model being free. */
export function treeSearchCost(nodes: number, seed: number): readonly DecisionCost[] {
  return (['thompson', 'uct'] as const).map((policy) => costOf({ policy, parallel: 1 }, policy, nodes, seed))
}

function costOf(
  options: TreeSearchOptions,
  policy: DecisionCost['policy'],
  count: number,
  seed: number,
): DecisionCost {
  const strategy = treeSearch(options)
  const nodes: TreeNode[] = []
  const byId = new Map<string, TreeNode>()
  const tree: Tree = {
    prompt: { id: 'tree', messages: [{ role: 'user', content: '?' }] },
    nodes,
    node: (id) => byId.get(id),
  }
  const view: View = {
    models: ['model'],
    serves: () => true,
    efforts: () => [],
    budgetLeft: 1,
    fits: () => true,
    uniform: (key) => uniformOf(seed, key),
  }
  const decide = (): Step | undefined => {
    for (const { step } of strategy.propose(tree, view)) return step
    return undefined
  }
  const started = performance.now()
  while (nodes.length < count) {
    const step = decide()
    if (!step) break
    const node: TreeNode = {
      step,
      state: 'done',
      candidate: { text: step.id, finish: 'stop' },
      // Never 1: nothing is solved.
      verdict: { kind: 'scored', score: 0.9 * uniformOf(seed, `score/${step.id}`) },
    }
    nodes.push(node)
    byId.set(step.id, node)
  }
  const total = performance.now() - started
  const times = Array.from({ length: measured }, () => {
    const from = performance.now()
    decide()
    return performance.now() - from
  }).toSorted((left, right) => left - right)
  return {
    policy,
    nodes: nodes.length,
    ms_per_decision: times[Math.floor(measured / 2)] ?? 0,
    total_s: total / 1000,
  }
}
