import type { Strategy } from '../src/contract.ts'
import { beamsStrategy, type BeamsOptions } from './search/beams.ts'

/**
 * Beam search over the steps of an answer: N first steps, the best N/M of them kept by process reward, M next steps
 * from each, and so on. A finished answer leaves the beam with its place. Source: Snell et al. 2024 (2408.03314,
 * section 5.2). M narrows with the budget (see `narrowed`), down to N/M plain paths.
 *
 * Cost: N steps a level, so about N answers' tokens a round, plus the guide's look at each step and the prompt read
 * again with each. Without a guide all steps are alike and the first N/M paths go on.
 * @throws RangeError for an option out of range
 */
export function beam(options: BeamsOptions = {}): Strategy {
  return beamsStrategy('beam', options, { compete: true, ahead: 0, own: [] })
}
