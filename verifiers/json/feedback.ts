/** Characters of feedback a revision is shown: enough for a handful of faults. */
const FEEDBACK_CHARACTERS = 480

/** Faults told at once; more only dilutes a revision prompt. */
const MAX_FAULTS = 8

/** One feedback text from faults, one a line; says how many were left out. */
export function feedback(faults: readonly string[]): string {
  const lines: string[] = []
  let length = 0
  for (const fault of faults.slice(0, MAX_FAULTS)) {
    const line = shortened(fault, FEEDBACK_CHARACTERS / 2)
    if (lines.length > 0 && length + line.length > FEEDBACK_CHARACTERS) break
    lines.push(line)
    length += line.length + 1
  }
  const left = faults.length - lines.length
  return left > 0 ? `${lines.join('\n')}\nand ${left} more` : lines.join('\n')
}

/** A text cut to a length, never inside a surrogate pair, with an ellipsis where it was cut. */
export function shortened(text: string, characters: number): string {
  if (text.length <= characters) return text
  return `${text.slice(0, characters - 1).toWellFormed()}…`
}
