import type { Proposal, Tree, View } from '../../src/contract.ts'
import { Forest } from './forest.ts'
import { grow, replacements, type LevelPlan } from './levels.ts'
import { isSolved } from '../ranking/is-solved.ts'
import type { SearchSetup } from './setup.ts'

/** What a strategy adds to its {@link SearchSetup}: how one of its searches goes. */
export interface SearchShape extends Pick<LevelPlan, 'allot' | 'places' | 'width'> {
  /** First steps of a search at full budget. */
  readonly fullWidth: number
  /** Searches of one round; they grow side by side, and one that ended makes room for the next. */
  readonly abreast: number
  /** Greedy steps that partials are judged after. */
  readonly ahead?: number
}

/**
 * Runs searches by the round. A search that came to nothing (its first steps failed, or there is no room for them)
 * makes room for none; when as many as stand abreast came to nothing the strategy is done.
 *
 * Expected calls: the steps still missing to the mean length of the answers seen (8 until one is), times the steps
 * that are looked ahead. A level of N steps brings N paths one step on, so the cost is that of a path, not of a level.
 */
export function* searches(
  tree: Tree,
  view: View,
  { span, depth, rounds, stopWhenSolved }: SearchSetup,
  { fullWidth, abreast, ahead = 0, ...shape }: SearchShape,
): Generator<Proposal> {
  const model = view.models.find((name) => view.serves(name, 'extend'))
  if (model === undefined || (stopWhenSolved && isSolved(tree))) return
  const forest = new Forest(tree, { model, span, block: fullWidth + replacements })
  const length = Math.min(depth, forest.meanLength)
  let growing = 0
  let barren = 0
  for (let search = 0; search < rounds * abreast && growing + barren < abreast; search += 1) {
    const growth = grow(forest, view, {
      ...shape,
      model,
      span,
      depth,
      search,
      ahead,
      abreast,
      held: growing,
    })
    if (growth.state === 'barren') barren += 1
    if (growth.state === 'growing') growing += 1
    for (const { step, at } of growth.wanted) {
      const missing = step.span ? Math.max(1, length - at + 1) : 1
      yield { step, expected: { calls: missing * (1 + ahead) } }
    }
  }
}
