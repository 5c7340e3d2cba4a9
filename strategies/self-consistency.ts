import type { Proposal, Strategy, Tree, View } from '../src/contract.ts'
import { independentSamples } from './sampling/independent-samples.ts'

export interface SelfConsistencyOptions {
  /** Most samples of one prompt; default unlimited: the budget and the allocator decide. */
  readonly samples?: number
}

/**
 * Self-consistency: independent samples, and the answer that most of them give.
 * Needs a verifier that extracts answer keys; its scores are ignored. Source: Wang et al. 2022 (2203.11171).
 */
export function selfConsistency({ samples = Infinity }: SelfConsistencyOptions = {}): Strategy {
  return {
    id: 'self-consistency',
    decides: 'votes',
    propose: (tree: Tree, view: View): Generator<Proposal> => independentSamples(tree, view, samples),
    rank(tree) {
      const votes = new Map<string, number>()
      for (const { verdict } of tree.nodes) {
        if (verdict?.kind === 'scored' && verdict.answer !== undefined) {
          votes.set(verdict.answer, (votes.get(verdict.answer) ?? 0) + 1)
        }
      }
      const votesFor = (node: Tree['nodes'][number]) =>
        node.verdict?.kind === 'scored' ? (votes.get(node.verdict.answer ?? '') ?? 0) : -1
      return tree.nodes
        .filter((node) => node.state === 'done')
        .toSorted((left, right) => votesFor(right) - votesFor(left) || left.step.index - right.step.index)
        .map((node) => node.step.id)
    },
  }
}
