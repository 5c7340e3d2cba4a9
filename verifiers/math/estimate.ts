import { toNumber } from '../answer/rational.ts'
import type { Bindings } from './exact-value.ts'
import type { Expression, NamedFunction } from './tree.ts'

/** A complex number in floating point and a bound on how far off it may be. */
export interface Estimate {
  readonly real: number
  readonly imaginary: number
  readonly error: number
}

/** Relative error of one floating-point operation, with room for the library functions. */
const STEP_ERROR = 4e-16

/** Results outside are left undecided: what overflows or vanishes would compare equal to anything like it. */
const LARGEST = 1e150
const SMALLEST = 1e-150

/** A part of a sum this much smaller than the other is lost in it. */
const VANISHING = 1e-30

const FACTORIAL_LIMIT = 150

/** The value of an expression at a point; undefined where it has none (a pole, an overflow, a symbol without value). */
export function estimate(expression: Expression, bindings: Bindings): Estimate | undefined {
  switch (expression.kind) {
    case 'number':
      return rounded(toNumber(expression.value))
    case 'constant':
      if (expression.name === 'infinity') return undefined
      if (expression.name === 'i') return { real: 0, imaginary: 1, error: 0 }
      return rounded(expression.name === 'pi' ? Math.PI : Math.E)
    case 'symbol': {
      const value = bindings.get(expression.name)
      return value === undefined ? undefined : rounded(toNumber(value))
    }
    case 'call': {
      const values: Estimate[] = []
      for (const part of expression.parts) {
        const value = estimate(part, bindings)
        if (value === undefined) return undefined
        values.push(value)
      }
      return sane(applied(expression.operation, values))
    }
  }
}

/** Whether two estimates may be the same number: undefined when they are too vague to tell. */
export function sameEstimate(left: Estimate, right: Estimate): boolean | undefined {
  const scale = Math.max(size(left), size(right))
  const error = left.error + right.error
  const distance = Math.hypot(left.real - right.real, left.imaginary - right.imaginary)
  if (distance > error * 8 + scale * 1e-13) return false
  return error <= Math.max(scale * 1e-8, 1e-11) ? true : undefined
}

/** Whether an estimate is a real number as far as can be told. */
export function isReal(value: Estimate): boolean {
  return Math.abs(value.imaginary) <= value.error * 8 + Math.abs(value.real) * 1e-13
}

function applied(
  operation: Extract<Expression, { kind: 'call' }>['operation'],
  values: readonly Estimate[],
): Estimate | undefined {
  const [first, second] = values
  if (first === undefined) return undefined
  switch (operation) {
    case 'add':
      return values.reduce(plus)
    case 'multiply':
      return values.reduce(times)
    case 'negate':
      return minus(first)
    case 'abs':
      return { real: size(first), imaginary: 0, error: first.error + STEP_ERROR * size(first) }
    case 'floor':
    case 'ceiling':
      return stepped(first, operation === 'floor' ? Math.floor : Math.ceil)
    case 'factorial':
      return factorial(first)
    default:
  }
  if (second === undefined) return named(operation, first)
  switch (operation) {
    case 'divide':
      return over(first, second)
    case 'power':
      return power(first, second)
    case 'root':
      return root(first, second)
    case 'log': {
      const [top, bottom] = [logarithm(second), logarithm(first)]
      return top === undefined || bottom === undefined ? undefined : over(top, bottom)
    }
    case 'binomial':
      return binomial(first, second)
    default:
      return undefined
  }
}

function named(operation: string, value: Estimate): Estimate | undefined {
  const known = isNamed(operation) ? operation : undefined
  switch (known) {
    case 'ln':
      return logarithm(value)
    case 'exp':
      return exponential(value)
    case 'sin':
      return sine(value)
    case 'cos':
      return cosine(value)
    case 'tan':
      return over(sine(value), cosine(value))
    case 'cot':
      return over(cosine(value), sine(value))
    case 'sec':
      return over(rounded(1), cosine(value))
    case 'csc':
      return over(rounded(1), sine(value))
    case 'arcsin':
    case 'arccos':
      return inverse(known === 'arcsin' ? Math.asin : Math.acos, value, (x) => 1 / Math.sqrt(1 - x * x))
    case 'arctan':
      return inverse(Math.atan, value, (x) => 1 / (1 + x * x))
    case 'sinh':
      return halved(plus(exponential(value), minus(exponential(minus(value)))))
    case 'cosh':
      return halved(plus(exponential(value), exponential(minus(value))))
    case 'tanh': {
      const [up, down] = [exponential(value), exponential(minus(value))]
      return over(plus(up, minus(down)), plus(up, down))
    }
    case undefined:
      return undefined
  }
}

function isNamed(operation: string): operation is NamedFunction {
  return /^(?:ln|exp|(?:arc)?(?:sin|cos|tan)|cot|sec|csc|(?:sin|cos|tan)h)$/.test(operation)
}

function rounded(real: number): Estimate {
  return {
    real,
    imaginary: 0,
    error: Number.isInteger(real) && Math.abs(real) < 2 ** 53 ? 0 : Math.abs(real) * STEP_ERROR,
  }
}

function size(value: Estimate): number {
  return Math.hypot(value.real, value.imaginary)
}

function plus(left: Estimate, right: Estimate): Estimate {
  const real = left.real + right.real
  const imaginary = left.imaginary + right.imaginary
  if (vanishes(left, right) || vanishes(right, left))
    return { real, imaginary, error: Number.POSITIVE_INFINITY }
  return { real, imaginary, error: left.error + right.error + STEP_ERROR * (size(left) + size(right)) }
}

/** A part that is not zero but changes nothing: the sum no longer knows of it, and must not pass for one without it. */
function vanishes(part: Estimate, other: Estimate): boolean {
  const length = size(part)
  return length > part.error * 8 && length < size(other) * VANISHING
}

function minus(value: Estimate): Estimate {
  return { real: -value.real, imaginary: -value.imaginary, error: value.error }
}

function times(left: Estimate, right: Estimate): Estimate {
  const real = left.real * right.real - left.imaginary * right.imaginary
  const imaginary = left.real * right.imaginary + left.imaginary * right.real
  const error = size(left) * right.error + size(right) * left.error + left.error * right.error
  return { real, imaginary, error: error + STEP_ERROR * size(left) * size(right) }
}

function halved(value: Estimate): Estimate {
  return { real: value.real / 2, imaginary: value.imaginary / 2, error: value.error / 2 }
}

function over(top: Estimate, bottom: Estimate): Estimate | undefined {
  const square = bottom.real ** 2 + bottom.imaginary ** 2
  const length = Math.sqrt(square)
  // What may be zero is zero: a pole is not a large number.
  if (length <= bottom.error * 4 || square === 0) return undefined
  const real = (top.real * bottom.real + top.imaginary * bottom.imaginary) / square
  const imaginary = (top.imaginary * bottom.real - top.real * bottom.imaginary) / square
  const quotient = size(top) / length
  return { real, imaginary, error: (top.error + quotient * bottom.error) / length + STEP_ERROR * quotient }
}

function exponential(value: Estimate): Estimate {
  const length = Math.exp(value.real)
  // Too small to be told from zero, which it is not.
  if (length === 0) return { real: 0, imaginary: 0, error: Number.POSITIVE_INFINITY }
  return {
    real: length * Math.cos(value.imaginary),
    imaginary: value.imaginary === 0 ? 0 : length * Math.sin(value.imaginary),
    error: length * (value.error + STEP_ERROR * (1 + size(value))),
  }
}

function logarithm(value: Estimate): Estimate | undefined {
  const length = size(value)
  if (length <= value.error * 4 || length === 0) return undefined
  const angle = isReal(value) ? (value.real > 0 ? 0 : Math.PI) : Math.atan2(value.imaginary, value.real)
  const real = Math.log(length)
  return {
    real,
    imaginary: angle,
    error: value.error / length + STEP_ERROR * (Math.abs(real) + Math.abs(angle) + 1),
  }
}

function sine(value: Estimate): Estimate {
  const real = Math.sin(value.real) * Math.cosh(value.imaginary)
  const imaginary = value.imaginary === 0 ? 0 : Math.cos(value.real) * Math.sinh(value.imaginary)
  return {
    real,
    imaginary,
    error: (value.error + STEP_ERROR * (1 + size(value))) * Math.cosh(value.imaginary),
  }
}

function cosine(value: Estimate): Estimate {
  const real = Math.cos(value.real) * Math.cosh(value.imaginary)
  const imaginary = value.imaginary === 0 ? 0 : -Math.sin(value.real) * Math.sinh(value.imaginary)
  return {
    real,
    imaginary,
    error: (value.error + STEP_ERROR * (1 + size(value))) * Math.cosh(value.imaginary),
  }
}

function inverse(
  of: (x: number) => number,
  value: Estimate,
  slope: (x: number) => number,
): Estimate | undefined {
  if (!isReal(value)) return undefined
  const result = of(value.real)
  if (!Number.isFinite(result)) return undefined
  const steep = slope(value.real)
  // At the ends of the domain the slope is infinite; there the root of the error is what counts.
  const error = Number.isFinite(steep) && steep < 1e6 ? steep * value.error : Math.sqrt(value.error)
  return { real: result, imaginary: 0, error: error + STEP_ERROR * Math.abs(result) }
}

function power(base: Estimate, exponent: Estimate): Estimate | undefined {
  const whole = exponent.error === 0 && exponent.imaginary === 0 && Number.isInteger(exponent.real)
  if (size(base) === 0) return exponent.real > 0 ? { real: 0, imaginary: 0, error: 0 } : undefined
  if (isReal(base) && isReal(exponent) && (base.real > 0 || whole)) {
    const real = base.real ** exponent.real
    if (real === 0) return undefined
    const spread = Math.abs(exponent.real) * (base.error / Math.abs(base.real))
    const lift = exponent.error * Math.abs(Math.log(Math.abs(base.real)))
    return {
      real,
      imaginary: 0,
      error: Math.abs(real) * (spread + lift + STEP_ERROR * (2 + Math.abs(exponent.real))),
    }
  }
  if (whole && Math.abs(exponent.real) <= 64) {
    let product = rounded(1)
    for (let count = 0; count < Math.abs(exponent.real); count += 1) product = times(product, base)
    return exponent.real < 0 ? over(rounded(1), product) : product
  }
  const log = logarithm(base)
  return log === undefined ? undefined : exponential(times(exponent, log))
}

function root(degree: Estimate, value: Estimate): Estimate | undefined {
  if (degree.imaginary !== 0 || degree.real === 0) return undefined
  if (size(value) <= value.error * 4) {
    return value.error === 0 ? rounded(0) : { real: 0, imaginary: 0, error: Math.sqrt(value.error * 8) }
  }
  const odd = Number.isInteger(degree.real) && Math.abs(degree.real % 2) === 1
  // An odd root of a negative number is real here, as it is in school.
  if (odd && isReal(value) && value.real < 0) {
    const positive = power(minus(value), { real: 1 / degree.real, imaginary: 0, error: STEP_ERROR })
    return positive === undefined ? undefined : minus(positive)
  }
  if (degree.real === 2 && isReal(value)) {
    const length = Math.sqrt(Math.abs(value.real))
    const error = value.error / (2 * length) + STEP_ERROR * length
    return value.real >= 0 ? { real: length, imaginary: 0, error } : { real: 0, imaginary: length, error }
  }
  return power(value, { real: 1 / degree.real, imaginary: 0, error: STEP_ERROR })
}

function stepped(value: Estimate, step: (x: number) => number): Estimate | undefined {
  if (!isReal(value)) return undefined
  const near = Math.abs(value.real - Math.round(value.real))
  if (value.error > 0 && near <= value.error * 8) return undefined
  return { real: step(value.real), imaginary: 0, error: 0 }
}

function factorial(value: Estimate): Estimate | undefined {
  if (value.error !== 0 || value.imaginary !== 0 || !Number.isInteger(value.real)) return undefined
  if (value.real < 0 || value.real > FACTORIAL_LIMIT) return undefined
  let product = 1
  for (let factor = 2; factor <= value.real; factor += 1) product *= factor
  return { real: product, imaginary: 0, error: value.real > 18 ? product * STEP_ERROR * value.real : 0 }
}

function binomial(from: Estimate, chosen: Estimate): Estimate | undefined {
  const [n, k] = [from.real, chosen.real]
  const whole = from.error === 0 && chosen.error === 0 && Number.isInteger(n) && Number.isInteger(k)
  if (!whole || n < 0 || k < 0 || n > FACTORIAL_LIMIT) return undefined
  let value = 1
  for (let step = 1; step <= k; step += 1) value = (value * (n - k + step)) / step
  return { real: value, imaginary: 0, error: Math.abs(value) * STEP_ERROR * k }
}

function sane(value: Estimate | undefined): Estimate | undefined {
  if (value === undefined || !Number.isFinite(value.real) || !Number.isFinite(value.imaginary))
    return undefined
  const length = size(value)
  if (length > LARGEST || !Number.isFinite(value.error)) return undefined
  return length < SMALLEST && length !== 0 ? undefined : value
}
