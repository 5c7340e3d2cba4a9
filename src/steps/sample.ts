import type { Prompt, Step } from '../contract.ts'
import type { ModelRequest } from '../models/model.ts'

/** Seeds are 31-bit: some servers read a signed 32-bit integer. */
const seedRange = 2 ** 31

/**
 * The request of a `sample` step. Sample 0 is the caller's request with only the output cap set; later samples change
 * only the seed: the caller's plus the index, or the engine's plus the index where the caller gave none.
 */
export function sampleRequest(
  prompt: Prompt,
  step: Step,
  maxOutputTokens: number,
  engineSeed: number,
  attempt: number,
): ModelRequest {
  const asked = prompt.options?.['seed']
  const base = typeof asked === 'number' ? asked : undefined
  const seed =
    base !== undefined
      ? base + step.index
      : step.index === 0
        ? undefined
        : (engineSeed + step.index) % seedRange
  return {
    step,
    prompt,
    messages: prompt.messages,
    maxOutputTokens,
    attempt,
    ...(seed !== undefined && { seed }),
  }
}
