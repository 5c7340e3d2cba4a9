import { boxed } from './boxed.ts'
import { numbersIn, type FoundNumber } from './number-at.ts'
import { plainNumberText } from './plain-number-text.ts'
import { statedNumber } from './stated-number.ts'
import { statements } from './statements.ts'
import { tail } from './tail.ts'
import { unmarked } from './unmarked.ts'

/** Lines looked at from the end when nothing states the answer outright. */
const LINES_SEARCHED = 400

/** Characters of one line that are looked at, from its end; a line of megabytes is no sentence. */
const LINE_CHARACTERS = 2_048

const IRRATIONAL_FACTOR = /^\s?(?:\\(?:pi|sqrt)|[π√])/
const UNDER_ROOT = /(?:\\sqrt\{?|√\(?)$/

/**
 * The number a text answers with: in the last box; else after the last "the answer is", "Answer:" or "####"; else the
 * last number of the text.
 */
export function numberAnswer(text: string): FoundNumber | undefined {
  const seen = tail(text)
  const inBox = boxed(seen)
  if (inBox !== undefined) {
    const plain = plainNumberText(inBox)
    const found = statedNumber(plain)
    // A box that holds something else than a number (`3, 4`) is an answer all the same: nothing replaces it.
    if (found !== undefined || /\d/.test(plain)) return found
  }
  for (const statement of statements(seen)) {
    if (/^not\b/i.test(statement)) continue
    const plain = plainNumberText(unmarked(statement))
    const found = statedNumber(plain)
    if (found !== undefined || /\d/.test(plain)) return found
  }
  return lastNumber(seen)
}

function lastNumber(text: string): FoundNumber | undefined {
  const whole = text.trim()
  if (/^[-+]?[$€£]?\d{1,3}(?: \d{3})+$/.test(whole)) return statedNumber(whole)
  let end = whole.length
  for (let searched = 0; searched < LINES_SEARCHED && end > 0; searched += 1) {
    const start = whole.lastIndexOf('\n', end - 1)
    const line = plainNumberText(whole.slice(Math.max(start + 1, end - LINE_CHARACTERS), end))
    let last: FoundNumber | undefined
    for (const found of numbersIn(line)) last = found
    if (last !== undefined) {
      const irrational =
        IRRATIONAL_FACTOR.test(line.slice(last.end)) || UNDER_ROOT.test(line.slice(0, last.start))
      return irrational ? undefined : last
    }
    end = start
  }
  return undefined
}
