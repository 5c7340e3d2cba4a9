/** Votes of the two leading answers that the table covers; beyond it one more vote is worth nothing. */
export const deepestVotes = 64
/** How many votes ahead are considered: one vote rarely changes anything, so looking one ahead would stop at once. */
const lookaheads = [1, 2, 3, 5, 7, 9] as const

/**
 * P(the leader is the more likely of the two leading answers | a votes against b) under a uniform prior on their
 * split: P(Beta(a + 1, b + 1) > ½) = Σ_{j ≤ a} C(a + b + 1, j) / 2^(a + b + 1).
 */
export function leaderProbability(a: number, b: number): number {
  const trials = a + b + 1
  // The sum of a binomial's lower tail, term by term in logs: C overflows beyond 1,000 votes.
  let logTerm = -trials * Math.LN2
  let sum = 0
  for (let j = 0; j <= a; j += 1) {
    sum += Math.exp(logTerm)
    logTerm += Math.log((trials - j) / (j + 1))
  }
  return Math.min(1, sum)
}

let table: Float64Array | undefined

/**
 * What one more vote is worth: the largest gain per vote in P(the chosen answer is the mode) over the next m votes,
 * m in {1, 2, 3, 5, 7, 9}; the upper envelope of the knowledge gradient (Frazier, Powell 2010, "KG(*)").
 * Votes to come follow the beta-binomial predictive.
 */
export function voteValue(a: number, b: number): number {
  table ??= build()
  return a + b > deepestVotes ? 0 : (table[a * (deepestVotes + 1) + b] as number)
}

function build(): Float64Array {
  const size = deepestVotes + 1
  const values = new Float64Array(size * size)
  for (let a = 0; a < size; a += 1) {
    for (let b = 0; b <= a && a + b <= deepestVotes; b += 1) {
      const now = leaderProbability(a, b)
      let best = 0
      for (const ahead of lookaheads) {
        let later = 0
        for (let more = 0; more <= ahead; more += 1) {
          const top = a + more
          const other = b + ahead - more
          later +=
            betaBinomial(more, ahead, a + 1, b + 1) *
            leaderProbability(Math.max(top, other), Math.min(top, other))
        }
        best = Math.max(best, (later - now) / ahead)
      }
      values[a * size + b] = best
    }
  }
  return values
}

/** P(`hits` of `trials`) when the chance is Beta(alpha, beta) with integer parameters. */
function betaBinomial(hits: number, trials: number, alpha: number, beta: number): number {
  let value = 1
  for (let j = 0; j < hits; j += 1) value *= ((trials - j) * (alpha + j)) / (j + 1)
  for (let j = 0; j < trials - hits; j += 1) value *= beta + j
  for (let j = 0; j < trials; j += 1) value /= alpha + beta + j
  return value
}
