import { Fault } from '../../fault.ts'
import type { Checker } from '../verifier-pool.ts'
import { allOf } from './all-of.ts'
import { anyOf } from './any-of.ts'
import { firstOf, type FirstOfOptions } from './first-of.ts'
import { weighted, type WeightedOptions } from './weighted.ts'

/** The ways to make one checker of several. */
export const compositionKinds = ['all', 'any', 'weighted', 'firstOf'] as const
export type CompositionKind = (typeof compositionKinds)[number]

/** Options of `weighted` and `firstOf`; `all` and `any` have none. */
export type CompositionOptions = WeightedOptions & FirstOfOptions

/**
 * One checker of several, by the name of the way.
 * @throws Fault `bad-argument` for no checkers and for options out of range, `unknown-name` for another way
 */
export function composeCheckers(
  kind: CompositionKind,
  checkers: readonly Checker[],
  options: CompositionOptions = {},
): Checker {
  if (checkers.length === 0) {
    throw new Fault('bad-argument', `"${kind}" has no verifiers`, 'Name at least one.')
  }
  switch (kind) {
    case 'all':
      return allOf(checkers)
    case 'any':
      return anyOf(checkers)
    case 'weighted':
      return weighted(checkers, options)
    case 'firstOf':
      return firstOf(checkers, options)
    default:
      throw new Fault(
        'unknown-name',
        `verifiers cannot be composed by "${String(kind)}"`,
        `Use one of ${compositionKinds.join(', ')}.`,
      )
  }
}
