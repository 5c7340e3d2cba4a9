import type { Proposal, Strategy, Tree, View } from '../src/contract.ts'
import { byScore } from './ranking/by-score.ts'
import { isSolved } from './ranking/is-solved.ts'
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
      if (stopWhenSolved && isSolved(tree)) return
      yield* independentSamples(tree, view, samples)
    },
    rank: byScore,
  }
}
