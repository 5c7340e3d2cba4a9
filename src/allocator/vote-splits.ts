/**
 * What is expected of votes: how the two leading answers share them, as a mixture over splits, and how many votes go
 * to neither. Learned from prompts, by class.
 */
export interface SplitBelief {
  /** One weight for each of {@link splits}; they add up to 1. */
  readonly weights: readonly number[]
  /** Mean share of votes that go to neither of the two leading answers, once there are two. */
  readonly elsewhere: number
}

/** Votes of one prompt: of its leading answer, of the second, and all that gave an answer. */
export interface VoteCounts {
  readonly leader: number
  readonly second: number
  readonly total: number
}

/**
 * Shares of the more likely of the two leading answers: a library of answer shapes reduced to what decides a vote
 * (mode identification with a shape library, 2602.05395, with the two leaders and the rest).
 */
export const splits: readonly number[] = [
  0.5, 0.53, 0.56, 0.6, 0.64, 0.68, 0.72, 0.76, 0.8, 0.84, 0.88, 0.91, 0.94, 0.96, 0.975, 0.985, 0.995, 1,
]

/** Prompts that what was believed before is worth. */
const priorPrompts = 4
/** Votes elsewhere before anything was seen, and the votes that this guess is worth. */
const priorElsewhere = 0.2
const priorElsewhereVotes = 20
/** Most rounds of expectation maximisation. */
const rounds = 40
/** A round that moves no weight by more than this is the last. */
const settled = 1e-4

/** Nothing known: every split equally likely, as under a uniform prior on it. */
export const vagueSplits: SplitBelief = {
  weights: uniformWeights(),
  elsewhere: priorElsewhere,
}

/**
 * Learns splits from votes of past prompts, or of the prompts in work as far as they are seen, by expectation
 * maximisation over the mixture weights.
 * @param seen votes of prompts, each with the number of prompts that have them
 * @param before what was believed before; counts as 4 prompts. Default: every split equally likely
 */
export function fitSplits(
  seen: Iterable<readonly [VoteCounts, number]>,
  before: SplitBelief = vagueSplits,
): SplitBelief {
  const prior = before.weights
  const size = splits.length
  const counts: number[] = []
  const likelihoods: number[] = []
  let elsewhere = before.elsewhere * priorElsewhereVotes
  let votes = priorElsewhereVotes
  for (const [{ leader, second, total }, count] of seen) {
    if (leader === 0) continue
    counts.push(count)
    for (const split of splits) likelihoods.push(splitLikelihood(leader, second, split))
    if (second === 0) continue
    elsewhere += count * (total - leader - second)
    votes += count * total
  }
  const given = Float64Array.from(likelihoods)
  let weights = Float64Array.from(prior)
  for (let round = 0; round < rounds; round += 1) {
    const grown = Float64Array.from(prior, (share) => share * priorPrompts)
    let all = priorPrompts
    for (const [row, count] of counts.entries()) {
      let evidence = 0
      for (let index = 0; index < size; index += 1)
        evidence += (given[row * size + index] as number) * (weights[index] as number)
      if (!(evidence > 0)) continue
      all += count
      const share = count / evidence
      for (let index = 0; index < size; index += 1)
        grown[index] =
          (grown[index] as number) +
          share * (given[row * size + index] as number) * (weights[index] as number)
    }
    let moved = 0
    for (let index = 0; index < size; index += 1) {
      grown[index] = (grown[index] as number) / all
      moved = Math.max(moved, Math.abs((grown[index] as number) - (weights[index] as number)))
    }
    weights = grown
    if (moved < settled) break
  }
  return { weights: [...weights], elsewhere: elsewhere / votes }
}

/** P(the two leading answers have these votes | their split), up to a factor that is the same for every split. */
export function splitLikelihood(leader: number, second: number, split: number): number {
  return split ** leader * (1 - split) ** second + split ** second * (1 - split) ** leader
}

/** Each split stands for the interval halfway to its neighbours; together they cover ½ to 1. */
function uniformWeights(): number[] {
  return splits.map((split, index) => {
    const low = index === 0 ? 0.5 : (split + (splits[index - 1] as number)) / 2
    const high = index === splits.length - 1 ? 1 : (split + (splits[index + 1] as number)) / 2
    return (high - low) * 2
  })
}
