import type { Verdict } from '../../src/contract.ts'

/** The feedback of a score; empty where there is none. */
export function feedbackOf(verdict: Verdict): string {
  return verdict.kind === 'scored' ? (verdict.feedback ?? '') : ''
}
