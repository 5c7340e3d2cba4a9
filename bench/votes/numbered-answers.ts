import type { BenchSample } from '../replay/recordings.ts'

/** The answers of some samples as small numbers, and the labels that only score them. */
export interface NumberedAnswers {
  /** A number for each sample, −1 where it gave no answer. */
  readonly numbers: readonly number[]
  /** Number of different answers. */
  readonly answers: number
  /** By number, the share of the samples with that answer that were labelled right. */
  readonly right: Float64Array
}

export function numberedAnswers(samples: readonly BenchSample[]): NumberedAnswers {
  const seen = new Map<string, number>()
  const hits: number[] = []
  const counts: number[] = []
  const numbers = samples.map(({ answer, correct }) => {
    if (answer === null) return -1
    let number = seen.get(answer)
    if (number === undefined) {
      number = seen.size
      seen.set(answer, number)
      hits.push(0)
      counts.push(0)
    }
    counts[number] = (counts[number] as number) + 1
    if (correct === true) hits[number] = (hits[number] as number) + 1
    return number
  })
  return {
    numbers,
    answers: seen.size,
    right: Float64Array.from(hits, (hit, number) => hit / (counts[number] as number)),
  }
}
