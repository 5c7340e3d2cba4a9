import type { IndexPolicy } from './index-policy.ts'

/**
 * Serves the prompt with the fewest tries. With a strategy that stops at success this is drop-solved round robin
 * (ReD 2601.21522; elimination 2506.12721 with K = 1), the optimum when nothing is known about the prompts; with one
 * that never stops it is uniform best-of-N with the largest N the budget affords.
 */
export function roundRobin({ whileInFlight }: RoundRobinOptions): IndexPolicy {
  return {
    first: 0,
    revision: 0,
    after: (_className, state, evidence) => (evidence.kind === 'nothing' ? state : state + 1),
    value: (_className, state, inFlight) => (inFlight > 0 && !whileInFlight ? 0 : 1 / (1 + state + inFlight)),
  }
}

export interface RoundRobinOptions {
  /** Whether a prompt may get a try while one is out. Dropping the solved needs to know first; uniform does not. */
  readonly whileInFlight: boolean
}
