/** One finished candidate as an aggregation sees it. Failed calls and failed verdicts are no ballots. */
export interface Ballot {
  /** The canonical answer; undefined when the candidate has none, or nothing was there to extract one. */
  readonly answer?: string | undefined
  /** The verifier's score, 0..1; undefined when no verifier looked at it. */
  readonly score?: number | undefined
  /** What the candidate did on each of a list of tests, one character a test, '1' for passed. */
  readonly behaviour?: string | undefined
}

/** The ballot that an aggregation chose, by its place in the list. */
export interface Pick {
  readonly ballot: number
  /** How sure the aggregation is, 0..1, comparable only between its own picks. */
  readonly confidence: number
}

/** Chooses one of many; undefined when there is none, or when it would rather abstain. */
export type Aggregation = (ballots: readonly Ballot[]) => Pick | undefined

/** Ballots that share an answer, in the order of first mention; a ballot without an answer stands alone. */
export interface Group {
  readonly members: readonly number[]
  readonly answered: boolean
}

export function groupsOf(ballots: readonly Ballot[]): readonly Group[] {
  const groups = new Map<string | number, { members: number[]; answered: boolean }>()
  for (const [index, { answer }] of ballots.entries()) {
    const group = groups.get(answer ?? index)
    if (group) group.members.push(index)
    else groups.set(answer ?? index, { members: [index], answered: answer !== undefined })
  }
  return [...groups.values()]
}

/** The first of the items with the largest value. */
export function largest<Item>(items: readonly Item[], value: (item: Item) => number): Item | undefined {
  let best: Item | undefined
  let most = -Infinity
  for (const item of items) {
    const own = value(item)
    if (best === undefined || own > most) {
      best = item
      most = own
    }
  }
  return best
}
