/** Statements kept, the last ones: one text may say "answer" thousands of times. */
const STATEMENTS_KEPT = 16

/** Characters of what follows a marker that may belong to the answer. */
const STATEMENT_CHARACTERS = 2_048

const WORD = /\banswers?\b|####/gi

/** What may stand between the word "answer" and what is answered. Every part is bounded, so the match is linear. */
const LINK =
  /^[*_"'`)\]]{0,4}(?:\s{1,4}\(?(?:to|for|of|in|as)\b[^.:=\n]{0,100}?)?(?:\s{0,4}[:=][*_\s]{0,6}|\s{1,4}(?:is|are|was|must be|would be|will be|should be|equals)\b(?:\s{0,4}:)?\s{0,6}|[*_]{0,4}\n[*_\s]{0,6})/i

/**
 * The texts that follow "the answer is", "Answer:", "#### " and the like, the last one first. Each runs to the end
 * of its line; what belongs to the answer within it is for the reader of that kind of answer to say.
 */
export function statements(text: string): readonly string[] {
  const found: string[] = []
  WORD.lastIndex = 0
  for (let match = WORD.exec(text); match !== null; match = WORD.exec(text)) {
    const after = match.index + match[0].length
    const link = match[0] === '####' ? 0 : linkLength(text, after)
    if (link < 0) continue
    const statement = lineFrom(text, after + link)
    if (statement === '') continue
    if (found.length === STATEMENTS_KEPT) found.shift()
    found.push(statement)
  }
  return found.toReversed()
}

function linkLength(text: string, from: number): number {
  return LINK.exec(text.slice(from, from + 160))?.[0].length ?? -1
}

function lineFrom(text: string, from: number): string {
  const rest = text.slice(from, from + STATEMENT_CHARACTERS).trimStart()
  const end = rest.indexOf('\n')
  return (end < 0 ? rest : rest.slice(0, end)).trim()
}
