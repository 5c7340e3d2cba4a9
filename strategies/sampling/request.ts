import type { Step, TreeNode } from '../../src/contract.ts'

/** What samples have in common that differ in nothing but their index. */
export type Request = Pick<Step, 'model' | 'effort' | 'variation'>

/** Equal for equal requests. */
export function requestKey({ model, effort = '', variation }: Request): string {
  return `${model}/${effort}/${variation ? JSON.stringify(variation) : ''}`
}

/** Whether a node is a sample of a request. */
export function isSampleOf({ step }: TreeNode, request: Request): boolean {
  if (step.kind !== 'sample' || step.model !== request.model || step.effort !== request.effort) return false
  if (step.variation === request.variation) return true
  return Boolean(step.variation && request.variation) && requestKey(step) === requestKey(request)
}
