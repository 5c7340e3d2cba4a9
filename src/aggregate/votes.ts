import type { Tree } from '../contract.ts'

/** Votes by answer key, most first; ties in the order of first mention. Failed verdicts and samples do not vote. */
export function votesOf(tree: Tree): readonly { readonly answer: string; readonly votes: number }[] {
  const counts = new Map<string, number>()
  for (const { verdict } of tree.nodes) {
    if (verdict?.kind !== 'scored' || verdict.answer === undefined) continue
    counts.set(verdict.answer, (counts.get(verdict.answer) ?? 0) + 1)
  }
  return [...counts]
    .map(([answer, votes]) => ({ answer, votes }))
    .toSorted((left, right) => right.votes - left.votes)
}
