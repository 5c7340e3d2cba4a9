import { groupsOf, largest, type Aggregation, type Ballot } from './ballot.ts'

/** Scores this close to 0 or 1 count as this: one ballot must not outvote everything. */
const surest = 0.02

export interface WeightedVoteOptions {
  /** The score at which a ballot weighs nothing; below it weighs against its answer. Default 0.5. */
  readonly zero?: number
}

/**
 * Weighted vote: each ballot adds logit(score) − logit(zero) to its answer, so low scores count against it. With
 * calibrated scores this is the maximum a posteriori answer ("optimal aggregation", ICLR 2026; reference 2g).
 * {@link fitZero} finds `zero` on labelled prompts.
 */
export function weightedVote({ zero = 0.5 }: WeightedVoteOptions = {}): Aggregation {
  return (ballots) => {
    const weights = ballots.map(({ score }) => (score === undefined ? 0 : logit(score) - logit(zero)))
    const groups = groupsOf(ballots)
    const weightOf = (members: readonly number[]) =>
      members.reduce((sum, member) => sum + (weights[member] as number), 0)
    const best = largest(groups, ({ members }) => weightOf(members))
    if (!best) return undefined
    const most = weightOf(best.members)
    const all = groups.reduce((sum, { members }) => sum + Math.exp(weightOf(members) - most), 0)
    return { ballot: best.members[0] as number, confidence: 1 / all }
  }
}

/** One labelled past prompt: its ballots and whether each is right. */
export interface LabelledBallots {
  readonly ballots: readonly Ballot[]
  readonly right: readonly boolean[]
}

const grid = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const

/** The zero crossing with the most right answers on labelled prompts; the one closest to 0.5 among equals. */
export function fitZero(history: readonly LabelledBallots[]): number {
  let best = 0.5
  let most = -1
  for (const zero of grid.toSorted((left, right) => Math.abs(left - 0.5) - Math.abs(right - 0.5))) {
    const vote = weightedVote({ zero })
    let right = 0
    for (const prompt of history) {
      const pick = vote(prompt.ballots)
      if (pick && prompt.right[pick.ballot] === true) right += 1
    }
    if (right > most) {
      most = right
      best = zero
    }
  }
  return best
}

function logit(score: number): number {
  const share = Math.min(1 - surest, Math.max(surest, score))
  return Math.log(share / (1 - share))
}
