import { numbersIn, type FoundNumber } from './number-at.ts'
import { fromDecimal } from './rational.ts'

/** Signs and commands that make a value which is no plain number. */
const NOT_PLAIN =
  /\\(?:sqrt|pi|log|ln|exp|sin|cos|tan|infty|pm|mp|binom|sum|int|prod|begin|frac|dfrac)(?![a-z])|[π√∞±∫∑]/

/** What makes the first number the start of an expression, a range, a time, or a product with a letter. */
const GOES_ON = /^\s?[*×·÷^+\-/:]\s?[($\d]|^[a-fi-jn-rt-z](?![\p{L}])|^\s?!/u
const LIST =
  /^\s?(?:,|and\b|or\b|&)\s?[-+$]{0,2}\d[\d.,/]*(?:\s?(?:,|and\b|or\b)\s?[-+$]{0,2}\d[\d.,/]*)*\s?[.)}$]*$/
const SPACED_THOUSANDS = /^([^\d]{0,4})(\d{1,3}(?: \d{3})+)((?:\.\d+)?)(?!\d| ?\/)/
const DECIMAL_COMMA = /^([^\d]{0,4})(\d+),(\d{1,2}|\d{4,})(\s?[^\d\s,][^\d,]*)?$/

/**
 * The number that a short statement gives: the first one after its last equals sign. Undefined when the statement has
 * no number, and also when it gives something else (`2x`, `3 or 4`, `5\sqrt{2}`), so that nothing is misread.
 */
export function statedNumber(statement: string): FoundNumber | undefined {
  for (const side of statement.split(/(?<![<>!])[=≈]/).toReversed()) {
    const found = numberOfSide(side.trim())
    if (found !== undefined) return found
  }
  return undefined
}

function numberOfSide(side: string): FoundNumber | undefined {
  if (NOT_PLAIN.test(side)) return undefined
  const text = unspaced(side)
  const [first] = numbersIn(text)
  if (first === undefined) return undefined
  const rest = text.slice(first.end)
  if (GOES_ON.test(rest) || LIST.test(rest)) return undefined
  return /\bnegative\s$/i.test(text.slice(0, first.start)) && first.value.numerator > 0n
    ? { ...first, value: { ...first.value, numerator: -first.value.numerator } }
    : first
}

/** In a statement that is one number, `10 000` and `3,5` have only one reading. */
function unspaced(side: string): string {
  const spaced = SPACED_THOUSANDS.exec(side)
  if (spaced !== null) {
    const [all, before = '', digits = '', fraction = ''] = spaced
    return `${before}${digits.replaceAll(' ', '')}${fraction}${side.slice(all.length)}`
  }
  const comma = DECIMAL_COMMA.exec(side)
  if (comma !== null && fromDecimal(`${comma[2]}.${comma[3]}`) !== undefined) {
    return `${comma[1]}${comma[2]}.${comma[3]}${comma[4] ?? ''}`
  }
  return side
}
