/** Tries ahead that a prior is judged on: allocation rarely goes deeper while it still has a choice. */
export const judgedTries = 8

/**
 * Log loss, in nats, of predicting a prompt's tries one after the other until the first success or `judgedTries`
 * failures, averaged over all orders of its recorded tries: with S(k) = C(n − c, k)/C(n, k) the share of orders whose
 * first k tries fail, Σₖ S(k) · [−q log h(k) − (1 − q) log(1 − h(k))], q = c/(n − k). A proper score of exactly what
 * allocation uses: the chance of the next success after each number of failures.
 */
export function firstSuccessLoss(hazard: Float64Array, tries: number, successes: number): number {
  let loss = 0
  let reached = 1
  const depth = Math.min(tries, judgedTries, hazard.length)
  for (let failures = 0; failures < depth; failures += 1) {
    const rate = successes / (tries - failures)
    const chance = Math.min(1 - smallest, Math.max(smallest, hazard[failures] as number))
    loss -= reached * (rate * Math.log(chance) + (1 - rate) * Math.log1p(-chance))
    reached *= 1 - rate
    if (reached <= 0) break
  }
  return loss
}

const smallest = 1e-6
