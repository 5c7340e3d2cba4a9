import type { BenchRecording } from '../replay/recordings.ts'
import { numberedAnswers } from './numbered-answers.ts'

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
    if (samples.some(({ correct }) => typeof correct !== 'boolean')) continue
    const { numbers: votes, answers, right } = numberedAnswers(samples)
    pools.push({ id, votes, answers, right })
  }
  if (pools.length < fewestPrompts)
    return { pools: [], reason: `fewer than ${fewestPrompts} prompts have ${fewestVotes} labelled samples` }
  if (pools.every((pool) => pool.answers === 0)) return { pools: [], reason: 'no sample has an answer' }
  return { pools }
}
