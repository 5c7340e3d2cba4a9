import type { Prompt } from '../contract.ts'

/** More numbers than this in a prompt do not tell more about it. */
const mostNumbers = 12

/**
 * The class of a prompt, from what can be seen before anything is generated: its task and how many numbers its last
 * message has. Prompts of one class share what is learned; a class that turns out no different from the rest is
 * pulled to the rest.
 */
export function classOf(prompt: Prompt): string {
  const last = prompt.messages.at(-1)?.content
  const text = typeof last === 'string' ? last : JSON.stringify(last ?? '')
  const numbers = text.match(/\d+(?:[.,]\d+)*/g)?.length ?? 0
  return `${prompt.task ?? ''}/${Math.min(numbers, mostNumbers)}`
}
