/** What a kind of features must show before it is kept. */
interface Proof {
  /** How many times likelier, at least, a group must make the held-out outcomes, for each look at a group. */
  readonly odds: number
  /** And a mean gain this many standard errors above zero: one prompt must not open the gate. */
  readonly errors: number
}

/**
 * The more a kind is expected to tell, the less it has to prove. Odds are grades of evidence (Kass, Raftery 1995):
 * 3 "positive", 20 "strong". Another model's success on the same prompt nearly always tells: even odds. What a failed
 * sample shows moves one prompt among those that failed, so an error costs little. What was merely seen in the prompt
 * tells least often, and held-out gains of its groups on fewer than a hundred prompts scatter widely.
 */
const proofs: readonly (readonly [kind: string, Proof])[] = [
  ['past ', { odds: 1, errors: 0 }],
  ['sample ', { odds: 3, errors: 1.645 }],
  ['answers ', { odds: 20, errors: 1.645 }],
]
const otherProof: Proof = { odds: 20, errors: 2.5 }

/** Groups that passed, and what the gate saw. */
export interface KeptGroups {
  readonly groups: readonly string[]
  /** Held-out losses with them, in nats a prompt. */
  readonly losses: Float64Array
  /** The same without any group. */
  readonly free: Float64Array
  /** Mean gain of each group when it was last looked at, beside those kept before it. */
  readonly gains: Readonly<Record<string, number>>
}

/**
 * Greedy selection of groups of features by held-out log loss: the best group that passes is kept, then the best beside
 * it, until none does.
 * @param losses held-out losses with some groups, one a prompt, always in the same order
 */
export function keptGroups(
  candidates: Iterable<string>,
  losses: (groups: readonly string[]) => Float64Array,
): KeptGroups {
  const open = new Set(candidates)
  const looks = Math.max(1, [...open].filter((group) => proofOf(group).odds > 1).length)
  const gains: Record<string, number> = {}
  let groups: string[] = []
  const free = losses(groups)
  let held = free
  while (open.size > 0) {
    let best: { readonly group: string; readonly held: Float64Array; readonly gain: number } | undefined
    for (const group of open) {
      const after = losses([...groups, group])
      const { gain, error } = improvement(held, after)
      gains[group] = gain
      const { odds, errors } = proofOf(group)
      const informs =
        gain > 0 && gain * held.length > Math.log(odds > 1 ? odds * looks : odds) && gain > errors * error
      if (informs && (!best || gain > best.gain)) best = { group, held: after, gain }
      // What does not help alone hardly helps later, and each look costs a cross-validation.
      if (gain <= 0) open.delete(group)
    }
    if (!best) break
    groups = [...groups, best.group]
    held = best.held
    open.delete(best.group)
  }
  return { groups, losses: held, free, gains }
}

function proofOf(group: string): Proof {
  return proofs.find(([kind]) => group.startsWith(kind))?.[1] ?? otherProof
}

function improvement(before: Float64Array, after: Float64Array) {
  const differences = before.map((loss, row) => loss - (after[row] as number))
  const gain = mean(differences)
  const variance = mean(differences.map((difference) => (difference - gain) ** 2))
  return { gain, error: Math.sqrt(variance / Math.max(1, differences.length - 1)) }
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
