import type { Prompt } from '../contract.ts'

/** More numbers than this in a prompt do not tell more about it. */
const mostNumbers = 12

/**
 * The class of a prompt while nothing is believed about it: its task and how many numbers its last message has. What
 * it is worth is for the outcomes to say: until they tell classes apart, all are treated alike.
 */
export function classOf(prompt: Prompt): string {
  const last = prompt.messages.at(-1)?.content
  const text = typeof last === 'string' ? last : JSON.stringify(last ?? '')
  const numbers = text.match(/\d+(?:[.,]\d+)*/g)?.length ?? 0
  return `${prompt.task ?? ''}/${Math.min(numbers, mostNumbers)}`
}
