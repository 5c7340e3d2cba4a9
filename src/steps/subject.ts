import type { Candidate, Prompt, Subject } from '../contract.ts'

/** What a verifier is shown of a candidate or a partial. */
export function subjectOf(prompt: Prompt, candidate: Candidate): Subject {
  const tools = prompt.options?.['tools']
  return {
    candidate,
    messages: prompt.messages,
    ...(prompt.reference !== undefined && { reference: prompt.reference }),
    ...(prompt.meta !== undefined && { meta: prompt.meta }),
    ...(tools !== undefined && { tools: tools as NonNullable<Subject['tools']> }),
  }
}
