import type { ErrorRates, Strategy, Tree, TreeNode } from '../contract.ts'
import type { Aggregation, Ballot } from './ballot.ts'
import { cappedRejection } from './capped-rejection.ts'
import { consensus } from './consensus.ts'
import { majority } from './majority.ts'
import { posteriorVote } from './posterior-vote.ts'

export interface Choice {
  readonly node: TreeNode
  /** Whether an exact verifier proved it. */
  readonly verified: boolean
  /** How sure the aggregation is, 0..1; absent when nothing was aggregated. */
  readonly confidence?: number
}

export interface ChooseOptions {
  /** How often the verifier errs, where it declares that. */
  readonly errorRates?: ErrorRates
  /** Whether the verifier's scores are evidence that proves nothing. Default: false, the strategy's order decides. */
  readonly noisy?: boolean
  /** What to do instead of the default for the verifier's kind: learned on labelled prompts, or the caller's own. */
  readonly aggregation?: Aggregation
}

/**
 * Chooses one candidate from a prompt's tree: a proven one, else by the kind of verifier (see {@link aggregationFor})
 * among those that are finished and have a verdict, else any finished one, else one that was cut at a cap. Failed and
 * cancelled steps are never chosen. None when there is no candidate at all.
 */
export function choose(
  tree: Tree,
  strategy: Strategy,
  proves: boolean,
  options: ChooseOptions = {},
): Choice | undefined {
  const order = strategy.rank(tree).flatMap((id) => tree.node(id) ?? [])
  const candidates = order.filter((node) => node.state === 'done' && node.candidate !== undefined)
  const proven = proves ? candidates.find((node) => scored(node) === 1) : undefined
  if (proven) return { node: proven, verified: true, confidence: 1 }
  const finished = candidates.filter((each) => each.candidate?.finish !== 'length')
  const judged = finished.filter((each) => each.verdict?.kind === 'scored')
  const aggregation =
    options.aggregation ?? (strategy.settles ? undefined : aggregationFor(judged, strategy, options))
  if (aggregation && judged.length > 0) {
    // In the order they were asked for, so that a cap looks at the same ones however many follow.
    const asked = tree.nodes.filter((node) => judged.includes(node))
    const pick = aggregation(asked.map(ballotOf))
    const node = pick && asked[pick.ballot]
    if (pick && node) return { node, verified: false, confidence: pick.confidence }
  }
  const node = judged[0] ?? finished[0] ?? candidates[0]
  return node && { node, verified: false }
}

/**
 * The aggregation that a kind of verifier calls for; undefined: the strategy's own order. Votes: the majority, or the
 * answer most likely right when error rates are known. Noisy scores: with error rates the answer most likely right;
 * with recorded behaviour the consensus; else few candidates, so that spending more does not search for the
 * verifier's errors.
 */
export function aggregationFor(
  nodes: readonly TreeNode[],
  strategy: Strategy,
  { errorRates, noisy = false }: ChooseOptions,
): Aggregation | undefined {
  if (strategy.decides === 'votes') return majority
  if (!noisy) return undefined
  if (errorRates) return posteriorVote({ rates: errorRates })
  return nodes.some((node) => ballotOf(node).behaviour !== undefined) ? consensus : cappedRejection()
}

/** A candidate as a ballot. `behaviour` is read where a verdict has it: outcomes on tests that may be wrong. */
export function ballotOf({ verdict }: TreeNode): Ballot {
  if (verdict?.kind !== 'scored') return {}
  const { behaviour } = verdict as { readonly behaviour?: unknown }
  return {
    answer: verdict.answer,
    score: verdict.score,
    behaviour: typeof behaviour === 'string' && behaviour !== '' ? behaviour : undefined,
  }
}

function scored(node: TreeNode): number | undefined {
  return node.verdict?.kind === 'scored' ? node.verdict.score : undefined
}
