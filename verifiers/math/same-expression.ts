import { equal } from '../answer/rational.ts'
import { sameConstant } from './engine.ts'
import { estimate, isReal, sameEstimate } from './estimate.ts'
import { exactValue, type Bindings } from './exact-value.ts'
import { pointsFor } from './points.ts'
import { difference, someOf, spelled, symbolsOf, type Expression } from './tree.ts'

/** Points at which both sides must have been seen equal. */
const AGREEMENTS_NEEDED = 4

/** A decimal with this many figures may agree with a constant by rounding it, so agreement in floating point is nothing. */
const LONG_DECIMAL = 8

/**
 * Whether two expressions are the same number or the same function. Exact fractions where they are enough, then the
 * engine for constants, and comparison at points for functions. In doubt the answer is no.
 */
export async function sameExpression(left: Expression, right: Expression): Promise<boolean> {
  if (spelled(left) === spelled(right)) return true
  const symbols = [...new Set([...symbolsOf(left), ...symbolsOf(right)])].toSorted()
  return symbols.length === 0 ? sameNumber(left, right) : sameFunction(left, right, symbols)
}

async function sameNumber(left: Expression, right: Expression): Promise<boolean> {
  const [leftExact, rightExact] = [exactValue(left), exactValue(right)]
  if (leftExact !== undefined && rightExact !== undefined) return equal(leftExact, rightExact)
  const [leftEnd, rightEnd] = [infinityOf(left), infinityOf(right)]
  if (leftEnd !== 0 || rightEnd !== 0) return leftEnd === rightEnd
  const none: Bindings = new Map()
  const [a, b] = [estimate(left, none), estimate(right, none)]
  if (a === undefined || b === undefined) return false
  const near = sameEstimate(a, b)
  if (near === false) return false
  const sure = await sameConstant(left, right)
  if (sure !== undefined) return sure
  return near === true && !someOf(difference(left, right), isLongDecimal)
}

function isLongDecimal(part: Expression): boolean {
  return part.kind === 'number' && part.decimals >= LONG_DECIMAL
}

/** 1 for ∞, -1 for -∞, 0 for everything else. */
export function infinityOf(expression: Expression): number {
  if (expression.kind === 'constant') return expression.name === 'infinity' ? 1 : 0
  if (expression.kind !== 'call' || expression.operation !== 'negate') return 0
  const [part] = expression.parts
  return part === undefined ? 0 : 0 - infinityOf(part)
}

function sameFunction(left: Expression, right: Expression, symbols: readonly string[]): boolean {
  const wholeOnly = someOf(left, needsWhole) || someOf(right, needsWhole)
  let agreements = 0
  for (const point of pointsFor(symbols)) {
    if (wholeOnly && !isWhole(point)) continue
    const same = sameAt(left, right, point)
    if (same === false) return false
    if (same === true) agreements += 1
  }
  return agreements >= AGREEMENTS_NEEDED
}

function needsWhole(part: Expression): boolean {
  return part.kind === 'call' && (part.operation === 'factorial' || part.operation === 'binomial')
}

function isWhole(point: Bindings): boolean {
  return point.values().every((value) => value.denominator === 1n)
}

/** Undefined where neither has a value, or the values are too vague; having a value where the other has none is a difference. */
function sameAt(left: Expression, right: Expression, point: Bindings): boolean | undefined {
  const [leftExact, rightExact] = [exactValue(left, point), exactValue(right, point)]
  if (leftExact !== undefined && rightExact !== undefined) return equal(leftExact, rightExact)
  const [a, b] = [estimate(left, point), estimate(right, point)]
  if (a === undefined && b === undefined) return undefined
  if (a === undefined || b === undefined) return false
  return sameEstimate(a, b)
}

/**
 * Whether two functions are the same up to a constant factor, as the two sides of one equation moved about are. With
 * `positive` the factor must be above zero, as for an inequality.
 */
export function proportional(left: Expression, right: Expression, positive: boolean): boolean {
  const symbols = [...new Set([...symbolsOf(left), ...symbolsOf(right)])].toSorted()
  if (symbols.length === 0) return false
  let first: { readonly left: Expression; readonly right: Expression } | undefined
  let agreements = 0
  for (const point of pointsFor(symbols)) {
    const [a, b] = [valueAt(left, point), valueAt(right, point)]
    if (a === undefined && b === undefined) continue
    if (a === undefined || b === undefined) return false
    if (first === undefined) {
      const [p, q] = [estimate(a, point), estimate(b, point)]
      if (p === undefined || q === undefined || !isReal(p) || !isReal(q)) return false
      if (p.real === 0 || q.real === 0) {
        if (p.real !== q.real) return false
        continue
      }
      if (positive && p.real > 0 !== q.real > 0) return false
      first = { left: a, right: b }
      continue
    }
    // a : first.left = b : first.right, without dividing.
    const crossed = sameAt(
      { kind: 'call', operation: 'multiply', parts: [a, first.right] },
      { kind: 'call', operation: 'multiply', parts: [b, first.left] },
      point,
    )
    if (crossed === false) return false
    if (crossed === true) agreements += 1
  }
  return agreements >= AGREEMENTS_NEEDED
}

/** The function with numbers in place of its symbols; undefined where it has no value. */
function valueAt(expression: Expression, point: Bindings): Expression | undefined {
  if (estimate(expression, point) === undefined) return undefined
  return bound(expression, point)
}

function bound(expression: Expression, point: Bindings): Expression {
  if (expression.kind === 'symbol') {
    const value = point.get(expression.name)
    return value === undefined ? expression : { kind: 'number', value, decimals: 0 }
  }
  return expression.kind === 'call'
    ? { ...expression, parts: expression.parts.map((part) => bound(part, point)) }
    : expression
}
