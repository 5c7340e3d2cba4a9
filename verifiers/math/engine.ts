import type { ComputeEngine } from '@cortex-js/compute-engine'
import { toNumber } from '../answer/rational.ts'
import { exactValue } from './exact-value.ts'
import { difference, type Expression, type Operation } from './tree.ts'

/** Digits the engine works with; a decimal that agrees with π this far is no coincidence. */
const DIGITS = 60

/** A difference below this is zero, one above the second is not; between them the engine did not work exactly. */
const ZERO_BELOW = 1e-55
const SURE_ABOVE = 1e-15

/** Parts of one expression, sizes of its numbers, and exponents of its sums that the engine is trusted with. */
const PARTS_LIMIT = 60
const NUMBER_LIMIT = 10n ** 60n
const EXPONENT_LIMIT = 12

/** Milliseconds the engine may think about one pair. */
const TIME_LIMIT_MS = 500

const HEADS: Readonly<Record<Operation, string>> = {
  add: 'Add',
  multiply: 'Multiply',
  divide: 'Divide',
  negate: 'Negate',
  power: 'Power',
  root: 'Root',
  log: 'Log',
  factorial: 'Factorial',
  binomial: 'Binomial',
  abs: 'Abs',
  floor: 'Floor',
  ceiling: 'Ceil',
  sin: 'Sin',
  cos: 'Cos',
  tan: 'Tan',
  cot: 'Cot',
  sec: 'Sec',
  csc: 'Csc',
  arcsin: 'Arcsin',
  arccos: 'Arccos',
  arctan: 'Arctan',
  sinh: 'Sinh',
  cosh: 'Cosh',
  tanh: 'Tanh',
  ln: 'Ln',
  exp: 'Exp',
}

const CONSTANTS = { pi: 'Pi', e: 'ExponentialE', i: 'ImaginaryUnit', infinity: 'PositiveInfinity' } as const

type MathJson = string | { readonly num: string } | readonly [string, ...MathJson[]]

let loading: Promise<ComputeEngine> | undefined

/** The computer algebra system, loaded when first needed: it takes about half a second. */
async function engine(): Promise<ComputeEngine> {
  loading ??= import('@cortex-js/compute-engine').then((library) => {
    const made = new library.ComputeEngine()
    made.precision = DIGITS
    return made
  })
  return loading
}

/**
 * Whether two constants are the same number, worked out with many digits. Undefined when the engine cannot tell. Only
 * for expressions whose every part is known to be of moderate size.
 */
export async function sameConstant(left: Expression, right: Expression): Promise<boolean | undefined> {
  if (!isModerate(left) || !isModerate(right)) return undefined
  const compute = await engine()
  try {
    return compute.withTimeLimit(TIME_LIMIT_MS, () => {
      const gap = compute.expr(mathJson(difference(left, right))).N()
      const distance = Math.hypot(gap.re, gap.im)
      if (Number.isNaN(distance)) return undefined
      if (distance <= ZERO_BELOW) return true
      if (distance >= SURE_ABOVE) return false
      // Complex numbers are worked out in floating point, where this much is noise.
      return gap.im === 0 && Math.abs(gap.re) > ZERO_BELOW && !usesComplex(left) && !usesComplex(right)
        ? false
        : undefined
    })
  } catch {
    // Out of time, or something the engine cannot work out: it has no opinion.
    return undefined
  }
}

/** The engine multiplies out and simplifies before it works anything out: only small expressions may reach it. */
function isModerate(expression: Expression): boolean {
  let parts = 0
  const count = (part: Expression): boolean => {
    parts += 1
    if (parts > PARTS_LIMIT) return false
    if (part.kind === 'number') return digits(part.value.numerator) && digits(part.value.denominator)
    if (part.kind !== 'call') return true
    const [base, exponent] = part.parts
    if (part.operation === 'power' && base?.kind !== 'number' && base?.kind !== 'constant') {
      const value = exponent === undefined ? undefined : exactValue(exponent)
      if (value !== undefined && Math.abs(toNumber(value)) > EXPONENT_LIMIT) return false
    }
    return part.parts.every((inner) => count(inner))
  }
  return count(expression)
}

function digits(value: bigint): boolean {
  return value < NUMBER_LIMIT && value > -NUMBER_LIMIT
}

function usesComplex(expression: Expression): boolean {
  if (expression.kind === 'constant') return expression.name === 'i'
  return expression.kind === 'call' && expression.parts.some((part) => usesComplex(part))
}

function mathJson(expression: Expression): MathJson {
  switch (expression.kind) {
    case 'number': {
      const { numerator, denominator } = expression.value
      const top = { num: numerator.toString() }
      return denominator === 1n ? top : ['Divide', top, { num: denominator.toString() }]
    }
    case 'constant':
      return CONSTANTS[expression.name]
    case 'symbol':
      return expression.name
    case 'call': {
      const [first, second] = expression.parts.map((part) => mathJson(part))
      // The engine has the degree and the base second.
      if (
        (expression.operation === 'root' || expression.operation === 'log') &&
        first !== undefined &&
        second !== undefined
      ) {
        return [HEADS[expression.operation], second, first]
      }
      return [HEADS[expression.operation], ...expression.parts.map((part) => mathJson(part))]
    }
  }
}
