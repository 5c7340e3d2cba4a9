import type { Strategy } from '../../src/contract.ts'
import { checkChoice, checkWhole } from '../options/check-options.ts'
import { keepBest } from './keep-best.ts'
import { narrowed } from './narrowed.ts'
import { pathScores, type PathScore } from './reward.ts'
import { searches } from './searches.ts'
import { setUp, type SearchOptions } from './setup.ts'

/** Options of the searches that keep some of many beams. */
export interface BeamsOptions extends SearchOptions {
  /** Steps of a level (N), a multiple of `width`; default 8. */
  readonly beams?: number
  /** Children of a beam (M), of which one in M is kept; default 4. */
  readonly width?: number
  /** What a path is judged by: its last process reward, its least, or the product of all; default `last`. */
  readonly score?: PathScore
}

const beamsNames = ['beams', 'width', 'score']

/** How a search uses its N/M beams. */
export interface BeamsShape {
  /** Whether beams compete for their places, or each grows by itself. */
  readonly compete: boolean
  /** Greedy steps after which a step is judged. */
  readonly ahead: number
  /** Names of the options it has besides. */
  readonly own: readonly string[]
}

/**
 * What beam search, lookahead and DVTS share.
 * @throws RangeError for an option out of range
 */
export function beamsStrategy(
  id: string,
  options: BeamsOptions,
  { compete, ahead, own }: BeamsShape,
): Strategy {
  const setup = setUp(id, options, [...beamsNames, ...own])
  const { beams = 8, width = 4, score = 'last' } = options
  checkWhole('beams', beams, 1)
  checkWhole('width', width, 1)
  checkChoice('score', score, pathScores)
  if (beams % width !== 0) {
    throw new RangeError(`beams is ${beams}; give a multiple of width, which is ${width}.`)
  }
  const places = compete ? beams / width : 1
  return {
    id,
    decides: 'scores',
    guided: true,
    propose: (tree, view) =>
      searches(tree, view, setup, {
        fullWidth: places * width,
        abreast: compete ? 1 : beams / width,
        ahead,
        width: places * narrowed(width, view.budgetLeft),
        places,
        allot: keepBest(width, view, score),
      }),
    rank: setup.rank,
  }
}
