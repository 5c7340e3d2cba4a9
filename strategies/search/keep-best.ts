import type { View } from '../../src/contract.ts'
import type { Branch, LevelPlan, Share } from './levels.ts'
import { narrowed } from './narrowed.ts'
import { scoreOfPath, type PathScore } from './reward.ts'

/**
 * The rule of a beam: the best branches of a level keep its places, equal texts counted once, and each gets the same
 * number of children. A candidate among the best leaves the beam and takes its place along; one whose verdict calls it
 * wrong (score 0) takes none, so a refuted answer does not end the paths beside it.
 */
export function keepBest(width: number, view: View, how: PathScore): LevelPlan['allot'] {
  return (level, places) => {
    const best = distinct(level.filter((branch) => !refuted(branch)))
      .map((branch) => ({ branch, score: scoreOfPath(branch.outlook, how) }))
      .toSorted((left, right) => right.score - left.score)
      .slice(0, places)
    const shares: Share[] = best
      .filter(({ branch }) => branch.node.partial !== undefined)
      .map(({ branch }) => ({ branch, width: narrowed(width, view.budgetLeft) }))
    return { shares, places: places - (best.length - shares.length) }
  }
}

function refuted({ node }: Branch): boolean {
  return node.verdict?.kind === 'scored' && node.verdict.score === 0
}

/** The first of every text. Candidates always stay: they are paid for and finished. */
function distinct(level: readonly Branch[]): readonly Branch[] {
  const seen = new Set<string>()
  return level.filter(({ node }) => {
    if (node.partial === undefined) return true
    const known = seen.has(node.partial)
    seen.add(node.partial)
    return !known
  })
}
