import type { ErrorRates, FailedVerdict, ScoredVerdict, Subject, Verdict } from '../../contract.ts'
import type { Checker, Noise } from '../verifier-pool.ts'

/** Feedback of several verdicts together stays a few hundred characters: a revision has to read it. */
const feedbackCharacters = 800

/** The verdicts of all, asked at once, in their order. */
export function verdictsOf(checkers: readonly Checker[], subject: Subject): Promise<readonly Verdict[]> {
  return Promise.all(checkers.map((checker) => checker.check(subject)))
}

export function scoredOf(verdicts: readonly Verdict[]): readonly ScoredVerdict[] {
  return verdicts.filter((verdict) => verdict.kind === 'scored')
}

/** The first failure, or undefined when there is none. */
export function failureOf(verdicts: readonly Verdict[]): FailedVerdict | undefined {
  return verdicts.find((verdict) => verdict.kind === 'failed')
}

/** The feedback of several verdicts as a verdict's field, one a line; no field when there is none. */
export function joinedFeedback(verdicts: readonly ScoredVerdict[]): { readonly feedback?: string } {
  const feedback = verdicts.flatMap((verdict) => verdict.feedback ?? []).join('\n')
  return feedback === '' ? {} : { feedback: feedback.slice(0, feedbackCharacters).toWellFormed() }
}

/** The names of the parts, in their order. */
export function idOf(checkers: readonly Checker[], between: string): string {
  return checkers.map((checker) => checker.id).join(between)
}

/** A composition is noisy when a part is; its rates are known when each noisy part's are. */
export function noiseOf(checkers: readonly Checker[], errorRates: ErrorRates): { readonly noise?: Noise } {
  if (!checkers.some((checker) => checker.noise)) return {}
  return { noise: checkers.every(({ noise }) => !noise || noise.errorRates) ? { errorRates } : {} }
}
