import type { Prompt, Subject } from '../contract.ts'
import type { AnsweredSample } from '../models/model.ts'

/** What a verifier is shown of a sample. */
export function subjectOf(prompt: Prompt, sample: AnsweredSample): Subject {
  const tools = prompt.options?.['tools']
  return {
    candidate: sample.candidate,
    messages: prompt.messages,
    ...(prompt.reference !== undefined && { reference: prompt.reference }),
    ...(prompt.meta !== undefined && { meta: prompt.meta }),
    ...(tools !== undefined && { tools: tools as NonNullable<Subject['tools']> }),
  }
}
