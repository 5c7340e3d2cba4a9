import type { Strategy } from '../src/contract.ts'
import { beamsStrategy, type BeamsOptions } from './search/beams.ts'

/**
 * Diverse verifier tree search: N/M subtrees that never compete, each keeping the best of its M next steps, so that
 * one early favourite cannot take every place. Better than a beam with many samples or on easy prompts. Source:
 * Beeching, Tunstall and Rush 2024, "Scaling test-time compute with open models". M narrows with the budget (see
 * `narrowed`), down to N/M plain paths; a subtree that ended makes room for the next.
 *
 * Cost: N steps a level, so about N answers' tokens a round, plus the guide's look at each step and the prompt read
 * again with each.
 * @throws RangeError for an option out of range
 */
export function dvts(options: BeamsOptions = {}): Strategy {
  return beamsStrategy('dvts', options, { compete: false, ahead: 0, own: [] })
}
