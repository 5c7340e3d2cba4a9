import type { Finish } from '../contract.ts'
import type { Features } from './outcome.ts'

/** What one failed sample showed besides that it failed. Absent fields are unknown. */
export interface SeenSample {
  readonly finish?: Finish
  /** Length of what was generated, in tokens. */
  readonly tokens?: number
  /** Mean natural-log probability of the generated tokens. */
  readonly meanLogprob?: number
  /** The answer in canonical form; null when it has none. */
  readonly answer?: string | null
  /** What verifiers gave short of success (partial credit), 0 to 1, by name. */
  readonly scores?: Readonly<Record<string, number>>
}

/** What the samples are compared with. */
export interface SeenAgainst {
  /** Mean length of a sample of the same class, in tokens; default: that of the history that is fitted. */
  readonly classTokens?: number
  /** Answers of another model to the same prompt, when they are known. */
  readonly otherAnswers?: readonly (string | null)[]
}

/**
 * What the failed samples of a prompt say about the next one (reference/allocation.md 2d), as means over them. Group
 * `sample finish`: whether it was cut at a cap; `sample length`: natural log of length ÷ class mean; `sample logprob`;
 * `sample score`: each partial credit; `sample answer`: whether it has an answer, how many of another model's answers
 * are the same, and, from the second failure on, the share of pairs that repeat one another.
 */
export function sampleFeatures(
  samples: readonly SeenSample[],
  { classTokens = 1, otherAnswers = [] }: SeenAgainst = {},
): Features {
  const sums = new Map<string, { sum: number; count: number }>()
  const add = (name: string, value: number | undefined) => {
    if (value === undefined || !Number.isFinite(value)) return
    const entry = sums.get(name) ?? { sum: 0, count: 0 }
    entry.sum += value
    entry.count += 1
    sums.set(name, entry)
  }
  for (const { finish, tokens, meanLogprob, answer, scores = {} } of samples) {
    if (finish !== undefined) add('sample finish.cut', Number(finish === 'length'))
    if (tokens !== undefined) add('sample length.ratio', Math.log(Math.max(1, tokens) / classTokens))
    add('sample logprob.mean', meanLogprob)
    for (const [name, score] of Object.entries(scores))
      add(`sample score.${name.replaceAll('.', '_')}`, score)
    if (answer === undefined) continue
    add('sample answer.missing', Number(answer === null))
    if (otherAnswers.length > 0) {
      const same = otherAnswers.filter((other) => other !== null && other === answer).length
      add('sample answer.shared', same / otherAnswers.length)
    }
  }
  const features: Record<string, number> = {}
  for (const [name, { sum, count }] of sums) features[name] = sum / count
  const repeats = repeated(samples)
  if (repeats !== undefined) features['sample answer.repeats'] = repeats
  return features
}

/** Share of pairs of known answers that are the same; undefined without a pair. */
function repeated(samples: readonly SeenSample[]): number | undefined {
  const known = samples.flatMap(({ answer }) => answer ?? [])
  const counts = new Map<string, number>()
  for (const answer of known) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  const pairs = (known.length * (known.length - 1)) / 2
  if (pairs === 0) return undefined
  return [...counts.values()].reduce((same, count) => same + (count * (count - 1)) / 2, 0) / pairs
}
