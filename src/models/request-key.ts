import { createHash } from 'node:crypto'
import type { Prompt } from '../contract.ts'

/**
 * What makes two requests the same piece of work: model, messages and options, without what only tells samples apart
 * (seed) or changes how they travel (stream). 16 hexadecimal digits of a SHA-256 over canonical JSON.
 */
export function requestKey(model: string, prompt: Prompt): string {
  const { seed: _seed, stream: _stream, stream_options: _streamOptions, ...options } = prompt.options ?? {}
  const text = JSON.stringify(sorted({ model, messages: prompt.messages, options }))
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The same value with the keys of every object in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  )
}
