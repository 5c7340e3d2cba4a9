import type { Aggregation } from './ballot.ts'

/** Without known error rates more tries than this do harm as often as good (2411.17501: the best K is often < 10). */
export const defaultCap = 8

export interface CappedRejectionOptions {
  /** Score from which a candidate is accepted; default 1. */
  readonly threshold?: number
  /** Candidates looked at; later ones are ignored, so that more budget cannot make the answer worse. Default 8. */
  readonly cap?: number
}

/**
 * Capped rejection sampling: the first candidate at or above the threshold among the first `cap`, else the best of
 * them. At equal compute at least as good as best-of-N with the same verifier (2507.12399).
 */
export function cappedRejection({
  threshold = 1,
  cap = defaultCap,
}: CappedRejectionOptions = {}): Aggregation {
  return (ballots) => {
    let best = -1
    let most = -Infinity
    for (const [index, { score = -1 }] of ballots.slice(0, cap).entries()) {
      if (score >= threshold) return { ballot: index, confidence: Math.min(1, score) }
      if (score > most) {
        most = score
        best = index
      }
    }
    return best < 0 ? undefined : { ballot: best, confidence: Math.max(0, most) }
  }
}
