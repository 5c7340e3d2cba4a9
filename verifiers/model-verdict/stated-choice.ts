/** What a judge chose, and where in its text. */
export interface StatedChoice {
  readonly choice: string
  /** Index of the choice's first character. */
  readonly at: number
  /** Index of the line's word ("Score"), where the reason ends. */
  readonly wordAt: number
  /** What follows on the same line. */
  readonly rest: string
}

/**
 * What stands after the last `WORD:` of a text, in bold, quotes, brackets or as a field of JSON too: a number or a
 * word. Only the last one counts, and if nothing readable follows it there is no choice: judges quote earlier scores,
 * and the answers they judge hold scores of their own.
 */
export function statedChoice(text: string, word: string): StatedChoice | undefined {
  const marker = new RegExp(String.raw`\b${word}\b[*_"'\x60]{0,4}[ \t]{0,4}[:=]`, 'gi')
  const last = [...text.matchAll(marker)].at(-1)
  if (!last) return undefined
  const value = /[ \t*_"'`([{]{0,12}(\d{1,6}(?:\.\d{1,6})?|[a-z]{1,12})(?![\w])/iy
  value.lastIndex = last.index + last[0].length
  const found = value.exec(text)
  const choice = found?.[1]
  if (!found || choice === undefined) return undefined
  const end = found.index + found[0].length
  const lineEnd = text.indexOf('\n', end)
  return {
    choice,
    at: end - choice.length,
    wordAt: last.index,
    rest: text.slice(end, lineEnd < 0 ? text.length : lineEnd),
  }
}
