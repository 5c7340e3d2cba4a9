import type { Step, TreeNode } from '../../src/contract.ts'

/** What samples have in common that differ in nothing but their index. */
export type Request = Pick<Step, 'model' | 'effort' | 'variation'>

/** Whether a node is a sample of a request. */
export function isSampleOf({ step }: TreeNode, { model, effort, variation }: Request): boolean {
  return (
    step.kind === 'sample' &&
    step.model === model &&
    step.effort === effort &&
    (step.variation === variation || JSON.stringify(step.variation) === JSON.stringify(variation))
  )
}
