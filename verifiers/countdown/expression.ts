import { add, divide, multiply, subtract, type Rational } from '../answer/rational.ts'

/** An arithmetic expression as it was written. */
export type Expression =
  | { readonly kind: 'number'; readonly digits: string }
  | {
      readonly kind: 'operation'
      readonly operator: Operator
      readonly left: Expression
      readonly right: Expression
    }

export type Operator = '+' | '-' | '*' | '/'

/** An expression, or why the text is none. */
export type Parsed = { readonly expression: Expression } | { readonly wrong: string }

/** Signs in one expression, and brackets within brackets: far above any puzzle, far below a full stack. */
const TOKENS_LIMIT = 600
const DEPTH_LIMIT = 100

const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|(\*\*|\^)|([-+*/()[\]{}])|(\\frac))/y

/** Spells LaTeX and typographic signs as the plain ones. */
export function plainArithmetic(text: string): string {
  return text
    .replaceAll(/\\(?:left|right|displaystyle|,|;|!|quad)(?![a-z])/g, ' ')
    .replaceAll(/\\(?:times|cdot|ast)(?![a-z])|[×·∙⋅✕✖]/g, '*')
    .replaceAll(/\\div(?![a-z])|[÷∕⁄]/g, '/')
    .replaceAll(/\\[dtc]frac(?![a-z])/g, '\\frac')
    .replaceAll(/[−–—‐‑‒]/g, '-')
    .replaceAll(/(?<=[\d)\]}])\s*[xX]\s*(?=[\d([])/g, '*')
    .replaceAll(/\\[()[\]]|\$/g, ' ')
    .replaceAll(/[\u00a0\u2000-\u200a\u202f]/g, ' ')
}

/** Reads `(10-4)*(5-1)`; brackets of any kind, `\frac{a}{b}`, and a product written without its sign. */
export function parseExpression(text: string): Parsed {
  const tokens = tokenise(text)
  if (typeof tokens === 'string') return { wrong: tokens }
  const parser = new Parser(tokens)
  const expression = parser.sum(0)
  if (expression === undefined) return { wrong: parser.wrong ?? 'the expression cannot be read' }
  if (!parser.ended()) return { wrong: 'the expression cannot be read' }
  return { expression }
}

/** The value, or undefined when something is divided by zero. */
export function evaluate(expression: Expression): Rational | undefined {
  if (expression.kind === 'number') return { numerator: BigInt(expression.digits), denominator: 1n }
  const left = evaluate(expression.left)
  const right = evaluate(expression.right)
  if (left === undefined || right === undefined) return undefined
  return operate(expression.operator, left, right)
}

/** One arithmetic operation; undefined when it divides by zero. */
export function operate(operator: Operator, left: Rational, right: Rational): Rational | undefined {
  if (operator === '+') return add(left, right)
  if (operator === '-') return subtract(left, right)
  return operator === '*' ? multiply(left, right) : divide(left, right)
}

/** The numbers of an expression in the order they are written. */
export function* leaves(expression: Expression): Generator<string> {
  if (expression.kind === 'number') yield expression.digits
  else {
    yield* leaves(expression.left)
    yield* leaves(expression.right)
  }
}

/** The expression with only the brackets it needs and no spaces: one spelling for each way of calculating. */
export function spelled(expression: Expression): string {
  if (expression.kind === 'number') return expression.digits
  const { operator, left, right } = expression
  const own = precedence(operator)
  const leftText = bracketed(left, left.kind === 'operation' && precedence(left.operator) < own)
  const rightText = bracketed(right, right.kind === 'operation' && needsBrackets(right.operator, operator))
  return `${leftText}${operator}${rightText}`
}

function bracketed(expression: Expression, needed: boolean): string {
  return needed ? `(${spelled(expression)})` : spelled(expression)
}

function needsBrackets(inner: Operator, outer: Operator): boolean {
  if (precedence(inner) < precedence(outer)) return true
  return precedence(inner) === precedence(outer) && (outer === '-' || outer === '/')
}

function precedence(operator: Operator): number {
  return operator === '+' || operator === '-' ? 1 : 2
}

function tokenise(text: string): readonly string[] | string {
  const tokens: string[] = []
  let at = 0
  const length = text.trimEnd().length
  while (at < length) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(text)
    if (match === null) return `"${text.slice(at).trim().slice(0, 12)}" is not arithmetic`
    const [all, number, power, sign, fraction] = match
    if (power !== undefined) return 'powers are not allowed'
    if (number?.includes('.') === true) return `${number} is not one of the given numbers`
    tokens.push(number ?? fraction ?? bracket(sign ?? ''))
    if (tokens.length > TOKENS_LIMIT) return 'the expression is too long'
    at += all.length
  }
  return tokens
}

function bracket(sign: string): string {
  if (sign === '[' || sign === '{') return '('
  return sign === ']' || sign === '}' ? ')' : sign
}

/** Recursive descent; `wrong` says what stopped it. */
class Parser {
  wrong: string | undefined
  readonly #tokens: readonly string[]
  #at = 0

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens
  }

  ended(): boolean {
    return this.#at === this.#tokens.length
  }

  sum(depth: number): Expression | undefined {
    let left = this.#product(depth)
    while (left !== undefined && (this.#next() === '+' || this.#next() === '-')) {
      const operator: Operator = this.#take() === '+' ? '+' : '-'
      const right = this.#product(depth)
      if (right === undefined) return undefined
      left = { kind: 'operation', operator, left, right }
    }
    return left
  }

  #product(depth: number): Expression | undefined {
    let left = this.#factor(depth)
    while (left !== undefined) {
      const next = this.#next()
      const explicit = next === '*' || next === '/'
      // `3(8-5)` and `(8-5)(3)` are products; `8 3` is nothing.
      if (!explicit && next !== '(' && !(next !== undefined && /^\d/.test(next) && this.#previous() === ')'))
        break
      const operator: Operator = explicit && this.#take() === '/' ? '/' : '*'
      const right = this.#factor(depth)
      if (right === undefined) return undefined
      left = { kind: 'operation', operator, left, right }
    }
    return left
  }

  #factor(depth: number): Expression | undefined {
    if (depth > DEPTH_LIMIT) return this.#fail('the expression is nested too deep')
    const token = this.#take()
    if (token === undefined) return this.#fail('the expression is not complete')
    if (/^\d/.test(token)) return { kind: 'number', digits: token.replace(/^0+(?=\d)/, '') }
    if (token === '-' || token === '+') return this.#fail('a sign in front of a number is not allowed')
    if (token === '\\frac') return this.#fraction(depth)
    if (token !== '(') return this.#fail('the expression cannot be read')
    const inner = this.sum(depth + 1)
    if (inner === undefined) return undefined
    return this.#take() === ')' ? inner : this.#fail('a bracket is not closed')
  }

  #fraction(depth: number): Expression | undefined {
    const left = this.#factor(depth + 1)
    const right = left === undefined ? undefined : this.#factor(depth + 1)
    return left === undefined || right === undefined
      ? undefined
      : { kind: 'operation', operator: '/', left, right }
  }

  #next(): string | undefined {
    return this.#tokens[this.#at]
  }

  #previous(): string | undefined {
    return this.#tokens[this.#at - 1]
  }

  #take(): string | undefined {
    const token = this.#tokens[this.#at]
    this.#at += 1
    return token
  }

  #fail(reason: string): undefined {
    this.wrong ??= reason
    return undefined
  }
}
