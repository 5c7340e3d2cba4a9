import { add, divide, fromDecimal, multiply, negate, type Rational } from './rational.ts'

/** A number found in a text. `percent` says that a percent sign was read and is already in the value (50% is 1/2). */
export interface FoundNumber {
  readonly value: Rational
  readonly percent: boolean
  readonly start: number
  readonly end: number
}

/** Digits of one number; more is an attack or a mistake, and exact arithmetic on it would cost. */
const DIGITS_LIMIT = 1_000

/** The largest exponent that is worked out. */
const POWER_LIMIT = 400

const WHOLE = String.raw`\d{1,3}(?:,\d{3})+(?!\d)|\d+`
const DECIMAL = String.raw`(?:${WHOLE})(?:\.\d+)?|\.\d+`
const CONTINENTAL = String.raw`\d{1,3}(?:\.\d{3})+,\d+(?![\d,.])`

/** Sign, currency and digits; the rest of a number is read from where this ends. */
const NUMBER = new RegExp(
  String.raw`([-+]\s?)?([$€£¥₹]\s?)?(-)?(?:(${CONTINENTAL})|(?:(\d+)\s{1,2}(?:and\s)?)?(\d+)\s?[/⁄]\s?(${DECIMAL})|(${DECIMAL}))`,
  'g',
)
const SCIENTIFIC = /\s?[eE]([-+]?\d{1,9})(?!\w)|\s?[×x*·]\s?10\s?\^\s?\(?([-+]?\d{1,9})\)?/y
const POWER = /\s?(?:\^|\*\*)\s?\(?(\d{1,4})\)?/y
const PERCENT = /\s?(?:%|percent\b|per cent\b)/iy
const SCALE = /\s(thousand|million|billion|trillion)\b/iy
const SCALES: Readonly<Record<string, bigint>> = {
  thousand: 1_000n,
  million: 1_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
}
const CURRENCY_CODE = /(?:\b(?:USD|US|EUR|GBP|INR|CAD|AUD)|\bRs\.?)$/
const WORD_CHARACTER = /[\p{L}_^]/u

/** The numbers of one line, in order. Linear in the line. */
export function* numbersIn(line: string): Generator<FoundNumber> {
  NUMBER.lastIndex = 0
  for (let match = NUMBER.exec(line); match !== null; match = NUMBER.exec(line)) {
    const resume = NUMBER.lastIndex
    const found = readMatch(line, match)
    // Reading on must go by this line's position: the caller may have searched another line in between.
    NUMBER.lastIndex = found === undefined ? resume : found.end
    const next = NUMBER.lastIndex
    if (found !== undefined) yield found
    NUMBER.lastIndex = next
  }
}

function readMatch(line: string, match: RegExpExecArray): FoundNumber | undefined {
  const [all, sign = '', currency = '', innerSign = ''] = match
  if (all.length > DIGITS_LIMIT) return undefined
  const digitsAt = match.index + sign.length
  if (joinedToWord(line, sign === '' ? match.index : digitsAt, currency)) return undefined
  const size = magnitude(match)
  if (size === undefined) return undefined
  let value = size
  let end = match.index + all.length
  ;[value, end] = powers(line, end, value)
  const scale = sticky(SCALE, line, end)
  if (scale !== null) {
    value = multiply(value, { numerator: SCALES[(scale[1] ?? '').toLowerCase()] ?? 1n, denominator: 1n })
    end += scale[0].length
  }
  const percent = sticky(PERCENT, line, end)
  if (percent !== null) {
    value = multiply(value, { numerator: 1n, denominator: 100n })
    end += percent[0].length
  }
  const negative = innerSign === '-' || (sign.startsWith('-') && isUnary(line, match.index, sign, currency))
  return { value: negative ? negate(value) : value, percent: percent !== null, start: match.index, end }
}

function magnitude(match: RegExpExecArray): Rational | undefined {
  const [, , , , continental, mixed, top, bottom, decimal] = match
  if (continental !== undefined) return fromDecimal(continental.replaceAll('.', '').replace(',', '.'))
  if (decimal !== undefined) return fromDecimal(decimal.replaceAll(',', ''))
  const above = fromDecimal(top ?? '')
  const below = fromDecimal((bottom ?? '').replaceAll(',', ''))
  if (above === undefined || below === undefined) return undefined
  const part = divide(above, below)
  if (mixed === undefined || part === undefined) return part
  // "2 3/4" is mixed; "7 9/4" is two numbers, of which the last one is read.
  const whole = fromDecimal(mixed)
  return whole === undefined || above.numerator >= below.numerator ? part : add(whole, part)
}

function powers(line: string, from: number, base: Rational): [Rational, number] {
  const scientific = sticky(SCIENTIFIC, line, from)
  if (scientific !== null) {
    const ten = fromDecimal(`1e${scientific[1] ?? scientific[2] ?? '0'}`)
    if (ten !== undefined) return [multiply(base, ten), from + scientific[0].length]
  }
  const power = sticky(POWER, line, from)
  if (power !== null && base.denominator === 1n && base.numerator < 1_000_000n) {
    const exponent = Number(power[1])
    if (exponent <= POWER_LIMIT) {
      return [{ numerator: base.numerator ** BigInt(exponent), denominator: 1n }, from + power[0].length]
    }
  }
  return [base, from]
}

/** `x2`, `cm^2` and `a_1` hold no number; `Rs.18` and `USD18` do. */
function joinedToWord(line: string, at: number, currency: string): boolean {
  const before = line[at - 1]
  if (before === undefined || currency !== '') return false
  if (before === '.') {
    const earlier = line[at - 2]
    return earlier !== undefined && /\d/.test(earlier)
  }
  return WORD_CHARACTER.test(before) && !CURRENCY_CODE.test(line.slice(Math.max(0, at - 5), at))
}

/** Whether the minus before a number makes it negative (`= -3`) rather than takes it from something (`16 - 7`). */
function isUnary(line: string, at: number, sign: string, currency: string): boolean {
  const before = line.slice(Math.max(0, at - 3), at)
  if (/[\p{L}\d)\]}%]$/u.test(before)) return false
  if (/[\d)\]}%]\s+$/.test(before)) return false
  // "- 5 apples" may be a bullet; "= - 5" and "-$5" are not.
  return sign === '-' || currency !== '' || /[=≈(]\s*$/.test(before) || (at === 0 && line.length < 12)
}

function sticky(pattern: RegExp, line: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(line)
}
