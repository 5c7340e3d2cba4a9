import type { Candidate, Json, Message } from '../../src/contract.ts'

/** A candidate as a judge reads it: its text and, one a line, its tool calls. */
export function candidateText(candidate: Candidate): string {
  const calls = (candidate.toolCalls ?? []).map(
    ({ function: { name, arguments: given } }) => `[calls the tool ${name} with ${given}]`,
  )
  return [candidate.text, ...calls].filter((part) => part !== '').join('\n')
}

/** A conversation as a judge reads it: each message under its role. Parts that are no text are only named. */
export function conversationText(messages: readonly Message[]): string {
  return messages.map((message) => `${message.role}: ${messageText(message)}`).join('\n\n')
}

function messageText({ content, tool_calls: toolCalls }: Message): string {
  const text = Array.isArray(content)
    ? (content as readonly Json[]).map(partText).join('')
    : typeof content === 'string'
      ? content
      : ''
  return candidateText({ text, finish: 'other', ...(toolCalls && { toolCalls }) })
}

function partText(part: Json): string {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return ''
  const { text, type } = part as { readonly [key: string]: Json }
  if (typeof text === 'string') return text
  return typeof type === 'string' ? `[${type}]` : ''
}

/** At most so many characters: the beginning and the end of a longer text, which say how it went and what came out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  const left = text.length - 2 * half
  return `${text.slice(0, half)}\n[… ${left} characters are left out here …]\n${text.slice(-half)}`.toWellFormed()
}
