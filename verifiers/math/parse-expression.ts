import { compare } from '../answer/rational.ts'
import { exactValue } from './exact-value.ts'
import type { Token } from './tokens.ts'
import { call, negated, number, spelled, type Expression } from './tree.ts'

/** Brackets within brackets; deeper text is no answer, and must not fill the stack. */
const DEPTH_LIMIT = 60

/** Roots beyond this stay powers. */
const ROOT_LIMIT = 60n

const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '\\{': '\\}' }

const ONE = { numerator: 1n, denominator: 1n }
const HUNDRED = { numerator: 100n, denominator: 1n }
const HALF_TURN = { numerator: 180n, denominator: 1n }

/** Reads tokens as one expression; undefined when they are none. */
export function parseExpression(tokens: readonly Token[]): Expression | undefined {
  if (tokens.length === 0) return undefined
  const parser = new ExpressionParser(tokens)
  try {
    const expression = parser.whole()
    return parser.ended() ? expression : undefined
  } catch (error) {
    if (error instanceof NoExpression) return undefined
    throw error
  }
}

/** Thrown within this file alone: the tokens are no expression. */
class NoExpression extends Error {}

class ExpressionParser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0
  /** Inside `|…|` a bar closes and does not open. */
  #bars = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  ended(): boolean {
    return this.#at === this.#tokens.length
  }

  whole(): Expression {
    const value = this.sum()
    const next = this.#peek()
    if (next?.type !== 'command' || next.text !== 'choose') return value
    this.#take()
    return call('binomial', value, this.sum())
  }

  sum(): Expression {
    this.#depth += 1
    if (this.#depth > DEPTH_LIMIT) throw new NoExpression()
    const parts = [this.#signedProduct()]
    while (this.#isOperator('+') || this.#isOperator('-')) {
      const minus = this.#take().text === '-'
      const part = this.#signedProduct()
      parts.push(minus ? negated(part) : part)
    }
    this.#depth -= 1
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : call('add', ...parts)
  }

  #signedProduct(): Expression {
    if (this.#isOperator('-')) {
      this.#take()
      return negated(this.#signedProduct())
    }
    if (this.#isOperator('+')) {
      this.#take()
      return this.#signedProduct()
    }
    return this.#product()
  }

  #product(): Expression {
    let left = this.#mixed() ?? this.#power()
    for (;;) {
      if (this.#isOperator('*')) {
        this.#take()
        left = call('multiply', left, this.#signedFactor())
      } else if (this.#isOperator('/') || this.#isOperator(':')) {
        this.#take()
        left = call('divide', left, this.#signedFactor())
      } else if (this.#startsFactor()) {
        // Two figures side by side are no product.
        if (this.#peek()?.type === 'number' && this.#tokens[this.#at - 1]?.type === 'number')
          throw new NoExpression()
        left = call('multiply', left, this.#power())
      } else return left
    }
  }

  #signedFactor(): Expression {
    if (this.#isOperator('-')) {
      this.#take()
      return negated(this.#signedFactor())
    }
    if (this.#isOperator('+')) this.#take()
    return this.#mixed() ?? this.#power()
  }

  /** `1\frac{1}{2}` and `1 1/2` are one and a half. */
  #mixed(): Expression | undefined {
    const whole = this.#peek()
    if (whole?.type !== 'number' || !/^\d+$/.test(whole.text)) return undefined
    const next = this.#tokens[this.#at + 1]
    const start = this.#at
    if (next?.type === 'command' && next.text === 'frac') {
      this.#at += 1
      const part = this.#command()
      if (isProper(part) && !this.#isOperator('^'))
        return this.#postfix(call('add', number(whole.value), part))
      this.#at = start
      return undefined
    }
    const [top, slash, bottom] = this.#tokens.slice(this.#at + 1, this.#at + 4)
    if (top?.type !== 'number' || bottom?.type !== 'number' || slash?.text !== '/' || !top.space)
      return undefined
    const part = call('divide', number(top.value), number(bottom.value))
    if (!isProper(part)) return undefined
    this.#at += 4
    return this.#postfix(call('add', number(whole.value), part))
  }

  #startsFactor(): boolean {
    const token = this.#peek()
    if (token === undefined) return false
    if (token.type === 'open') return true
    if (
      token.type === 'number' ||
      token.type === 'symbol' ||
      token.type === 'constant' ||
      token.type === 'function'
    )
      return true
    if (token.type === 'operator') return token.text === '|' && this.#bars === 0
    if (token.type !== 'command') return false
    return /^(?:frac|sqrt|binom|overline|overrightarrow|vec|hat|tilde|angle|lfloor|lceil|triangle|sum|prod|int|lim)$/.test(
      token.text,
    )
  }

  #power(): Expression {
    let base = this.#postfix(this.#primary())
    if (this.#isOperator('^')) {
      this.#take()
      if (this.#isDegree()) {
        base = inRadians(base)
      } else {
        base = raised(base, this.#exponent())
      }
      base = this.#postfix(base)
    }
    return base
  }

  #isDegree(): boolean {
    const token = this.#peek()
    if (token?.type === 'command' && token.text === 'circ') {
      this.#take()
      return true
    }
    const inner = this.#tokens[this.#at + 1]
    if (token?.type === 'open' && token.text === '{' && inner?.type === 'command' && inner.text === 'circ') {
      this.#at += 2
      this.#expectClose('{')
      return true
    }
    return false
  }

  #exponent(): Expression {
    if (this.#isOperator('-')) {
      this.#take()
      return negated(this.#exponent())
    }
    if (this.#isOperator('+')) this.#take()
    const base = this.#postfix(this.#primary())
    if (!this.#isOperator('^')) return base
    this.#take()
    return call('power', base, this.#exponent())
  }

  #postfix(start: Expression): Expression {
    let value = start
    for (;;) {
      if (this.#isOperator('!')) {
        this.#take()
        // A double factorial is something else.
        if (this.#isOperator('!')) throw new NoExpression()
        value = call('factorial', value)
      } else if (this.#isOperator('%')) {
        this.#take()
        value = call('divide', value, number(HUNDRED))
      } else if (this.#isOperator("'") && value.kind === 'symbol') {
        this.#take()
        value = { kind: 'symbol', name: `${value.name}'` }
      } else return value
    }
  }

  #primary(): Expression {
    const token = this.#take()
    switch (token.type) {
      case 'number':
        return number(token.value, token.decimals)
      case 'constant':
        return { kind: 'constant', name: token.text }
      case 'symbol':
        return this.#symbol(token.text)
      case 'function':
        return this.#function(token.text)
      case 'open':
        return this.#group(token.text)
      case 'command':
        this.#at -= 1
        return this.#command()
      case 'operator':
        if (token.text === '|') return this.#absolute()
        break
      default:
    }
    throw new NoExpression()
  }

  #symbol(letter: string): Expression {
    let name = letter
    if (this.#isOperator('_')) {
      this.#take()
      name = `${name}_${this.#subscript()}`
    }
    while (this.#isOperator("'")) {
      this.#take()
      name = `${name}'`
    }
    if (/^[fgh]$/.test(name) && this.#isInverseMark()) name = `${name}^{-1}`
    // f(x) is a value of f; x(x+1) is a product.
    const next = this.#peek()
    if (/^[fghFGHP](?:$|[_'^])/.test(name) && next?.type === 'open' && next.text === '(') {
      this.#take()
      const inner = [this.sum()]
      while (this.#peek()?.type === 'separator') {
        this.#take()
        inner.push(this.sum())
      }
      this.#expectClose('(')
      name = `${name}(${inner.map((part) => spelled(part)).join(',')})`
    }
    return { kind: 'symbol', name }
  }

  /** The -1 of `f^{-1}(x)`, which is no power. */
  #isInverseMark(): boolean {
    const mark = this.#tokens.slice(this.#at, this.#at + 6)
    if (mark.map((token) => token.text).join('') !== '^{-1}(') return false
    this.#at += 5
    return true
  }

  #subscript(): string {
    const token = this.#take()
    if (token.type === 'open' && token.text === '{') {
      let name = ''
      for (let part = this.#take(); !(part.type === 'close' && part.text === '}'); part = this.#take())
        name += part.text
      return name
    }
    return token.text
  }

  #group(open: string): Expression {
    const inner = this.#within(() => this.sum())
    if (this.#peek()?.type === 'command' && this.#peek()?.text === 'choose') {
      this.#take()
      const lower = this.#within(() => this.sum())
      this.#expectClose(open)
      return call('binomial', inner, lower)
    }
    if (open === '\\{') throw new NoExpression()
    this.#expectClose(open)
    return inner
  }

  /** Brackets hide the bars around them. */
  #within(read: () => Expression): Expression {
    const bars = this.#bars
    this.#bars = 0
    const value = read()
    this.#bars = bars
    return value
  }

  #absolute(): Expression {
    this.#bars += 1
    const inner = this.sum()
    this.#bars -= 1
    if (!this.#isOperator('|')) throw new NoExpression()
    this.#take()
    return call('abs', inner)
  }

  #function(name: Extract<Token, { type: 'function' }>['text']): Expression {
    let base: Expression | undefined
    if (name === 'log' && this.#isOperator('_')) {
      this.#take()
      base = this.#argumentGroup()
    }
    let power: Expression | undefined
    if (this.#isOperator('^')) {
      this.#take()
      power = this.#exponent()
    }
    const argument = this.#functionArgument()
    const ten = number({ numerator: 10n, denominator: 1n })
    let value: Expression
    if (name === 'log') value = call('log', base ?? ten, argument)
    else if (name === 'lg') value = call('log', ten, argument)
    else if (name === 'floor') value = call('floor', argument)
    else if (name === 'ceil') value = call('ceiling', argument)
    else if (
      power !== undefined &&
      isMinusOne(power) &&
      (name === 'sin' || name === 'cos' || name === 'tan')
    ) {
      return call(`arc${name}`, argument)
    } else value = call(name, argument)
    return power === undefined ? value : call('power', value, power)
  }

  /** `\sin(x)`, `\sin 2x`, `\sin\frac{x}{2}`; the argument ends where a sum or another function begins. */
  #functionArgument(): Expression {
    const token = this.#peek()
    if (token?.type === 'open') {
      this.#take()
      return this.#group(token.text)
    }
    if (token?.type === 'function') return this.#power()
    if (this.#isOperator('-')) {
      this.#take()
      return negated(this.#functionArgument())
    }
    let argument = this.#mixed() ?? this.#power()
    while (this.#startsFactor() && this.#peek()?.type !== 'function' && this.#peek()?.type !== 'open') {
      if (this.#peek()?.type === 'number') break
      argument = call('multiply', argument, this.#power())
    }
    return argument
  }

  #command(): Expression {
    const { text } = this.#take()
    switch (text) {
      case 'frac': {
        const top = this.#argumentGroup()
        return call('divide', top, this.#argumentGroup())
      }
      case 'binom': {
        const top = this.#argumentGroup()
        return call('binomial', top, this.#argumentGroup())
      }
      case 'sqrt':
        return this.#root()
      case 'lfloor':
      case 'lceil': {
        const inner = this.#within(() => this.sum())
        const close = this.#take()
        if (close.text !== (text === 'lfloor' ? 'rfloor' : 'rceil')) throw new NoExpression()
        return call(text === 'lfloor' ? 'floor' : 'ceiling', inner)
      }
      case 'overline':
      case 'overrightarrow':
      case 'vec':
      case 'hat':
      case 'tilde':
      case 'angle':
      case 'triangle':
        return { kind: 'symbol', name: `${text}(${this.#rawArgument()}${this.#pointNames(text)})` }
      case 'sum':
      case 'prod':
      case 'int':
      case 'lim':
        return this.#bigOperator(text)
      default:
        throw new NoExpression()
    }
  }

  #root(): Expression {
    const next = this.#peek()
    if (next?.type === 'open' && next.text === '[') {
      this.#take()
      const degree = this.#within(() => this.sum())
      this.#expectClose('[')
      return call('root', degree, this.#argumentGroup())
    }
    return call('root', number({ numerator: 2n, denominator: 1n }), this.#argumentGroup())
  }

  /**
   * The argument of a command: a group, or one token. `\frac12` takes one figure at a time, so a longer figure is cut.
   */
  #argumentGroup(): Expression {
    const token = this.#peek()
    if (token?.type === 'number' && /^\d{2,}$/.test(token.text) && this.#followsCommand())
      return this.#cutFigure(token)
    return this.#primary()
  }

  #followsCommand(): boolean {
    const before = this.#tokens[this.#at - 1]
    if (this.#cutAt === this.#at) return true
    return before?.type === 'command' && (before.text === 'frac' || before.text === 'binom')
      ? true
      : this.#isSecondArgument()
  }

  /** `\frac{1}72`: the second argument is 7. */
  #isSecondArgument(): boolean {
    const before = this.#tokens[this.#at - 1]
    return before?.type === 'close' && before.text === '}' && this.#commandBefore(this.#at - 1)
  }

  #commandBefore(close: number): boolean {
    let depth = 0
    for (let index = close; index >= 0; index -= 1) {
      const token = this.#tokens[index]
      if (token?.type === 'close' && token.text === '}') depth += 1
      if (token?.type === 'open' && token.text === '{') depth -= 1
      if (depth === 0) {
        const command = this.#tokens[index - 1]
        return command?.type === 'command' && (command.text === 'frac' || command.text === 'binom')
      }
    }
    return false
  }

  /** Figures already taken of the figure at `#cutAt`. */
  #cutAt = -1
  #cutTaken = 0

  #cutFigure(token: Extract<Token, { type: 'number' }>): Expression {
    if (this.#cutAt !== this.#at) {
      this.#cutAt = this.#at
      this.#cutTaken = 0
    }
    const figure = token.text[this.#cutTaken] ?? '0'
    this.#cutTaken += 1
    if (this.#cutTaken >= token.text.length) {
      this.#at += 1
      this.#cutAt = -1
    } else if (this.#cutTaken === 2) {
      // `\frac123` would be half of a product with 3: nobody writes that on purpose.
      throw new NoExpression()
    }
    return number({ numerator: BigInt(figure), denominator: 1n })
  }

  /** `\angle ABC` names three points, where other commands take one letter. */
  #pointNames(command: string): string {
    let name = ''
    if (command !== 'angle' && command !== 'triangle') return name
    while (this.#peek()?.type === 'symbol') name += this.#take().text
    return name
  }

  #rawArgument(): string {
    const token = this.#take()
    if (token.type !== 'open') return token.text
    let depth = 1
    let name = ''
    for (;;) {
      const part = this.#take()
      if (part.type === 'open') depth += 1
      if (part.type === 'close') depth -= 1
      if (depth === 0) return name
      name += part.text
    }
  }

  /** A sum or integral is not worked out: it is a symbol named by what it says, with products sorted. */
  #bigOperator(name: string): Expression {
    let bounds = ''
    while (this.#isOperator('_') || this.#isOperator('^')) {
      const sign = this.#take().text
      bounds += `${sign}${this.#rawArgument()}`
    }
    const body = this.#product()
    return { kind: 'symbol', name: `${name}${bounds}(${spelled(body)})` }
  }

  #expectClose(open: string): void {
    const token = this.#take()
    if (token.type !== 'close' || token.text !== CLOSES[open]) throw new NoExpression()
  }

  #isOperator(sign: string): boolean {
    const token = this.#peek()
    return token?.type === 'operator' && token.text === sign
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #take(): Token {
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new NoExpression()
    this.#at += 1
    return token
  }
}

/** A power with a fraction is a root: so odd roots of negative numbers stay real, however they are written. */
function raised(base: Expression, exponent: Expression): Expression {
  const value = base.kind === 'constant' ? undefined : exactValue(exponent)
  if (value === undefined || value.denominator === 1n || value.denominator > ROOT_LIMIT)
    return call('power', base, exponent)
  const root = call('root', number({ numerator: value.denominator, denominator: 1n }), base)
  return value.numerator === 1n
    ? root
    : call('power', root, number({ numerator: value.numerator, denominator: 1n }))
}

function inRadians(value: Expression): Expression {
  return call('divide', call('multiply', value, { kind: 'constant', name: 'pi' }), number(HALF_TURN))
}

function isMinusOne(expression: Expression): boolean {
  return (
    expression.kind === 'number' && expression.value.numerator === -1n && expression.value.denominator === 1n
  )
}

function isProper(expression: Expression): boolean {
  if (expression.kind !== 'call' || expression.operation !== 'divide') return false
  const [top, bottom] = expression.parts
  if (top?.kind !== 'number' || bottom?.kind !== 'number') return false
  const whole = top.value.denominator === ONE.denominator && bottom.value.denominator === ONE.denominator
  return whole && top.value.numerator > 0n && compare(top.value, bottom.value) < 0
}
