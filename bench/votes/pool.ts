import type { Recording } from '../../src/models/recording.ts'

/** The recorded votes of one prompt: what voting sees, and the labels that only score it. */
export interface VotePool {
  readonly id: string
  /** Answers as small numbers, −1 where a sample gave none; in the order recorded. */
  readonly votes: readonly number[]
  /** Number of different answers. */
  readonly answers: number
  /** Share of the samples with an answer that were labelled right. */
  readonly right: Float64Array
}

/** Samples that each prompt must have for a recording to be voted on. */
export const fewestVotes = 5

/**
 * The pools of a recording, or a reason why it cannot be voted on. All prompts are used with the smallest number of
 * samples that any of them has, unless fewer than `fewestVotes` have been recorded for some: those prompts are left out.
 */
export function votePools(recording: Recording): { readonly pools: VotePool[]; readonly reason?: string } {
  const pools: VotePool[] = []
  for (const { id } of recording.problems) {
    const samples = recording.samples.get(id) ?? []
    if (samples.length < fewestVotes) continue
    const numbers = new Map<string, number>()
    const votes: number[] = []
    const hits: number[] = []
    const counts: number[] = []
    let labelled = true
    for (const { answer, correct } of samples) {
      if (typeof correct !== 'boolean') labelled = false
      if (answer === null || answer === undefined) {
        votes.push(-1)
        continue
      }
      let number = numbers.get(answer)
      if (number === undefined) {
        number = numbers.size
        numbers.set(answer, number)
        hits.push(0)
        counts.push(0)
      }
      votes.push(number)
      counts[number] = (counts[number] as number) + 1
      if (correct === true) hits[number] = (hits[number] as number) + 1
    }
    if (!labelled) continue
    const right = Float64Array.from(hits, (hit, number) => hit / (counts[number] as number))
    pools.push({ id, votes, answers: numbers.size, right })
  }
  if (pools.length < 4) return { pools: [], reason: `fewer than 4 prompts have ${fewestVotes} labelled samples` }
  if (pools.every((pool) => pool.answers === 0)) return { pools: [], reason: 'no sample has an answer' }
  return { pools }
}
