import { createHash } from 'node:crypto'

/** One piece of data that a judge is shown, under a title of ours. */
export interface DataBlock {
  readonly title: string
  readonly text: string
}

export interface FencedData {
  /** The blocks between their fences. */
  readonly text: string
  /** What every fence carries: data cannot contain it. */
  readonly mark: string
}

/** Hexadecimal digits of a mark: a text that contains the hash of itself cannot be found by search. */
const markDigits = 16

/**
 * Data between fences that the data cannot close: the mark of the fences is a hash of all that lies between them. It
 * takes no randomness, so that the same question is the same bytes in a replay.
 */
export function fencedData(blocks: readonly DataBlock[]): FencedData {
  const shown = blocks.map(({ title, text }) => ({ title, text: text.toWellFormed() }))
  let mark = ''
  for (let round = 0; mark === '' || shown.some(({ text }) => text.includes(mark)); round += 1) {
    const hash = createHash('sha256').update(JSON.stringify([round, shown]))
    mark = hash.digest('hex').slice(0, markDigits)
  }
  const text = shown
    .map(({ title, text: data }) => `<<${mark} ${title}>>\n${data}\n<</${mark}>>`)
    .join('\n\n')
  return { text, mark }
}
