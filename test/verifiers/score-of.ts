import type { Verdict } from '../../src/contract.ts'

/** The score, or the code of why there is none. */
export function scoreOf(verdict: Verdict): number | string {
  return verdict.kind === 'scored' ? verdict.score : verdict.code
}
