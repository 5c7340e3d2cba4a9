import type { Proposal, Strategy, Tree, View } from '../src/contract.ts'
import { byScore } from './ranking/by-score.ts'
import { isSolved } from './ranking/is-solved.ts'
import { checkWhole } from './options/check-options.ts'

export interface AutoOptions {
  /** Candidates after which nothing new is wanted, those in flight counted; default unlimited: the budget decides. */
  readonly candidates?: number
}

/**
 * The menu over several strategies: every step that any of them wants, once, as far as its model serves the kind.
 * Which of them is bought is up to the allocator, by what steps of each kind have brought and cost so far; where the
 * first offer is taken, the first member decides. Members share their samples, since equal steps have equal ids.
 *
 * @throws RangeError without members, for one that counts votes (scores and votes cannot decide together), and for an
 *   option out of range
 */
export function auto(members: readonly Strategy[], { candidates = Infinity }: AutoOptions = {}): Strategy {
  if (members.length === 0) throw new RangeError('auto has no members; give at least one strategy.')
  const counting = members.find((member) => member.decides === 'votes')
  if (counting)
    throw new RangeError(`auto has the member "${counting.id}", which counts votes; leave it out.`)
  checkWhole('candidates', candidates, 1, true)
  return {
    id: 'auto',
    decides: 'scores',
    ...(members.some((member) => member.guided) && { guided: true }),
    *propose(tree: Tree, view: View): Generator<Proposal> {
      if (isSolved(tree)) return
      const offered = new Set<string>()
      const enough = candidatesOf(tree) >= candidates
      for (const member of members) {
        for (const proposal of member.propose(tree, view)) {
          const { id, model, kind } = proposal.step
          if (offered.has(id) || !view.serves(model, kind)) continue
          if (enough && !tree.node(id)) continue
          offered.add(id)
          yield proposal
        }
      }
    },
    rank: byScore,
  }
}

/** Answers that are there or on their way; unfinished ones are on theirs. */
function candidatesOf({ nodes }: Tree): number {
  return nodes.filter(
    ({ step, state, partial }) =>
      step.kind !== 'judge' && (state === 'pending' || (state === 'done' && partial === undefined)),
  ).length
}
