import type { BenchRecording, BenchSample } from '../../bench/replay/recordings.ts'
import { randomFrom } from '../../src/clock/random.ts'

export interface SyntheticOptions {
  readonly set?: string
  readonly model: string
  readonly prompts?: number
  readonly samples?: number
  /** Mean chance that a sample is right. */
  readonly skill?: number
  /** Whether samples carry outcomes on tests that may be wrong. */
  readonly tests?: boolean
  readonly seed?: string
}

/** A made-up recording: prompts of many difficulties, right answers alike, wrong ones in a few forms, some missing. */
export function syntheticRecording({
  set = 'made-up',
  model,
  prompts = 40,
  samples = 12,
  skill = 0.6,
  tests = false,
  seed = model,
}: SyntheticOptions): BenchRecording {
  const random = randomFrom(`synthetic/${seed}`)
  return {
    set,
    model,
    directory: set,
    kind: 'samples',
    tokensEstimated: false,
    depth: samples,
    prompts: Array.from({ length: prompts }, (_, number) => {
      const id = `${set}/${number}`
      const chance = random() ** ((1 - skill) / skill)
      const list = Array.from({ length: samples }, (__, i): BenchSample => {
        const correct = random() < chance
        const answer = random() < 0.05 ? null : correct ? 'right' : `wrong ${Math.floor(random() ** 2 * 4)}`
        const behaviour = Array.from({ length: 8 }, () =>
          random() < (correct ? 0.8 : 0.5) ? '1' : '0',
        ).join('')
        return {
          answer,
          correct: correct && answer !== null,
          tokens: 20 + Math.floor(60 * random()),
          scores: {},
          recorded: { id, i, ...(tests && { gen_bits: behaviour }) },
        }
      })
      return {
        id,
        prompt: { id, messages: [{ role: 'user', content: `How much is ${number} and ${number + 1}?` }] },
        problem: { id, prompt: null },
        inputTokens: 10,
        samples: list,
        tries: samples,
        successes: list.filter(({ correct }) => correct).length,
      }
    }),
  }
}

/** Every number of a report, to see that none is NaN or infinite. */
export function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(numbersOf)
}
