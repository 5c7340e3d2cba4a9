import { canonical, rational } from '../answer/rational.ts'
import { assignment } from './assignment.ts'
import { estimate, isReal, type Estimate } from './estimate.ts'
import { exactValue, type Bindings } from './exact-value.ts'
import { pointsFor } from './points.ts'
import { realSet, type RealSet } from './real-set.ts'
import { infinityOf } from './same-expression.ts'
import { difference, spelled, symbolsOf, type Answer, type Expression } from './tree.ts'

/** Figures of an irrational number in a key: fewer than floating point holds, so that equal values agree. */
const FIGURES = 11

/** Denominators up to this are looked for behind a floating-point number. */
const SIMPLE_DENOMINATOR = 12

/** Points whose values name a function in its key. */
const POINTS_IN_KEY = 3

/** The canonical form of an answer. Equal answers have equal keys as far as floating point can tell; units do not count. */
export function answerKey(answer: Answer): string {
  switch (answer.kind) {
    case 'scalar':
      return expressionKey(answer.value)
    case 'text':
      return answer.text
    case 'opaque':
      return answer.text
    case 'based':
      return `${answer.digits}_${answer.base}`
    case 'ratio':
      return answer.parts.map((part) => answerKey(part)).join(':')
    case 'matrix':
      return `[${answer.rows.map((row) => `[${row.map((cell) => answerKey(cell)).join(',')}]`).join(',')}]`
    case 'list':
      return listKey(answer)
    case 'bracketed': {
      const set = realSet(answer)
      if (set !== undefined && set.length === 1) return setKey(set)
      return `${answer.open}${answer.items.map((item) => answerKey(item)).join(',')}${answer.close}`
    }
    case 'relation':
      return relationKey(answer)
    case 'union':
    case 'intersection': {
      const set = realSet(answer)
      if (set !== undefined) return setKey(set)
      const sign = answer.kind === 'union' ? '∪' : '∩'
      return answer.parts
        .map((part) => answerKey(part))
        .toSorted()
        .join(sign)
    }
    case 'difference': {
      const set = realSet(answer)
      return set === undefined ? `${answerKey(answer.from)}∖${answerKey(answer.without)}` : setKey(set)
    }
  }
}

function listKey(answer: Extract<Answer, { kind: 'list' }>): string {
  const [only] = answer.items
  if (answer.items.length === 1 && only !== undefined) return answerKey(only)
  const set = answer.braced ? undefined : realSet(answer)
  if (set !== undefined) return setKey(set)
  const named = answer.items.map((item) => assignment(item))
  const names = new Set(named.map((item) => item?.name))
  if (names.size === answer.items.length && !names.has(undefined) && !names.has('')) {
    // `x = 2, y = 3` is the point (2,3).
    const ordered = named.filter((item) => item !== undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return `(${ordered.map((item) => answerKey(item.value)).join(',')})`
  }
  const keys = answer.items.map((item, index) => {
    const name = named[index]?.name
    // Names count where they tell values apart: in `x = 2, y = 3`, not in `x = 2, x = 3`.
    return names.size > 1 && name !== undefined && name !== ''
      ? `${name}=${answerKey(item)}`
      : answerKey(item)
  })
  return `{${keys.toSorted().join(',')}}`
}

function relationKey(answer: Extract<Answer, { kind: 'relation' }>): string {
  const named = assignment(answer)
  if (named !== undefined) return answerKey(named.value)
  const set = realSet(answer)
  if (set !== undefined) return setKey(set)
  const [left, right] = answer.sides
  const [sign] = answer.signs
  if (left?.kind === 'scalar' && right?.kind === 'scalar' && answer.sides.length === 2 && sign === '=') {
    return `0=${ratioKey(difference(left.value, right.value))}`
  }
  return answer.sides.map((side, index) => `${answerKey(side)}${answer.signs[index] ?? ''}`).join('')
}

function setKey(set: RealSet): string {
  if (set.length === 0) return '{}'
  if (set.every((piece) => piece.low.position === piece.high.position)) {
    return `{${set
      .map((piece) => expressionKey(piece.low.at))
      .toSorted()
      .join(',')}}`
  }
  return set
    .map(({ low, high }) =>
      low.position === high.position
        ? `{${expressionKey(low.at)}}`
        : `${low.open ? '(' : '['}${expressionKey(low.at)},${expressionKey(high.at)}${high.open ? ')' : ']'}`,
    )
    .join('∪')
}

function expressionKey(expression: Expression): string {
  const exact = exactValue(expression)
  if (exact !== undefined) return canonical(exact)
  const infinite = infinityOf(expression)
  if (infinite !== 0) return infinite > 0 ? '∞' : '-∞'
  const symbols = symbolsOf(expression)
  if (symbols.length === 0) {
    const value = estimate(expression, new Map())
    return value === undefined ? spelled(expression) : valueKey(value)
  }
  if (expression.kind === 'symbol') return expression.name
  const values = valuesAt(expression, pointsFor(symbols))
  // A function that is the same everywhere is a number (sin² + cos²).
  if (values.length === POINTS_IN_KEY && new Set(values).size === 1) return values[0] ?? ''
  return values.length < POINTS_IN_KEY ? spelled(expression) : `${symbols.join(',')}↦${values.join(';')}`
}

/** A function up to a constant factor: its values over the first one. */
function ratioKey(expression: Expression): string {
  const symbols = symbolsOf(expression)
  const values: Estimate[] = []
  for (const point of pointsFor(symbols)) {
    const value = estimate(expression, point)
    if (value !== undefined && Math.abs(value.real) > value.error * 8) values.push(value)
    if (values.length > POINTS_IN_KEY) break
  }
  const [first, ...rest] = values
  if (first === undefined || symbols.length === 0) return spelled(expression)
  const ratios = rest.map((value) => (value.real / first.real).toPrecision(FIGURES - 2))
  return `${symbols.join(',')}↦${ratios.join(';')}`
}

function valuesAt(expression: Expression, points: readonly Bindings[]): readonly string[] {
  const values: string[] = []
  for (const point of points) {
    const exact = exactValue(expression, point)
    const value = exact === undefined ? estimate(expression, point) : undefined
    if (exact !== undefined) values.push(canonical(exact))
    else if (value !== undefined) values.push(valueKey(value))
    if (values.length === POINTS_IN_KEY) break
  }
  return values
}

/** A number that is as good as a simple fraction gets the key of that fraction. */
function valueKey(value: Estimate): string {
  if (isReal(value)) {
    for (let denominator = 1; denominator <= SIMPLE_DENOMINATOR; denominator += 1) {
      const top = Math.round(value.real * denominator)
      if (Math.abs(top) > 1e9 || Math.abs(value.real * denominator - top) > value.error * 8 * denominator)
        continue
      const fraction = rational(BigInt(top), BigInt(denominator))
      if (fraction !== undefined) return canonical(fraction)
    }
  }
  return `≈${figures(value)}`
}

function figures(value: Estimate): string {
  const [real, imaginary] = [value.real, value.imaginary].map((part) =>
    Math.abs(part) <= value.error * 8 ? 0 : part,
  )
  const shown = (real ?? 0).toPrecision(FIGURES)
  return imaginary === 0 ? shown : `${shown}+${(imaginary ?? 0).toPrecision(FIGURES)}i`
}
