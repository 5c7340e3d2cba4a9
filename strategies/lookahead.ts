import type { Strategy } from '../src/contract.ts'
import { beamsStrategy, type BeamsOptions } from './search/beams.ts'
import { checkWhole } from './options/check-options.ts'

export interface LookaheadOptions extends BeamsOptions {
  /** Greedy steps (temperature 0) after which a step is judged (k); default 1. With 0 this is `beam`. */
  readonly ahead?: number
}

/**
 * Lookahead search: a beam that judges each step by the process reward k greedy steps later, where a mistake shows
 * better. Source: Snell et al. 2024 (2408.03314, section 5.2). The greedy step from a kept branch is also one of its M
 * children, and an answer reached by looking ahead is a candidate, so what was paid for is used.
 *
 * Cost: the steps looked ahead are ordinary ones, so a level takes N (k + 1) steps, less the k N/M that are used
 * again; it pays only where the guide is much surer of later steps.
 * @throws RangeError for an option out of range
 */
export function lookahead(options: LookaheadOptions = {}): Strategy {
  const { ahead = 1 } = options
  checkWhole('ahead', ahead, 0)
  return beamsStrategy('lookahead', options, { compete: true, ahead, own: ['ahead'] })
}
