import { plainAction } from '../allocator/allocator.ts'
import type { Step } from '../contract.ts'

/** Which kind of purchase a step is: steps of one action share what is learned about them. */
export function actionOf(
  { kind, model, effort = '', form, variation }: Omit<Step, 'id'>,
  callersModel: string | undefined,
): string {
  const changed = variation ? JSON.stringify(variation) : ''
  if (kind === 'sample' && model === callersModel && effort === '' && changed === '') return plainAction
  return [kind, model, effort, form ?? '', changed].join('/')
}
