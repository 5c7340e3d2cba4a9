import type { Proposal, Strategy, Tree, View } from '../src/contract.ts'
import { byScore } from './ranking/by-score.ts'
import { isSolved } from './ranking/is-solved.ts'
import { isSampleOf } from './sampling/request.ts'
import { samplesOf } from './sampling/samples-of.ts'
import { checkChoice, checkNames, checkWhole } from './options/check-options.ts'

export interface EscalateOptions {
  /** Samples of a model before the next one is offered first; default 4. */
  readonly tries?: number
  /** Whether the last model is offered first from the beginning, as for a prompt known to be hard; default false. */
  readonly direct?: boolean
}

/**
 * Samples of several models, one menu: the next sample of every model is always offered, so an allocator that knows
 * prices and difficulty may go to a larger model at once, after any number of tries, or never. The models are taken
 * in the order in which the view names them, the cheapest first.
 *
 * Where the first offer is taken, this is a cascade: `tries` samples of each model in turn, then the last model for
 * as long as the budget lasts. Failed calls are no tries. Source: FrugalGPT, Chen et al. 2023 (2305.05176).
 *
 * @throws RangeError for an option out of range
 */
export function escalate(options: EscalateOptions = {}): Strategy {
  const { tries = 4, direct = false } = options
  checkNames('escalate', options, ['tries', 'direct'])
  checkWhole('tries', tries, 1, true)
  checkChoice('direct', direct, [true, false])
  return {
    id: 'escalate',
    decides: 'scores',
    *propose(tree: Tree, view: View): Generator<Proposal> {
      if (isSolved(tree)) return
      const models = view.models.filter((model) => view.serves(model, 'sample'))
      const tried = (model: string) =>
        tree.nodes.filter((node) => isSampleOf(node, { model }) && node.state !== 'failed').length
      const due = direct ? [] : models.filter((model) => tried(model) < tries)
      // Whose turn is over comes last, the largest first.
      const rest = models.filter((model) => !due.includes(model)).toReversed()
      for (const model of [...due, ...rest]) yield* samplesOf(tree, { model })
    },
    rank: byScore,
  }
}
