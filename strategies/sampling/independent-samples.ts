import { stepId, type Proposal, type Step, type Tree, type View } from '../../src/contract.ts'

/** The samples in flight and one more, while fewer than `samples` were asked for. Failed ones do not count, so each is replaced by the next. */
export function* independentSamples(tree: Tree, view: View, samples: number): Generator<Proposal> {
  let next = 0
  let asked = 0
  for (const node of tree.nodes) {
    if (node.step.kind !== 'sample') continue
    next = Math.max(next, node.step.index + 1)
    if (node.state !== 'failed') asked += 1
    if (node.state === 'pending') yield { step: node.step, expected: { calls: 1 } }
  }
  if (asked >= samples) return
  const step: Omit<Step, 'id'> = { kind: 'sample', model: view.models[0] ?? '', parents: [], index: next }
  yield { step: { ...step, id: stepId(step) }, expected: { calls: 1 } }
}
