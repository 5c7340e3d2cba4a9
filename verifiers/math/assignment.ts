import { exactValue } from './exact-value.ts'
import { estimate, sameEstimate } from './estimate.ts'
import { spelled, symbolsOf, type Answer, type Expression } from './tree.ts'

/** `x = 5`, `f(x) = x^2`, `Area = 12 cm^2`: a name and what it is. */
export interface Assignment {
  readonly name: string
  readonly value: Answer
}

/** Names that all stand for "the function asked for". */
const FUNCTION_NAME = /^(?:y|[fghFGH](?:\^\{-1\})?(?:\(.*\))?)$/

/**
 * The assignment that a relation is; undefined for an equation such as `2x = 10` or `x + y = 5`, whose right side is
 * not the answer. A chain (`x = 2 + 3 = 5`) gives its last side.
 */
export function assignment(answer: Answer): Assignment | undefined {
  if (answer.kind !== 'relation' || answer.signs.some((sign) => sign !== '=')) return undefined
  const [left] = answer.sides
  const value = answer.sides.at(-1)
  if (left === undefined || value === undefined) return undefined
  const name = nameOf(left)
  if (name !== undefined) return mentions(value, name) ? undefined : { name, value }
  const turned = nameOf(value)
  if (turned !== undefined && answer.sides.length === 2 && isConstant(left))
    return { name: turned, value: left }
  // "2 + 3 = 5" works something out: its answer is what it ends with.
  return answer.sides.every((side) => isConstant(side) && sameConstants(side, value))
    ? { name: '', value }
    : undefined
}

/** Whether two names may stand for the same thing. */
export function sameName(left: string, right: string): boolean {
  if (left === right || left === '' || right === '') return true
  return FUNCTION_NAME.test(left) && FUNCTION_NAME.test(right)
}

function nameOf(answer: Answer): string | undefined {
  if (answer.kind === 'text') return `"${answer.text}"`
  if (answer.kind === 'bracketed') {
    const names = answer.items.map((item) => nameOf(item))
    return names.every((name) => name !== undefined) ? `(${names.join(',')})` : undefined
  }
  if (answer.kind !== 'scalar' || answer.unit !== '' || answer.percent) return undefined
  return nameOfExpression(answer.value)
}

function nameOfExpression(value: Expression): string | undefined {
  if (value.kind === 'symbol') return value.name
  // |AB| and AB name a length: capital letters side by side.
  const letters = symbolsOf(value)
  const points = letters.length > 0 && letters.every((letter) => /^[A-Z]'?$/.test(letter))
  if (!points || value.kind !== 'call') return undefined
  if (value.operation !== 'abs' && value.operation !== 'multiply') return undefined
  return /\d/.test(spelled(value)) ? undefined : spelled(value)
}

function mentions(answer: Answer, name: string): boolean {
  return answer.kind === 'scalar' && symbolsOf(answer.value).includes(name)
}

function isConstant(answer: Answer): boolean {
  return answer.kind === 'scalar' && symbolsOf(answer.value).length === 0
}

function sameConstants(left: Answer, right: Answer): boolean {
  if (left.kind !== 'scalar' || right.kind !== 'scalar') return false
  const [a, b] = [exactValue(left.value), exactValue(right.value)]
  if (a !== undefined && b !== undefined)
    return a.numerator === b.numerator && a.denominator === b.denominator
  const [p, q] = [estimate(left.value, new Map()), estimate(right.value, new Map())]
  return p !== undefined && q !== undefined && sameEstimate(p, q) === true
}
