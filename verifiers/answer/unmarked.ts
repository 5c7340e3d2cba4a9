/** Layers of dress taken off; real answers wear two or three. */
const LAYERS = 4

const PAIRS: readonly (readonly [string, string])[] = [
  ['**', '**'],
  ['__', '__'],
  ['`', '`'],
  ['$$', '$$'],
  ['$', '$'],
  ['\\(', '\\)'],
  ['\\[', '\\]'],
]

/** Takes the dress off a short answer: dollar signs of mathematics, bold and code marks, a final full stop. */
export function unmarked(answer: string): string {
  let text = answer.trim()
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const before = text
    if (text.endsWith('.') && !text.endsWith('..')) text = text.slice(0, -1).trimEnd()
    for (const [open, close] of PAIRS) {
      if (text.length > open.length + close.length && text.startsWith(open) && text.endsWith(close)) {
        const inside = text.slice(open.length, -close.length)
        // `$5 or $6$` is not dressed in one pair: a second opening mark inside says so.
        if (!inside.includes(open)) text = inside.trim()
      }
    }
    // `**Answer:** 5` leaves its closing marks in front, `Answer: **5` its opening ones.
    text = text.replace(/^\*\*(?!.*\*\*)|^__(?!.*__)/, '').trimStart()
    text = text.replace(/^([^*]*)\*\*$/, '$1').trimEnd()
    if (text === before) break
  }
  return text
}
