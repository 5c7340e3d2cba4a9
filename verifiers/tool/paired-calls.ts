/** Which written call stands for which expected one: for each expected call the index of its partner, or -1. */
export type Pairing = readonly number[]

/** Says whether written call `written` is what expected call `expected` asks for. */
export type Matches = (expected: number, written: number) => boolean

/**
 * The largest pairing of expected and written calls. In any order it is a maximum matching (with `subset`, one call
 * may do for several expected ones, and taking the first would cost others theirs). In strict order it is the
 * longest common subsequence, so one call out of place costs one call and not all that follow.
 */
export function pairedCalls(
  expected: number,
  written: number,
  order: 'any' | 'strict',
  matches: Matches,
): Pairing {
  // Both algorithms ask about a pair many times, and an answer can cost a walk through large arguments.
  const table = Array.from({ length: expected }, (_row, i) =>
    Array.from({ length: written }, (_, j) => matches(i, j)),
  )
  const known: Matches = (i, j) => table[i]?.[j] === true
  return order === 'any' ? maximumMatching(expected, written, known) : inSequence(expected, written, known)
}

function maximumMatching(expected: number, written: number, matches: Matches): Pairing {
  const holder = Array.from({ length: written }, () => -1)

  function place(call: number, tried: Set<number>): boolean {
    for (let candidate = 0; candidate < written; candidate++) {
      if (tried.has(candidate) || !matches(call, candidate)) continue
      tried.add(candidate)
      const held = holder[candidate] ?? -1
      if (held === -1 || place(held, tried)) {
        holder[candidate] = call
        return true
      }
    }
    return false
  }

  const partner = Array.from({ length: expected }, () => -1)
  for (let call = 0; call < expected; call++) place(call, new Set())
  for (const [candidate, call] of holder.entries()) if (call !== -1) partner[call] = candidate
  return partner
}

function inSequence(expected: number, written: number, matches: Matches): Pairing {
  // best[i][j]: pairs that the calls from i and j on allow.
  const best = Array.from({ length: expected + 1 }, () => Array.from({ length: written + 1 }, () => 0))
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0
  for (let i = expected - 1; i >= 0; i--) {
    for (let j = written - 1; j >= 0; j--) {
      const row = best[i]
      if (row === undefined) continue
      row[j] = matches(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const partner = Array.from({ length: expected }, () => -1)
  for (let i = 0, j = 0; i < expected && j < written;) {
    if (matches(i, j)) partner[i++] = j++
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return partner
}
