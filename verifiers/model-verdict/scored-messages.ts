import type { Message, Subject } from '../../src/contract.ts'

/**
 * The conversation that a reward model scores: the prompt's messages and the answer as the assistant's. Undefined for
 * a candidate that says nothing and calls nothing.
 */
export function scoredMessages(
  subject: Subject,
  text = subject.candidate.text,
): readonly Message[] | undefined {
  const { toolCalls = [] } = subject.candidate
  if (text === '' && toolCalls.length === 0) return undefined
  return [
    ...subject.messages,
    { role: 'assistant', content: text, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) },
  ]
}
