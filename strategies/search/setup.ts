import type { Span, Strategy } from '../../src/contract.ts'
import { checkChoice, checkNames, checkWhole, spanOf } from '../options/check-options.ts'
import { rankCandidates, selections, type Selection } from './rank-candidates.ts'

/** Options that every level-by-level search has. */
export interface SearchOptions {
  /** What a step is: a delimiter it ends after, or a number of tokens; default a line, `"\n"`. */
  readonly span?: string | number
  /** After this many steps an answer is finished in one go; default 40. */
  readonly depth?: number
  /** Searches from the beginning, one after another while nothing is solved; default unlimited: the budget decides. */
  readonly rounds?: number
  /** How the answer is chosen among candidates with equal verdicts; default `weighted`. */
  readonly selection?: Selection
  /** Whether a candidate with score 1 ends the prompt; default true. Turn it off where scores only say that an answer was found. */
  readonly stopWhenSolved?: boolean
}

/** {@link SearchOptions}, checked and with defaults. */
export interface SearchSetup {
  readonly span: Span
  readonly depth: number
  readonly rounds: number
  readonly stopWhenSolved: boolean
  readonly rank: Strategy['rank']
}

const names = ['span', 'depth', 'rounds', 'selection', 'stopWhenSolved']

/** @throws RangeError for an option out of range, or one that the strategy does not have */
export function setUp(strategy: string, options: SearchOptions, own: readonly string[]): SearchSetup {
  const {
    span = '\n',
    depth = 40,
    rounds = Infinity,
    selection = 'weighted',
    stopWhenSolved = true,
  } = options
  checkNames(strategy, options, [...own, ...names])
  checkWhole('depth', depth, 1)
  checkWhole('rounds', rounds, 1, true)
  checkChoice('selection', selection, selections)
  checkChoice('stopWhenSolved', stopWhenSolved, [true, false])
  return {
    span: spanOf(span),
    depth,
    rounds,
    stopWhenSolved,
    rank: (tree) => rankCandidates(tree, selection),
  }
}
