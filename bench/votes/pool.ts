import type { BenchRecording } from '../replay/recordings.ts'

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

/** Prompts that a recording must have for one half to teach the other. */
const fewestPrompts = 4

/** The pools of a recording, or a reason why it cannot be voted on; prompts with fewer samples are left out. */
export function votePools(recording: BenchRecording): {
  readonly pools: VotePool[]
  readonly reason?: string
} {
  const pools: VotePool[] = []
  if (recording.kind === 'counts') return { pools, reason: 'only counts were recorded' }
  for (const { id, samples } of recording.prompts) {
    if (samples.length < fewestVotes) continue
    const numbers = new Map<string, number>()
    const votes: number[] = []
    const hits: number[] = []
    const counts: number[] = []
    let labelled = true
    for (const { answer, correct } of samples) {
      if (typeof correct !== 'boolean') labelled = false
      if (answer === null) {
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
  if (pools.length < fewestPrompts)
    return { pools: [], reason: `fewer than ${fewestPrompts} prompts have ${fewestVotes} labelled samples` }
  if (pools.every((pool) => pool.answers === 0)) return { pools: [], reason: 'no sample has an answer' }
  return { pools }
}
