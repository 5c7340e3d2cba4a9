import type { Json } from '../../src/contract.ts'
import { canonicalJson } from '../json/canonical-json.ts'
import { shortened } from '../json/feedback.ts'
import {
  boundPointer,
  type PointerMatch,
  pointerMatches,
  type VisitAllowance,
} from '../json/pointer-matches.ts'
import type { Comparison, Constraint, Quantity, Term } from './constraint.ts'

/** Relative. Sums of decimals are off by their rounding, and no task means that as a difference. */
const DEFAULT_TOLERANCE = 1e-9

/** Characters of a value of the answer that feedback repeats. */
const SHOWN_CHARACTERS = 40

/** A number, or a sentence about why there is none. */
type Measured = number | string

/** What about a constraint is violated by the answer, or undefined when it is satisfied. */
export function violation(
  constraint: Constraint,
  answer: Json,
  allowance: VisitAllowance,
): string | undefined {
  switch (constraint.kind) {
    case 'each': {
      // Measured once: the right side can be a sum over the whole answer.
      const wanted = measured(constraint.value, answer, allowance)
      if (typeof wanted === 'string') return wanted
      return eachViolation(constraint.path, answer, allowance, (actual) =>
        comparisonViolation(constraint, actual, wanted),
      )
    }
    case 'aggregate': {
      const actual = measured(constraint.left, answer, allowance)
      if (typeof actual === 'string') return actual
      const wanted = measured(constraint.value, answer, allowance)
      return typeof wanted === 'string' ? wanted : comparisonViolation(constraint, actual, wanted)
    }
    case 'between': {
      const { left } = constraint
      const low = measured(constraint.low, answer, allowance)
      if (typeof low === 'string') return low
      const high = measured(constraint.high, answer, allowance)
      if (typeof high === 'string') return high
      const inRange = (actual: number) =>
        compares(actual, '>=', low) && compares(actual, '<=', high) ? undefined : `it is ${actual}`
      if (typeof left === 'string') return eachViolation(left, answer, allowance, inRange)
      const actual = measured(left, answer, allowance)
      return typeof actual === 'string' ? actual : inRange(actual)
    }
    case 'all-different':
      return allDifferentViolation(constraint.paths, answer, allowance)
    default:
      for (const path of constraint.paths) {
        const found = eachViolation(path, answer, allowance, (actual) =>
          Number.isInteger(actual) ? undefined : `it is ${actual}`,
        )
        if (found !== undefined) return found
      }
      return undefined
  }
}

function comparisonViolation(
  constraint: { readonly comparison: Comparison; readonly value: Quantity; readonly tolerance?: number },
  actual: number,
  wanted: number,
): string | undefined {
  if (compares(actual, constraint.comparison, wanted, constraint.tolerance)) return undefined
  return constraint.value.kind === 'number' ? `it is ${actual}` : `it is ${actual}, compared with ${wanted}`
}

/** Tolerance widens `=`, `<=` and `>=`; `<`, `>` stay strict, so that none of them is ever met by too much. */
function compares(actual: number, comparison: Comparison, wanted: number, tolerance?: number): boolean {
  const slack = tolerance ?? DEFAULT_TOLERANCE * Math.max(1, Math.abs(actual), Math.abs(wanted))
  switch (comparison) {
    case '<':
      return actual < wanted
    case '<=':
      return actual <= wanted + slack
    case '>':
      return actual > wanted
    case '>=':
      return actual >= wanted - slack
    case '=':
      return Math.abs(actual - wanted) <= slack
    default:
      return Math.abs(actual - wanted) > slack
  }
}

/** Every value at the path; none at all is a violation, or an empty list would satisfy everything. */
function eachViolation(
  path: string,
  answer: Json,
  allowance: VisitAllowance,
  check: (actual: number) => string | undefined,
): string | undefined {
  const { matches, missing } = pointerMatches(answer, path, allowance)
  if (missing !== undefined) return `${missing} is missing`
  if (matches.length === 0) return `there is nothing at ${path}`
  for (const match of matches) {
    const actual = numberAt(match)
    if (typeof actual === 'string') return actual
    const found = check(actual)
    if (found !== undefined) return match.pointer === path ? found : `${match.pointer}: ${found}`
  }
  return undefined
}

function allDifferentViolation(
  paths: readonly string[],
  answer: Json,
  allowance: VisitAllowance,
): string | undefined {
  const seen = new Map<string, string>()
  let count = 0
  for (const path of paths) {
    const { matches, missing } = pointerMatches(answer, path, allowance)
    if (missing !== undefined) return `${missing} is missing`
    for (const match of matches) {
      count++
      const key = canonicalJson(match.value)
      const twin = seen.get(key)
      if (twin !== undefined)
        return `${twin} and ${match.pointer} are both ${shortened(key, SHOWN_CHARACTERS)}`
      seen.set(key, match.pointer)
    }
  }
  return count === 0 ? `there is nothing at ${paths.join(', ')}` : undefined
}

function measured(quantity: Quantity, answer: Json, allowance: VisitAllowance): Measured {
  if (quantity.kind === 'number') return quantity.value
  const values: number[] = []
  let count = 0
  for (const term of quantity.terms) {
    const { matches, missing } = pointerMatches(answer, term.path, allowance)
    if (missing !== undefined) return `${missing} is missing`
    count += matches.length
    // What is counted need not be numbers.
    if (quantity.over === 'count') continue
    for (const match of matches) {
      const value = termValue(term, match, answer, allowance)
      if (typeof value === 'string') return value
      values.push(value)
    }
  }
  switch (quantity.over) {
    case 'count':
      return count
    case 'sum':
      return finite(sum(values), 'the sum')
    case 'mean':
      return values.length === 0 ? nothingAt(quantity.terms) : finite(sum(values) / values.length, 'the mean')
    case 'min':
      return values.length === 0 ? nothingAt(quantity.terms) : values.reduce((a, b) => Math.min(a, b))
    case 'max':
      return values.length === 0 ? nothingAt(quantity.terms) : values.reduce((a, b) => Math.max(a, b))
    default:
      return values.length === 1
        ? (values[0] ?? 0)
        : `there are ${values.length} values at ${quantity.terms[0]?.path ?? ''}, not one`
  }
}

function termValue(term: Term, match: PointerMatch, answer: Json, allowance: VisitAllowance): Measured {
  const value = numberAt(match)
  if (typeof value === 'string' || term.times === undefined) return value
  if (typeof term.times === 'number') return finite(value * term.times, match.pointer)
  const factors = pointerMatches(answer, boundPointer(term.times, match.wildcards), allowance)
  const [factor] = factors.matches
  if (factor === undefined) return `${factors.missing ?? term.times} is missing`
  const times = numberAt(factor)
  return typeof times === 'string' ? times : finite(value * times, match.pointer)
}

/** Only finite JSON numbers count: `"42"` is a text, and 1e999 reads as Infinity, which is at least anything. */
function numberAt(match: PointerMatch): Measured {
  const { value } = match
  if (typeof value !== 'number')
    return `${match.pointer} is ${shortened(canonicalJson(value), SHOWN_CHARACTERS)}, not a number`
  return finite(value, match.pointer)
}

function finite(value: number, what: string): Measured {
  return Number.isFinite(value) ? value : `${what} is not a finite number`
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function nothingAt(terms: readonly Term[]): string {
  return `there is nothing at ${terms.map((term) => term.path).join(', ')}`
}
