import { add, divide, multiply, negate, rational, type Rational } from '../answer/rational.ts'
import type { Expression } from './tree.ts'

/** Values of the free symbols. */
export type Bindings = ReadonlyMap<string, Rational>

/** Bits of one number; `9^9^9^9` and `1000000!` go no further than this. */
const BITS_LIMIT = 60_000

/** The same where symbols have values: that is done at many points. */
const BITS_LIMIT_AT_POINT = 4_000

const FACTORIAL_LIMIT = 4_000n
const NO_BINDINGS: Bindings = new Map()

/** The exact value of an expression, or undefined when it has none that is rational, or is too large to work out. */
export function exactValue(expression: Expression, bindings: Bindings = NO_BINDINGS): Rational | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'symbol':
      return bindings.get(expression.name)
    case 'constant':
      return undefined
    case 'call': {
      const values: Rational[] = []
      for (const part of expression.parts) {
        const value = exactValue(part, bindings)
        if (value === undefined) return undefined
        values.push(value)
      }
      const result = applied(expression.operation, values)
      const limit = bindings.size > 0 ? BITS_LIMIT_AT_POINT : BITS_LIMIT
      return result !== undefined && bits(result) > limit ? undefined : result
    }
  }
}

function applied(
  operation: Extract<Expression, { kind: 'call' }>['operation'],
  values: readonly Rational[],
): Rational | undefined {
  const [first, second] = values
  if (first === undefined) return undefined
  switch (operation) {
    case 'add':
      return values.reduce((sum, value) => add(sum, value))
    case 'multiply':
      return values.reduce((product, value) => multiply(product, value))
    case 'negate':
      return negate(first)
    case 'divide':
      return second === undefined ? undefined : divide(first, second)
    case 'abs':
      return first.numerator < 0n ? negate(first) : first
    case 'floor':
      return whole(floored(first))
    case 'ceiling':
      return whole(-floored(negate(first)))
    case 'factorial':
      return factorial(first)
    case 'binomial':
      return second === undefined ? undefined : binomial(first, second)
    case 'power':
      return second === undefined ? undefined : raised(first, second)
    case 'root':
      return second === undefined || first.denominator !== 1n ? undefined : rooted(second, first.numerator)
    case 'log':
      return second === undefined ? undefined : logarithm(first, second)
    default:
      return atZero(operation, first)
  }
}

/** The few values of named functions that are rational at zero. */
function atZero(operation: string, value: Rational): Rational | undefined {
  if (value.numerator !== 0n) return undefined
  if (/^(?:cos|sec|exp|cosh)$/.test(operation)) return whole(1n)
  return /^(?:sin|tan|arcsin|arctan|sinh|tanh)$/.test(operation) ? whole(0n) : undefined
}

function whole(value: bigint): Rational {
  return { numerator: value, denominator: 1n }
}

function floored(value: Rational): bigint {
  const quotient = value.numerator / value.denominator
  return value.numerator < 0n && quotient * value.denominator !== value.numerator ? quotient - 1n : quotient
}

function factorial(value: Rational): Rational | undefined {
  if (value.denominator !== 1n || value.numerator < 0n || value.numerator > FACTORIAL_LIMIT) return undefined
  let product = 1n
  for (let factor = 2n; factor <= value.numerator; factor += 1n) product *= factor
  return whole(product)
}

function binomial(from: Rational, chosen: Rational): Rational | undefined {
  if (from.denominator !== 1n || chosen.denominator !== 1n) return undefined
  const [n, k] = [from.numerator, chosen.numerator]
  if (n < 0n || k < 0n || n > FACTORIAL_LIMIT) return undefined
  if (k > n) return whole(0n)
  let value = 1n
  for (let step = 1n; step <= k; step += 1n) value = (value * (n - k + step)) / step
  return whole(value)
}

function raised(base: Rational, exponent: Rational): Rational | undefined {
  if (exponent.denominator !== 1n) {
    if (exponent.denominator > 64n) return undefined
    const root = base.numerator < 0n ? undefined : rooted(base, exponent.denominator)
    return root === undefined ? undefined : raised(root, whole(exponent.numerator))
  }
  const power = exponent.numerator < 0n ? -exponent.numerator : exponent.numerator
  if (base.numerator === 0n) return power === 0n || exponent.numerator < 0n ? undefined : base
  if (base.denominator === 1n && (base.numerator === 1n || base.numerator === -1n)) {
    return whole(base.numerator === 1n || power % 2n === 0n ? 1n : -1n)
  }
  if (power > BigInt(BITS_LIMIT) || Number(power) * bits(base) > BITS_LIMIT) return undefined
  const top = base.numerator ** power
  const bottom = base.denominator ** power
  return exponent.numerator < 0n ? rational(bottom, top) : { numerator: top, denominator: bottom }
}

/** The root where it is rational. Odd roots of negative numbers are real. */
function rooted(value: Rational, degree: bigint): Rational | undefined {
  if (degree < 1n || degree > 64n) return undefined
  if (value.numerator < 0n) {
    const positive = degree % 2n === 1n ? rooted(negate(value), degree) : undefined
    return positive === undefined ? undefined : negate(positive)
  }
  const top = wholeRoot(value.numerator, degree)
  const bottom = wholeRoot(value.denominator, degree)
  return top === undefined || bottom === undefined ? undefined : rational(top, bottom)
}

function wholeRoot(value: bigint, degree: bigint): bigint | undefined {
  if (value < 2n) return value
  // Newton's method from above, in whole numbers.
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / Number(degree)))
  for (;;) {
    const next = ((degree - 1n) * root + value / root ** (degree - 1n)) / degree
    if (next >= root) break
    root = next
  }
  return root ** degree === value ? root : undefined
}

/** log_4 8 is 3/2: both are powers of one number. Only small whole cases are worked out. */
function logarithm(base: Rational, value: Rational): Rational | undefined {
  if (base.denominator !== 1n || base.numerator < 2n || value.numerator <= 0n) return undefined
  if (base.numerator > 1_000_000n || bits(value) > 400) return undefined
  for (let parts = 1n; parts <= 12n; parts += 1n) {
    const unit = parts === 1n ? base.numerator : wholeRoot(base.numerator, parts)
    if (unit === undefined || unit < 2n) continue
    const count = exponentOf(unit, value)
    if (count !== undefined) return rational(count, parts)
  }
  return undefined
}

function exponentOf(unit: bigint, value: Rational): bigint | undefined {
  const inverse = value.numerator === 1n && value.denominator !== 1n
  if (!inverse && value.denominator !== 1n) return undefined
  let rest = inverse ? value.denominator : value.numerator
  let count = 0n
  while (rest % unit === 0n) {
    rest /= unit
    count += 1n
  }
  return rest === 1n ? (inverse ? -count : count) : undefined
}

function bits(value: Rational): number {
  return length(value.numerator) + (value.denominator === 1n ? 0 : length(value.denominator))
}

/** Four bits a hexadecimal digit: near enough for a limit, and quick. */
function length(value: bigint): number {
  if (value < 65_536n && value > -65_536n) return Number(value).toString(2).length
  return value.toString(16).length * 4
}
