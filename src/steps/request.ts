import { hash32 } from '../clock/random.ts'
import type { Prompt, Step } from '../contract.ts'
import type { ModelRequest } from '../models/model.ts'
import type { Asked } from './asked.ts'

/** Seeds are 31-bit: some servers read a signed 32-bit integer. */
const seedRange = 2 ** 31

/**
 * The request of a step. Sample 0 is the caller's request with only the output cap set; later samples change only the
 * seed: the caller's plus the index, or the engine's plus the index where the caller gave none. Steps that build on
 * others have many with the same index: theirs comes from the step's id.
 */
export function requestOf(
  asked: Asked,
  step: Step,
  maxOutputTokens: number,
  engineSeed: number,
  attempt: number,
): ModelRequest {
  const { prompt, continues, stop } = asked
  const seed = seedOf(prompt, step, engineSeed)
  return {
    step,
    prompt,
    messages: prompt.messages,
    maxOutputTokens,
    attempt,
    ...(continues && { continues }),
    ...(stop && { stop }),
    ...(seed !== undefined && { seed }),
  }
}

function seedOf(prompt: Prompt, step: Step, engineSeed: number): number | undefined {
  const asked = prompt.options?.['seed']
  const base = typeof asked === 'number' ? asked : undefined
  if (step.kind === 'revise' || step.kind === 'extend') {
    return hash32(`${base ?? engineSeed}/${step.id}`) % seedRange
  }
  if (base !== undefined) return base + step.index
  return step.index === 0 ? undefined : (engineSeed + step.index) % seedRange
}
