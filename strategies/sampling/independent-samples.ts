import type { Proposal, Tree, View } from '../../src/contract.ts'
import { samplesOf } from './samples-of.ts'

/** The samples of the caller's own request in flight and one more, while fewer than `samples` were asked for. */
export function independentSamples(tree: Tree, view: View, samples: number): Generator<Proposal> {
  return samplesOf(tree, { model: view.models[0] ?? '' }, samples)
}
