import { canonical, type Rational } from '../answer/rational.ts'

/** Functions and operations that an expression may call. */
export type Operation =
  | 'add'
  | 'multiply'
  | 'divide'
  | 'negate'
  | 'power'
  | 'root'
  | 'log'
  | 'factorial'
  | 'binomial'
  | 'abs'
  | 'floor'
  | 'ceiling'
  | NamedFunction

/** Functions of one argument known by name. */
export type NamedFunction =
  | 'sin'
  | 'cos'
  | 'tan'
  | 'cot'
  | 'sec'
  | 'csc'
  | 'arcsin'
  | 'arccos'
  | 'arctan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'ln'
  | 'exp'

/** An expression: numbers, symbols (constants among them) and calls. `log` is (base, argument), `root` (degree, of). */
export type Expression =
  | { readonly kind: 'number'; readonly value: Rational; readonly decimals: number }
  | { readonly kind: 'constant'; readonly name: 'pi' | 'e' | 'i' | 'infinity' }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'call'; readonly operation: Operation; readonly parts: readonly Expression[] }

/** One bound of an interval; an open bound is not in it. */
export interface Bound {
  readonly at: Expression
  readonly open: boolean
}

/** A whole answer: an expression, or a structure of answers. */
export type Answer =
  | { readonly kind: 'scalar'; readonly value: Expression; readonly unit: string; readonly percent: boolean }
  /** A bare list, a set, the solutions of ±: order does not count. */
  | { readonly kind: 'list'; readonly items: readonly Answer[]; readonly braced: boolean }
  /** `(1,2)`, `[1,2)`: a tuple or an interval, which of them only the other side can tell. */
  | {
      readonly kind: 'bracketed'
      readonly open: string
      readonly close: string
      readonly items: readonly Answer[]
    }
  /** A set of real numbers made of several pieces. */
  | { readonly kind: 'union'; readonly parts: readonly Answer[] }
  | { readonly kind: 'intersection'; readonly parts: readonly Answer[] }
  | { readonly kind: 'difference'; readonly from: Answer; readonly without: Answer }
  | { readonly kind: 'matrix'; readonly rows: readonly (readonly Answer[])[] }
  /** `y = 2x + 1`, `1 < x <= 2`: one sign between each two sides. */
  | { readonly kind: 'relation'; readonly sides: readonly Answer[]; readonly signs: readonly RelationSign[] }
  | { readonly kind: 'ratio'; readonly parts: readonly Answer[] }
  /** Digits in a base that is not ten. */
  | { readonly kind: 'based'; readonly digits: string; readonly base: string }
  | { readonly kind: 'text'; readonly text: string }
  /** Something that was not understood: equal only to the same signs. */
  | { readonly kind: 'opaque'; readonly text: string }

export type RelationSign = '=' | '<' | '<=' | '>' | '>=' | '!=' | 'in'

/** Whether the order of an operation's parts counts for nothing. */
function commutes(operation: Operation): boolean {
  return operation === 'add' || operation === 'multiply'
}

/** One spelling of an expression; sums and products are sorted, so that `ab` and `ba` are spelled alike. */
export function spelled(expression: Expression): string {
  if (expression.kind === 'number') return canonical(expression.value)
  if (expression.kind !== 'call') return expression.name
  const { operation } = expression
  const parts = (commutes(operation) ? flattened(expression, operation) : expression.parts).map((part) =>
    spelled(part),
  )
  return `${operation}(${(commutes(operation) ? parts.toSorted() : parts).join(',')})`
}

function flattened(expression: Expression, operation: Operation): readonly Expression[] {
  if (expression.kind !== 'call' || expression.operation !== operation) return [expression]
  return expression.parts.flatMap((part) => flattened(part, operation))
}

/** The free symbols of an expression, sorted. */
export function symbolsOf(expression: Expression): readonly string[] {
  const names = new Set<string>()
  collect(expression, (part) => {
    if (part.kind === 'symbol') names.add(part.name)
  })
  return [...names].toSorted()
}

/** Whether some part of an expression is as asked. */
export function someOf(expression: Expression, wanted: (part: Expression) => boolean): boolean {
  return (
    wanted(expression) ||
    (expression.kind === 'call' && expression.parts.some((part) => someOf(part, wanted)))
  )
}

function collect(expression: Expression, visit: (part: Expression) => void): void {
  visit(expression)
  if (expression.kind === 'call') for (const part of expression.parts) collect(part, visit)
}

export function number(value: Rational, decimals = 0): Expression {
  return { kind: 'number', value, decimals }
}

export function call(operation: Operation, ...parts: readonly Expression[]): Expression {
  return { kind: 'call', operation, parts }
}

export function negated(value: Expression): Expression {
  return value.kind === 'number'
    ? { ...value, value: { ...value.value, numerator: -value.value.numerator } }
    : call('negate', value)
}

/** `left - right`. */
export function difference(left: Expression, right: Expression): Expression {
  return call('add', left, negated(right))
}
