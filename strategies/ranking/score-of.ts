import type { TreeNode } from '../../src/contract.ts'

/**
 * A node's score, 0..1; −1 without one: unverified and failed verdicts say nothing, and rank below every score. So
 * does a score that is out of range or no number.
 */
export function scoreOf({ verdict }: TreeNode): number {
  return verdict?.kind === 'scored' && verdict.score >= 0 && verdict.score <= 1 ? verdict.score : -1
}
