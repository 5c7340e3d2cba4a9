import { boxed } from '../answer/boxed.ts'
import { statements } from '../answer/statements.ts'
import { tail } from '../answer/tail.ts'
import { unmarked } from '../answer/unmarked.ts'

/** Where a sentence goes on after the answer. */
const GOES_ON = /(?:\.\s+(?=[A-Z])|\s+(?:because|since|so that|which is|as required)\b|\.$)/

/** The mathematics at the end of a sentence: "we get $x = 5$", "so the sum is 12". */
const LAST_FORMULA = /\$\$?([^$]{1,2000})\$\$?|\\\(([^\n]{1,2000}?)\\\)|\\\[([\s\S]{1,2000}?)\\\]/g

/** Lines longer than this are prose. */
const LINE_CHARACTERS = 2_048

/** The text of the answer in a candidate: in its last box, after "the answer is" and the like, or on its last line. */
export function statedAnswer(text: string): string | undefined {
  const seen = tail(text).trim()
  const inBox = boxed(seen)
  if (inBox !== undefined) return inBox
  for (const statement of statements(seen)) {
    if (/^not\b/i.test(statement)) continue
    // `\text{The answer is } 5` leaves the brace of its words behind.
    const answer = unmarked(firstSentence(statement.replace(/^\}\s*/, '')))
    if (answer !== '') return answer
  }
  if (/(?:\$\$|\\\])\.?$/.test(seen)) {
    const displayed = lastFormula(seen.slice(-2 * LINE_CHARACTERS))
    if (displayed !== undefined) return displayed
  }
  const lastLine = seen.slice(seen.lastIndexOf('\n') + 1).slice(-LINE_CHARACTERS)
  if (lastLine === '') return undefined
  return unmarked(formulaOf(lastLine))
}

function firstSentence(statement: string): string {
  const end = GOES_ON.exec(statement)
  return end === null ? statement : statement.slice(0, end.index)
}

/** In a line of prose the formula that stands last in it; else the line. */
function formulaOf(line: string): string {
  const prose = line.replaceAll(LAST_FORMULA, '').match(/[A-Za-z]{2,}/g)
  if (prose === null || prose.length < 2) return line
  const last = lastFormula(line)
  if (last !== undefined) return last
  const said = /\b(?:is|are|equals|get|gives|have|be|=)\s+([^\s].*)$/i.exec(line)
  return said?.[1] ?? line
}

function lastFormula(text: string): string | undefined {
  let last: string | undefined
  for (const match of text.matchAll(LAST_FORMULA)) last = match[1] ?? match[2] ?? match[3]
  return last
}
