import type { Prompt, Step, Tree } from '../contract.ts'
import type { ModelProfile } from '../models/model.ts'
import type { Asked } from './asked.ts'
import { askedToExtend } from './extend.ts'
import { outputCapOf } from './output-cap.ts'
import { revisionMessages } from './revise.ts'
import { varied } from './variation.ts'

/** What is sent for a step of a prompt: its kind's messages, its effort's options, its variation. */
export function askedFor(prompt: Prompt, step: Step, tree: Tree, profile: ModelProfile): Asked {
  const effort = profile.efforts?.find((each) => each.name === step.effort)
  const options = effort?.options && { ...prompt.options, ...effort.options }
  const thinking = options ? { ...prompt, options } : prompt
  const asked = step.variation ? varied(thinking, step.variation) : thinking
  const cap = effort?.maxOutputTokens ?? outputCapOf(profile, prompt)
  if (step.kind === 'extend') return askedToExtend(asked, step, tree, profile, cap)
  if (step.kind !== 'revise') return { prompt: asked, cap }
  const attempts = step.parents.flatMap((id) => {
    const { candidate, verdict } = tree.node(id) ?? {}
    const feedback = verdict?.kind === 'scored' ? verdict.feedback : undefined
    return candidate ? [{ candidate, ...(feedback !== undefined && { feedback }) }] : []
  })
  const messages = revisionMessages(asked, attempts, step.form)
  if (step.form !== 'patch') return { prompt: { ...asked, messages }, cap }
  // A form that was asked of the document would be forced on the patch.
  const { response_format: _format, grammar: _grammar, ...free } = asked.options ?? {}
  return { prompt: { ...asked, messages, options: free }, cap }
}
