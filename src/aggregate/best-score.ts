import { largest, type Aggregation } from './ballot.ts'

/**
 * The highest score, the first among equals; unscored candidates last. Right for a verifier that proves its answers;
 * with one that errs it gets worse with N (2503.21878).
 */
export const bestScore: Aggregation = (ballots) => {
  const best = largest([...ballots.keys()], (index) => ballots[index]?.score ?? -1)
  return best === undefined ? undefined : { ballot: best, confidence: Math.max(0, ballots[best]?.score ?? 0) }
}
