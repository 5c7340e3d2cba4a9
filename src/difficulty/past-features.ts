import type { Features } from './outcome.ts'

/** What another model did on a prompt. */
export interface PastResult {
  readonly tries: number
  readonly successes: number
  /** Its answers in canonical form, when they are known; null: a sample without an answer. */
  readonly answers?: readonly (string | null)[]
  /** Mean length of its samples, in tokens. */
  readonly tokens?: number
}

/**
 * Another model's past results on the same prompt. Group `past MODEL`: the log odds of its pass rate with half a
 * success and half a failure added, and whether it never succeeded (where two models differ most). Group
 * `answers MODEL`: how much its answers agree, how many there are, how long they are.
 */
export function pastFeatures(
  model: string,
  { tries, successes, answers = [], tokens }: PastResult,
): Features {
  if (tries === 0) return {}
  const name = model.replaceAll('.', '_')
  const features: Record<string, number> = {
    [`past ${name}.rate`]: Math.log((successes + 0.5) / (tries - successes + 0.5)),
    [`past ${name}.never`]: Number(successes === 0),
  }
  if (answers.length > 1) {
    const counts = new Map<string | null, number>()
    for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1)
    features[`answers ${name}.agreement`] = Math.max(...counts.values()) / answers.length
    features[`answers ${name}.different`] = Math.log(counts.size)
  }
  if (tokens !== undefined) features[`answers ${name}.length`] = Math.log1p(tokens)
  return features
}
