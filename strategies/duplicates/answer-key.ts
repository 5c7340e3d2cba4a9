import type { TreeNode } from '../../src/contract.ts'

/** What two candidates have in common when they are the same answer; undefined for a node without a candidate. */
export function answerKey({ candidate, verdict }: TreeNode): string | undefined {
  if (!candidate) return undefined
  if (verdict?.kind === 'scored' && verdict.answer !== undefined) return `answer ${verdict.answer}`
  const calls = (candidate.toolCalls ?? []).map((call) => call.function)
  return `text ${candidate.text.trim()}${calls.length > 0 ? JSON.stringify(calls) : ''}`
}
