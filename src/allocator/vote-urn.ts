import { shuffled, type Random } from '../clock/random.ts'

/** Where simulated votes come from: a prompt of which all answers are known, or a made-up answer shape. */
export interface VoteUrn {
  /** Number of different answers; votes are 0..answers − 1, or negative for a sample that gave no answer. */
  readonly answers: number
  /** Fills `votes` with one random run; may leave it shorter when the urn has fewer. Returns how many. */
  draw(votes: Int32Array, random: Random): number
  /** P(right) of each answer, where that is known from labelled history. */
  readonly right?: Float64Array
}

/** The recorded votes of one past prompt, drawn without replacement. */
export function recordedUrn(votes: readonly number[], answers: number, right?: Float64Array): VoteUrn {
  return {
    answers,
    ...(right && { right }),
    draw(into, random) {
      const order = shuffled(votes.length, random)
      const count = Math.min(into.length, votes.length)
      for (let place = 0; place < count; place += 1) into[place] = votes[order[place] as number] as number
      return count
    },
  }
}

/** Votes drawn independently from given answer frequencies; what is missing to 1 is spread over one-off answers. */
export function shapeUrn(frequencies: readonly number[], oneOffs = 0): VoteUrn {
  const known = frequencies.length
  return {
    answers: known + oneOffs,
    draw(into, random) {
      let used = 0
      for (let place = 0; place < into.length; place += 1) {
        let left = random()
        let answer = 0
        while (answer < known && left >= (frequencies[answer] as number)) {
          left -= frequencies[answer] as number
          answer += 1
        }
        if (answer === known) {
          answer = oneOffs === 0 ? known - 1 : known + (used % oneOffs)
          used += 1
        }
        into[place] = answer
      }
      return into.length
    },
  }
}

const topShares = [0.06, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.84, 0.91, 0.96, 0.985, 0.997] as const
/** Of what the leader leaves, the share that goes to each next answer in turn; the rest are answers given once. */
const rivalries = [0.9, 0.5, 0.15] as const
const rivals = 4
const mostOneOffs = 64

/**
 * Answer shapes that cover what models do: the leading answer's share from nearly none to nearly all, against one
 * strong rival, a few, or many one-off answers. Their weights are what is learned ("mode identification with a
 * library of shapes", 2602.05395).
 */
export function commonShapes(): readonly VoteUrn[] {
  return topShares.flatMap((top) =>
    rivalries.map((rivalry) => {
      const frequencies: number[] = [top]
      let left = 1 - top
      for (let rival = 0; rival < rivals; rival += 1) {
        // A rival is never ahead of the leader: these are sorted frequencies.
        const share = Math.min(top, left * rivalry)
        frequencies.push(share)
        left -= share
      }
      return shapeUrn(frequencies, mostOneOffs)
    }),
  )
}
