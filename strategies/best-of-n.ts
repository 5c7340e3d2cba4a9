import type { Proposal, Strategy, Tree, View } from '../src/contract.ts'
import { independentSamples } from './sampling/independent-samples.ts'

export interface BestOfNOptions {
  /** Most samples of one prompt; default unlimited: the budget decides. */
  readonly samples?: number
  /** Whether a candidate with score 1 ends the prompt; default true. */
  readonly stopWhenSolved?: boolean
}

/**
 * Best-of-N: independent samples of the same request; the best-scored one wins.
 * Source: Cobbe et al. 2021 (2110.14168); repeated sampling, Brown et al. 2024 (2407.21787).
 */
export function bestOfN({ samples = Infinity, stopWhenSolved = true }: BestOfNOptions = {}): Strategy {
  return {
    id: 'best-of-n',
    decides: 'scores',
    *propose(tree: Tree, view: View): Generator<Proposal> {
      if (stopWhenSolved && tree.nodes.some((node) => scoreOf(node.verdict) === 1)) return
      yield* independentSamples(tree, view, samples)
    },
    rank: (tree) =>
      tree.nodes
        .filter((node) => node.state === 'done')
        .toSorted(
          (left, right) =>
            scoreOf(right.verdict) - scoreOf(left.verdict) || left.step.index - right.step.index,
        )
        .map((node) => node.step.id),
  }
}

/** Unverified and failed verdicts rank below every score: they say nothing. */
function scoreOf(verdict: Tree['nodes'][number]['verdict']): number {
  return verdict?.kind === 'scored' ? verdict.score : -1
}
