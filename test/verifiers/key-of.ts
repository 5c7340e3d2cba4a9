import type { Verdict } from '../../src/contract.ts'

/** The answer key, if there is one. */
export function keyOf(verdict: Verdict): string | undefined {
  return verdict.kind === 'scored' ? verdict.answer : undefined
}
