import type { Message, Prompt, Variation } from '../contract.ts'

/** The prompt with another temperature, or a sentence more at the end of its last user message. */
export function varied(prompt: Prompt, { temperature, instruction }: Variation): Prompt {
  const options = temperature === undefined ? prompt.options : { ...prompt.options, temperature }
  const messages = instruction === undefined ? prompt.messages : instructed(prompt.messages, instruction)
  return { ...prompt, messages, ...(options && { options }) }
}

function instructed(messages: readonly Message[], instruction: string): readonly Message[] {
  const at = messages.findLastIndex(({ role }) => role === 'user')
  const message = messages[at]
  if (!message) return [...messages, { role: 'user', content: instruction }]
  const { content } = message
  const longer =
    typeof content === 'string' || content === null || content === undefined
      ? `${content ?? ''}\n${instruction}`
      : [...content, { type: 'text', text: instruction }]
  return messages.with(at, { ...message, content: longer })
}
