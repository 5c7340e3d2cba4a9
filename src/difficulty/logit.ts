/** Natural log odds of p in (0, 1). */
export function logit(p: number): number {
  return Math.log(p / (1 - p))
}

/** The inverse of {@link logit}. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
