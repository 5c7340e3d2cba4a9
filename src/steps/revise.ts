import type { Candidate, Message, Prompt, RevisionForm, ToolCall } from '../contract.ts'
import { isPatchable, patchRequest } from './patch.ts'

/** A candidate that was not accepted, and why. */
export interface Rejected {
  readonly candidate: Candidate
  /** What its verifier said is wrong; absent when it said nothing, see {@link noFeedback}. */
  readonly feedback?: string
}

/** More attempts in context do not help (Snell et al. 2024, 2408.03314, use four). */
const mostAttempts = 4
/** What the model is told where the verifier gave no feedback. */
export const noFeedback = 'The answer is not right.'
const again = 'Answer again.'

/**
 * The messages of a `revise` step: the prompt's own, and what the model made of them, oldest attempt first, at most
 * the last four.
 *
 * `conversation`: each attempt as the assistant's turn, followed by its feedback. `clean`: only the last attempt and
 * its feedback, at the end of the user's own turn. `patch`: as `conversation`, but the last turn asks for a JSON
 * Patch; an attempt that holds no JSON document is asked for anew. A candidate that called tools keeps its calls,
 * and their results are its feedback. Source of the forms: {@link RevisionForm}.
 */
export function revisionMessages(
  { messages }: Pick<Prompt, 'messages'>,
  attempts: readonly Rejected[],
  form: RevisionForm = 'conversation',
): readonly Message[] {
  const last = attempts.at(-1)
  if (!last) return messages
  if (form === 'clean') return added(messages, cleanRequest(last))
  const turns = attempts.slice(-mostAttempts).flatMap((attempt) => {
    const patch = form === 'patch' && attempt === last && isPatchable(last.candidate.text)
    return turnsOf(attempt, patch ? patchRequest : again)
  })
  return [...messages, ...turns]
}

/** An attempt and what became of it, as turns of the conversation. */
function turnsOf({ candidate, feedback = noFeedback }: Rejected, request: string): readonly Message[] {
  const { text, toolCalls = [] } = candidate
  const content = `${feedback}\n${request}`
  if (toolCalls.length === 0) {
    return [
      { role: 'assistant', content: text },
      { role: 'user', content },
    ]
  }
  const calls = toolCalls.map((call, at) => ({
    ...call,
    id: call.id ?? `call_${at}`,
    type: call.type ?? 'function',
  }))
  // Every call needs a result before the model may speak again.
  const results = calls.map((call) => ({ role: 'tool', tool_call_id: call.id, content }))
  return [{ role: 'assistant', content: text || null, tool_calls: calls }, ...results]
}

function cleanRequest({ candidate, feedback = noFeedback }: Rejected): string {
  return `Not accepted: ${spoken(candidate)}\nFeedback: ${feedback}\n${again}`
}

/** A candidate as text, tool calls included. */
function spoken({ text, toolCalls = [] }: Candidate): string {
  return [...(text === '' && toolCalls.length > 0 ? [] : [text]), ...toolCalls.map(spokenCall)].join('\n')
}

function spokenCall({ function: { name, arguments: given } }: ToolCall): string {
  return `${name}(${given})`
}

/** The messages with a text at the end of the last user message. */
function added(messages: readonly Message[], text: string): readonly Message[] {
  const at = messages.findLastIndex(({ role }) => role === 'user')
  const message = messages[at]
  if (!message) return [...messages, { role: 'user', content: text }]
  const { content } = message
  const longer =
    typeof content === 'string' || content === null || content === undefined
      ? `${content ?? ''}\n${text}`
      : [...content, { type: 'text', text }]
  return messages.with(at, { ...message, content: longer })
}
