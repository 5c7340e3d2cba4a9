/**
 * How alike the failed samples of one prompt are: the share of pairs with the same answer, over all prompts. Failures
 * that repeat one another tell less than as many different ones. Samples without an answer are left out.
 * @param failures the answers of failed samples, a list a prompt
 */
export function duplicateRate(failures: readonly (readonly (string | null)[])[]): number {
  let pairs = 0
  let same = 0
  for (const answers of failures) {
    const counts = new Map<string, number>()
    let known = 0
    for (const answer of answers) {
      if (answer === null) continue
      known += 1
      counts.set(answer, (counts.get(answer) ?? 0) + 1)
    }
    pairs += (known * (known - 1)) / 2
    for (const count of counts.values()) same += (count * (count - 1)) / 2
  }
  return pairs === 0 ? 0 : same / pairs
}

/** How many independent tries `tries` correlated ones are worth: n/(1 + (n − 1)ρ) (Kish 1965, design effect). */
export function effectiveTries(tries: number, correlation: number): number {
  return tries === 0 ? 0 : tries / (1 + (tries - 1) * correlation)
}
