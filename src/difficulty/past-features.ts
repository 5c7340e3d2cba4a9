import type { Features } from './outcome.ts'

/** What another model did on a prompt. */
export interface PastResult {
  readonly tries: number
  readonly successes: number
}

/**
 * Another model's past results on the same prompt, as a group of features of its own: the log odds of its pass rate
 * with half a success and half a failure added, and whether it never or always succeeded (logistic regression is
 * linear in the log odds; the two ends are where two models differ most).
 */
export function pastFeatures(model: string, { tries, successes }: PastResult): Features {
  if (tries === 0) return {}
  const group = `past ${model.replaceAll('.', '_')}`
  return {
    [`${group}.rate`]: Math.log((successes + 0.5) / (tries - successes + 0.5)),
    [`${group}.never`]: Number(successes === 0),
  }
}
