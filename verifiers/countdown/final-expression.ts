import { boxed } from '../answer/boxed.ts'
import { statements } from '../answer/statements.ts'
import { unmarked } from '../answer/unmarked.ts'
import { plainArithmetic } from './expression.ts'

/** A run of arithmetic within a sentence. */
const RUN = /(?:\\frac|[\d([{])(?:\\frac|[\d+\-*/^()[\]{}.=\s]){2,}/g
/** Marks of bold type, as opposed to the power sign between two operands. */
const BOLD = /(?<![\d)\]}]\s?)\*\*|\*\*(?!\s?[\d([{])/g
const OPERATOR = /[\d)\]}]\s*(?:\*\*|[-+*/^(])\s*-?[\d([{\\]|\\frac/

/** Characters of one line that are looked at. */
const LINE_CHARACTERS = 2_048

/** Lines looked at from the end when nothing states the answer outright. */
const LINES_SEARCHED = 50

/** The arithmetic that a text gives as its final answer: after "Answer:", in a box, or else in its last line of arithmetic. */
export function finalExpression(text: string, isStep: (line: string) => boolean): string | undefined {
  const inBox = boxed(text)
  const stated = inBox === undefined ? statements(text) : [inBox, ...statements(text)]
  for (const statement of stated) {
    const expression = arithmeticIn(statement)
    if (expression !== undefined) return expression
  }
  // A closing sentence ("This uses every number once.") stands after the answer and is read over.
  const lines = text.trimEnd().split('\n').slice(-LINES_SEARCHED)
  for (const line of lines.toReversed()) {
    if (isStep(line.trim())) return undefined
    const expression = arithmeticIn(line)
    if (expression !== undefined) return expression
  }
  return undefined
}

/** The last run of arithmetic in a line, or all of the line when it is nothing else. */
function arithmeticIn(line: string): string | undefined {
  const plain = plainArithmetic(unmarked(line.slice(0, LINE_CHARACTERS))).replaceAll(BOLD, ' ')
  let last: string | undefined
  for (const [run] of plain.matchAll(RUN)) {
    const candidate = run.trim().replace(/[.=\s]+$/, '')
    if (OPERATOR.test(candidate)) last = candidate
  }
  // A sign in front belongs to the answer, and is for the reader to refuse.
  return last !== undefined && plain.trim() === `-${last}` ? `-${last}` : last
}
