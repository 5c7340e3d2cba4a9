/**
 * An exact fraction in lowest terms with a positive denominator. Equal fractions have equal fields, so comparing
 * them never rounds.
 */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** Decimal digits a power of ten may add; a hostile `1e999999999` must not fill the memory. */
const EXPONENT_LIMIT = 2_000

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [a, b] = [magnitude(left), magnitude(right)]
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}

/** Undefined for a zero denominator: there is no such number. */
export function rational(numerator: bigint, denominator: bigint = 1n): Rational | undefined {
  if (denominator === 0n) return undefined
  if (denominator === 1n) return { numerator, denominator }
  const divisor = greatestCommonDivisor(numerator, denominator)
  const sign = denominator < 0n ? -1n : 1n
  return { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor }
}

export function add(left: Rational, right: Rational): Rational {
  if (left.denominator === 1n && right.denominator === 1n) {
    return { numerator: left.numerator + right.numerator, denominator: 1n }
  }
  return reduced(
    left.numerator * right.denominator + right.numerator * left.denominator,
    left.denominator * right.denominator,
  )
}

export function negate(value: Rational): Rational {
  return { numerator: -value.numerator, denominator: value.denominator }
}

export function subtract(left: Rational, right: Rational): Rational {
  return add(left, negate(right))
}

export function multiply(left: Rational, right: Rational): Rational {
  return reduced(left.numerator * right.numerator, left.denominator * right.denominator)
}

/** Undefined when the divisor is zero. */
export function divide(left: Rational, right: Rational): Rational | undefined {
  return rational(left.numerator * right.denominator, left.denominator * right.numerator)
}

export function equal(left: Rational, right: Rational): boolean {
  return left.numerator === right.numerator && left.denominator === right.denominator
}

/** Negative, zero or positive, as the left is smaller, equal or larger. */
export function compare(left: Rational, right: Rational): number {
  const difference = left.numerator * right.denominator - right.numerator * left.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Reads `12`, `-0.5`, `.5`, `5.` or `1.2e-3` exactly; undefined for everything else. */
export function fromDecimal(text: string): Rational | undefined {
  const parts = DECIMAL.exec(text)
  if (parts === null) return undefined
  const whole = parts[2] ?? ''
  const fraction = parts[3] ?? ''
  if (whole === '' && fraction === '') return undefined
  const exponent = Number(parts[4] ?? 0)
  if (Math.abs(exponent) > EXPONENT_LIMIT) return undefined
  const digits = BigInt(whole + fraction)
  const signed = parts[1] === '-' ? -digits : digits
  const shift = exponent - fraction.length
  return shift >= 0
    ? { numerator: signed * 10n ** BigInt(shift), denominator: 1n }
    : rational(signed, 10n ** BigInt(-shift))
}

/** The nearest double; huge fractions are scaled first so that they do not become Infinity / Infinity. */
export function toNumber(value: Rational): number {
  const direct = Number(value.numerator) / Number(value.denominator)
  if (Number.isFinite(direct) && direct !== 0) return direct
  if (value.numerator === 0n) return 0
  const scale = 10n ** 30n
  return Number((value.numerator * scale) / value.denominator) / 1e30
}

/** The one spelling of a value: a decimal where it ends (`-0.5`, `18`), else a fraction (`1/3`). */
export function canonical(value: Rational): string {
  if (value.denominator === 1n) return value.numerator.toString()
  let rest = value.denominator
  let twos = 0
  let fives = 0
  while (rest % 2n === 0n) {
    rest /= 2n
    twos += 1
  }
  while (rest % 5n === 0n) {
    rest /= 5n
    fives += 1
  }
  if (rest !== 1n) return `${value.numerator}/${value.denominator}`
  const places = Math.max(twos, fives)
  const scaled = (magnitude(value.numerator) * 10n ** BigInt(places)) / value.denominator
  const digits = scaled.toString().padStart(places + 1, '0')
  const sign = value.numerator < 0n ? '-' : ''
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

function reduced(numerator: bigint, denominator: bigint): Rational {
  if (denominator === 1n) return { numerator, denominator }
  const divisor = greatestCommonDivisor(numerator, denominator)
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}
