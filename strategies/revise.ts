import type { Proposal, RevisionForm, Strategy, Tree, View } from '../src/contract.ts'
import { chainFrom } from './chains/chain.ts'
import { byScore } from './ranking/by-score.ts'
import { isSolved } from './ranking/is-solved.ts'
import { scoreOf } from './ranking/score-of.ts'
import { isSampleOf } from './sampling/request.ts'
import { samplesOf } from './sampling/samples-of.ts'
import { checkChoice, checkNames, checkWhole } from './options/check-options.ts'

const forms: readonly RevisionForm[] = ['conversation', 'clean', 'patch']
const mostInContext = 4

export interface ReviseOptions {
  /** Most chains of one prompt; default unlimited: the budget decides. */
  readonly chains?: number
  /** Candidates of a chain, its sample included; default 4. With 1 this is best-of-N. */
  readonly length?: number
  /** How a revision is asked, see {@link RevisionForm}; default `conversation`. */
  readonly form?: RevisionForm
  /** Attempts that a revision is shown, at most and by default 4; a clean context has one. */
  readonly attemptsInContext?: number
}

/**
 * Sequential revision: a sample, then the model again and again with its last attempts and what the verifier said of
 * them. Source: Snell et al. 2024 (2408.03314), with their last four attempts in context; clean context after their
 * finding that revision turns 38 % of right answers wrong: the best attempt is revised, and never lost.
 *
 * Sequential to parallel is `length` : `chains`. Every chain that could go on is offered, best last score first, then
 * one new chain. Where the first offer is taken, a chain therefore grows to its length before the next one opens;
 * only while every chain waits for an answer are more opened beside it, up to `chains`. An allocator that prices the
 * offers may go wider or deeper.
 *
 * @throws RangeError for an option out of range
 */
export function revise(options: ReviseOptions = {}): Strategy {
  const { chains = Infinity, length = 4, form = 'conversation' } = options
  checkNames('revise', options, ['chains', 'length', 'form', 'attemptsInContext'])
  checkWhole('chains', chains, 1, true)
  checkWhole('length', length, 1, true)
  checkChoice('form', form, forms)
  const most = form === 'clean' ? 1 : mostInContext
  const { attemptsInContext: shown = most } = options
  checkWhole('attemptsInContext', shown, 1)
  if (shown > most)
    throw new RangeError(`attemptsInContext is ${shown}; give at most ${most} with "${form}".`)

  return {
    id: 'revise',
    decides: 'scores',
    *propose(tree: Tree, view: View): Generator<Proposal> {
      if (isSolved(tree)) return
      const request = { model: view.models[0] ?? '' }
      if (view.serves(request.model, 'revise')) {
        const open = tree.nodes
          .filter((node) => isSampleOf(node, request) && node.state === 'done' && node.candidate)
          .map((node) => chainFrom(node, tree, { length, form, shown }))
          .toSorted((left, right) => lastScore(right.attempts) - lastScore(left.attempts))
        for (const { next } of open) if (next) yield { step: next, expected: { calls: 1 } }
      }
      yield* samplesOf(tree, request, chains)
    },
    rank: byScore,
  }
}

function lastScore(attempts: readonly Tree['nodes'][number][]): number {
  const last = attempts.at(-1)
  return last ? scoreOf(last) : -1
}
