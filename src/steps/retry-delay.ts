/** Milliseconds before the first retry; doubles with each. The policy of the `openai` client. */
const firstDelay = 500
const longestDelay = 8000
/** A server that asks for a longer wait than this is as good as down, in milliseconds. */
const longestWish = 60_000
/** Share of the delay that chance takes away, so that clients do not come back together. */
const jitter = 0.25

/** Milliseconds to wait before trying again. A server's own wish counts; otherwise exponential back-off. */
export function retryDelay(tries: number, wish: number | undefined, uniform: number): number {
  if (wish !== undefined && wish <= longestWish) return wish
  return Math.min(longestDelay, firstDelay * 2 ** tries) * (1 - jitter * uniform)
}
