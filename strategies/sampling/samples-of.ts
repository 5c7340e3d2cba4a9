import { stepId, type Proposal, type Step, type Tree } from '../../src/contract.ts'
import { isSampleOf, type Request } from './request.ts'

/**
 * The samples of a request in flight and one more, while fewer than `most` were asked for. Failed ones do not count,
 * so each is replaced by the next.
 */
export function* samplesOf(tree: Tree, request: Request, most = Infinity): Generator<Proposal> {
  let next = 0
  let asked = 0
  for (const node of tree.nodes) {
    if (!isSampleOf(node, request)) continue
    next = Math.max(next, node.step.index + 1)
    if (node.state !== 'failed') asked += 1
    if (node.state === 'pending') yield { step: node.step, expected: { calls: 1 } }
  }
  if (asked >= most) return
  const step: Omit<Step, 'id'> = { kind: 'sample', ...request, parents: [], index: next }
  yield { step: { ...step, id: stepId(step) }, expected: { calls: 1 } }
}
