import { CURRENCY, normalise } from './normalise.ts'
import { parseExpression } from './parse-expression.ts'
import { tokenise, type CommaReading, type Token } from './tokens.ts'
import type { Answer, Expression, RelationSign } from './tree.ts'
import { canonicalUnit, isUnitAbbreviation } from './units.ts'

/** Characters of an answer; what is longer is a text about an answer. */
export const ANSWER_CHARACTERS = 2_048

/** Structures within structures (sets of tuples of …). */
const STRUCTURE_DEPTH = 8

const EMPTY_SET: Answer = { kind: 'list', items: [], braced: true }
const INFINITY: Expression = { kind: 'constant', name: 'infinity' }
const REAL_LINE: Answer = {
  kind: 'bracketed',
  open: '(',
  close: ')',
  items: [scalar({ kind: 'call', operation: 'negate', parts: [INFINITY] }), scalar(INFINITY)],
}

const POSITIVE_LINE: Answer = {
  kind: 'bracketed',
  open: '(',
  close: ')',
  items: [
    scalar({ kind: 'number', value: { numerator: 0n, denominator: 1n }, decimals: 0 }),
    scalar(INFINITY),
  ],
}

/** Reads an answer, whatever it is; what is not understood becomes `opaque`. Undefined when there is nothing. */
export function parseAnswer(written: string, commas: CommaReading = 'thousands'): Answer | undefined {
  if (written.length > ANSWER_CHARACTERS) return undefined
  const text = normalise(written)
  if (text === '') return undefined
  const words = wordsOnly(text)
  if (words !== undefined) return words
  const based =
    /^(?:\()?([0-9A-Fa-f]+(?:\.[0-9A-Fa-f]+)?)(?:\))?\s*_\s*\{?\s*(?:\\text\s*\{)?\s*(\d{1,2}|[a-z]+)\s*\}{0,2}$/.exec(
      text,
    )
  if (based !== null && /^\d/.test(text.replace('(', ''))) return inBase(based[1] ?? '', based[2] ?? '', text)
  const tokens = tokenise(text, commas)
  if (tokens === undefined || tokens.length === 0) return opaque(text)
  return new AnswerParser(text).read(tokens, 0)
}

class AnswerParser {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  read(tokens: readonly Token[], depth: number): Answer {
    if (depth > STRUCTURE_DEPTH || tokens.length === 0) return this.#opaque(tokens)
    return (
      this.#eitherSign(tokens, depth) ??
      this.#list(tokens, depth) ??
      this.#relation(tokens, depth) ??
      this.#setOperation(tokens, depth) ??
      this.#intersection(tokens, depth) ??
      this.#simple(tokens, depth)
    )
  }

  /** `±`: both answers. */
  #eitherSign(tokens: readonly Token[], depth: number): Answer | undefined {
    const isSign = (token: Token): boolean =>
      token.type === 'command' && (token.text === 'pm' || token.text === 'mp')
    if (!tokens.some(isSign)) return undefined
    // In a list each item has its own sign: the list is taken apart first.
    if (topLevel(tokens, (token) => token.type === 'separator').length > 0) return undefined
    const items = ['+', '-'].map((sign) =>
      this.read(
        tokens.map((token): Token => {
          if (!isSign(token)) return token
          const same = token.text === 'pm'
          return { type: 'operator', text: same === (sign === '+') ? '+' : '-', space: token.space }
        }),
        depth + 1,
      ),
    )
    return { kind: 'list', items: flattened(items), braced: false }
  }

  #list(tokens: readonly Token[], depth: number): Answer | undefined {
    const cuts = topLevel(tokens, (token) => token.type === 'separator')
    if (cuts.length === 0) return undefined
    const parts = split(tokens, cuts).filter((part) => part.length > 0)
    const joiners = new Set(cuts.map((cut) => tokens[cut]?.text ?? ''))
    const [first] = parts
    if (parts.length === 1 && first !== undefined) return this.read(first, depth + 1)
    const items = parts.map((part) => this.read(part, depth + 1))
    return (
      restrictions(items, joiners) ?? { kind: 'list', items: flattened(sharedName(items)), braced: false }
    )
  }

  #relation(tokens: readonly Token[], depth: number): Answer | undefined {
    const cuts = topLevel(tokens, (token) => token.type === 'relation')
    if (cuts.length === 0) return undefined
    const signs: RelationSign[] = []
    for (const cut of cuts) {
      const token = tokens[cut]
      if (token?.type === 'relation') signs.push(token.text)
    }
    const parts = split(tokens, cuts)
    if (parts.some((part) => part.length === 0)) {
      // "= 5" goes on from what was asked.
      const [head, second] = parts
      return head?.length === 0 && signs[0] === '=' && second !== undefined && parts.length === 2
        ? this.read(second, depth + 1)
        : this.#opaque(tokens)
    }
    const sides = parts.map((part, index) =>
      index === 0 ? this.#named(part, depth) : this.read(part, depth + 1),
    )
    const [left, right] = sides
    if (signs.length === 1 && signs[0] === 'in' && right !== undefined && left !== undefined) return right
    return { kind: 'relation', sides, signs }
  }

  /** The left side of a relation may be a name in words: "Area = 5". */
  #named(tokens: readonly Token[], depth: number): Answer {
    if (
      tokens.every((token) => token.type === 'word' || token.type === 'symbol' || token.type === 'constant')
    ) {
      if (tokens.some((token) => token.type === 'word'))
        return { kind: 'text', text: joined(tokens).toLowerCase() }
    }
    return this.read(tokens, depth + 1)
  }

  #setOperation(tokens: readonly Token[], depth: number): Answer | undefined {
    const differences = topLevel(tokens, (token) => token.type === 'command' && token.text === 'setminus')
    const [cut] = differences
    if (differences.length === 1 && cut !== undefined) {
      return {
        kind: 'difference',
        from: this.read(tokens.slice(0, cut), depth + 1),
        without: this.read(tokens.slice(cut + 1), depth + 1),
      }
    }
    const cuts = topLevel(tokens, (token) => token.type === 'command' && token.text === 'cup')
    if (cuts.length === 0) return undefined
    const parts = split(tokens, cuts)
    if (parts.some((part) => part.length === 0)) return this.#opaque(tokens)
    return { kind: 'union', parts: parts.map((part) => this.read(part, depth + 1)) }
  }

  #intersection(tokens: readonly Token[], depth: number): Answer | undefined {
    const cuts = topLevel(tokens, (token) => token.type === 'command' && token.text === 'cap')
    if (cuts.length === 0) return undefined
    return { kind: 'intersection', parts: split(tokens, cuts).map((part) => this.read(part, depth + 1)) }
  }

  #simple(tokens: readonly Token[], depth: number): Answer {
    return (
      this.#matrix(tokens, depth) ??
      this.#bracketed(tokens, depth) ??
      realLine(tokens) ??
      quantity(tokens) ??
      this.#ratio(tokens, depth) ??
      this.#opaque(tokens)
    )
  }

  #matrix(tokens: readonly Token[], depth: number): Answer | undefined {
    const [only] = tokens
    if (tokens.length !== 1 || only?.type !== 'matrix') return undefined
    const rows = only.rows.map((row) =>
      row.map((cell): Answer => {
        const inner = tokenise(cell, 'list')
        return inner === undefined || inner.length === 0 ? opaque(cell) : this.read(inner, depth + 1)
      }),
    )
    return { kind: 'matrix', rows }
  }

  #bracketed(tokens: readonly Token[], depth: number): Answer | undefined {
    const [first] = tokens
    const last = tokens.at(-1)
    if (first?.type !== 'open' || last?.type !== 'close' || matching(tokens, 0) !== tokens.length - 1)
      return undefined
    const inner = tokens.slice(1, -1)
    if (first.text === '\\{') return last.text === '\\}' ? this.#set(inner, depth) : undefined
    if (first.text === '{') return last.text === '}' ? this.read(inner, depth + 1) : undefined
    if (inner.length === 0) return undefined
    const cuts = topLevel(inner, (token) => token.type === 'separator')
    if (cuts.length === 0) {
      const grouped = (first.text === '(' && last.text === ')') || (first.text === '[' && last.text === ']')
      if (!grouped || parseExpression(inner) !== undefined) return undefined
      return this.read(inner, depth + 1)
    }
    const items = split(inner, cuts).map((part) => this.read(part, depth + 1))
    const rows = items.map((item) =>
      item.kind === 'bracketed' && item.open === '[' && item.close === ']' ? item.items : undefined,
    )
    if (first.text === '[' && rows.every((row) => row !== undefined)) return { kind: 'matrix', rows }
    return { kind: 'bracketed', open: first.text, close: last.text, items }
  }

  #set(inner: readonly Token[], depth: number): Answer {
    if (inner.length === 0) return EMPTY_SET
    const [bar] = topLevel(
      inner,
      (token) =>
        (token.type === 'command' && token.text === 'mid') ||
        (token.type === 'operator' && (token.text === '|' || token.text === ':')),
    )
    if (bar !== undefined) {
      // {x | x > 3} and {x ∈ ℝ : x > 3}: the condition is the set.
      const [named, sign] = inner
      const among =
        bar === 1 ||
        (sign?.type === 'relation' && sign.text === 'in' && joined(inner.slice(2, bar)) === 'mathbb{R}')
      if (named?.type === 'symbol' && among) return this.read(inner.slice(bar + 1), depth + 1)
    }
    const cuts = topLevel(inner, (token) => token.type === 'separator')
    const items = split(inner, cuts).map((part) => this.read(part, depth + 1))
    return { kind: 'list', items: flattened(items), braced: true }
  }

  #ratio(tokens: readonly Token[], depth: number): Answer | undefined {
    const cuts = topLevel(tokens, (token) => token.type === 'operator' && token.text === ':')
    if (cuts.length === 0) return undefined
    const parts = split(tokens, cuts)
    if (parts.some((part) => part.length === 0)) return undefined
    return { kind: 'ratio', parts: parts.map((part) => this.read(part, depth + 1)) }
  }

  #opaque(tokens: readonly Token[]): Answer {
    const text = joined(tokens)
    return opaque(text === '' ? this.#text : text)
  }
}

/** A number or expression with what may stand around it: currency, percent sign, unit. */
function quantity(tokens: readonly Token[]): Answer | undefined {
  let body = tokens
  let unit = ''
  const first = body[0]
  const second = body[1]
  if (first?.type === 'operator' && isCurrency(first.text)) {
    unit = canonicalUnit(first.text)
    body = body.slice(1)
  } else if (
    first?.type === 'operator' &&
    first.text === '-' &&
    second?.type === 'operator' &&
    isCurrency(second.text)
  ) {
    unit = canonicalUnit(second.text)
    body = [first, ...body.slice(2)]
  }
  if (body.some((token) => token.type === 'operator' && token.text === ':')) return undefined
  const whole = parseExpression(unworded(body))
  const last = body.at(-1)
  const percentSign = last?.type === 'operator' && last.text === '%'
  const degrees = degreeTokens(body)
  // In `\sin 30^\circ` the degrees belong to the angle, not to the answer.
  if (degrees > 0 && !body.some((token) => token.type === 'function')) {
    const value = parseExpression(body.slice(0, -degrees))
    if (value !== undefined) return { kind: 'scalar', value, unit: '°', percent: false }
  }
  if (whole !== undefined) return { kind: 'scalar', value: whole, unit, percent: percentSign }
  const cut = unitStart(body)
  if (cut <= 0) return undefined
  const value = parseExpression(body.slice(0, cut))
  if (value === undefined) return undefined
  const name = joined(body.slice(cut))
  if (/^(?:%|percent|per cent)$/i.test(name)) {
    const hundred: Expression = { kind: 'number', value: { numerator: 100n, denominator: 1n }, decimals: 0 }
    return {
      kind: 'scalar',
      value: { kind: 'call', operation: 'divide', parts: [value, hundred] },
      unit: '',
      percent: true,
    }
  }
  if (/\b(?:if|when|where|for|unless|otherwise|mod|or|and|not|is|are)\b/i.test(name)) return undefined
  const scaled = /^(thousand|million|billion|trillion)\b\s*(.*)$/i.exec(name)
  if (scaled === null)
    return { kind: 'scalar', value, unit: unit === '' ? canonicalUnit(name) : unit, percent: false }
  const zeros =
    { thousand: 3n, million: 6n, billion: 9n, trillion: 12n }[(scaled[1] ?? '').toLowerCase()] ?? 0n
  const factor: Expression = {
    kind: 'number',
    value: { numerator: 10n ** zeros, denominator: 1n },
    decimals: 0,
  }
  const rest = canonicalUnit(scaled[2] ?? '')
  return {
    kind: 'scalar',
    value: { kind: 'call', operation: 'multiply', parts: [value, factor] },
    unit: unit === '' ? rest : unit,
    percent: false,
  }
}

/** `2xy` was read as 2 and a word that may be a unit; without a unit in the table it is a product. */
function unworded(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token): readonly Token[] => {
    if (token.type !== 'word' || !/^[a-z]{2,3}$/.test(token.text) || isUnitAbbreviation(token.text))
      return [token]
    return Array.from(token.text, (letter): Token =>
      letter === 'e' || letter === 'i'
        ? { type: 'constant', text: letter, space: false }
        : { type: 'symbol', text: letter, space: false },
    )
  })
}

/** Tokens at the end that say "degrees"; 0 when there are none. */
function degreeTokens(tokens: readonly Token[]): number {
  const [a, b, c, d] = tokens.slice(-4)
  if (c?.text === '^' && d?.type === 'command' && d.text === 'circ') return 2
  if (a?.text === '^' && b?.text === '{' && c?.type === 'command' && c.text === 'circ' && d?.text === '}')
    return 4
  const last = tokens.at(-1)
  return last?.type === 'command' && last.text === 'circ' && tokens.at(-2)?.text === '^' ? 2 : 0
}

/** Where the unit at the end begins, or -1: from the first word on there are only words, signs and small powers. */
function unitStart(tokens: readonly Token[]): number {
  let start = tokens.findIndex((token) => token.type === 'word')
  const degree = tokens.findIndex((token) => token.type === 'command' && token.text === 'circ')
  if (degree > 0 && (start < 0 || degree < start))
    start = tokens[degree - 1]?.text === '{' ? degree - 2 : degree - 1
  if (start < 0) {
    // `5 m`, `3 g`: one letter after a space.
    const last = tokens.at(-1)
    const before = tokens.at(-2)
    return last?.type === 'symbol' && before?.type === 'number' && /^[mgslhL]$/.test(last.text) && last.space
      ? tokens.length - 1
      : -1
  }
  for (const [index, token] of tokens.entries()) {
    if (index < start || token.type === 'word' || token.type === 'symbol' || token.type === 'constant')
      continue
    const isPower =
      token.type === 'number' && /^[23]$/.test(token.text) && /[\^{]/.test(tokens[index - 1]?.text ?? '')
    const isSign = /^[-/^*{}.]$/.test(token.text) || (token.type === 'command' && token.text === 'circ')
    const bracket = token.text === '(' || token.text === ')'
    if (!isPower && !isSign && !bracket) return -1
  }
  return start
}

function realLine(tokens: readonly Token[]): Answer | undefined {
  const text = joined(tokens)
  if (/^mathbb ?\{? ?R ?\}?$/.test(text)) return REAL_LINE
  if (/^mathbb\{R\}[_^]\{?>?\+?0?\}?$/.test(text) && /[+>]/.test(text)) return POSITIVE_LINE
  return text === 'emptyset' ? EMPTY_SET : undefined
}

/** Inequalities joined by "or" are a union, by "and" an intersection; a comma may mean either. */
function restrictions(items: readonly Answer[], joiners: ReadonlySet<string>): Answer | undefined {
  const inequality = (item: Answer): boolean =>
    item.kind === 'relation' && item.signs.every((sign) => sign !== '=' && sign !== 'in')
  if (!items.every(inequality)) return undefined
  if (joiners.size !== 1) return undefined
  if (joiners.has('or')) return { kind: 'union', parts: items }
  return joiners.has('and') ? { kind: 'intersection', parts: items } : undefined
}

/** `n = 1, 2, 3` names every item; `x = 2, y = 3` names each. */
function sharedName(items: readonly Answer[]): readonly Answer[] {
  const [first, ...rest] = items
  if (first?.kind !== 'relation' || first.signs.length !== 1 || first.signs[0] !== '=') return items
  const [name] = first.sides
  if (name === undefined || rest.some((item) => item.kind !== 'scalar')) return items
  return [first, ...rest.map((item): Answer => ({ kind: 'relation', sides: [name, item], signs: ['='] }))]
}

function flattened(items: readonly Answer[]): readonly Answer[] {
  return items.flatMap((item) => (item.kind === 'list' && !item.braced ? item.items : [item]))
}

/** Text that is words and no mathematics. */
function wordsOnly(text: string): Answer | undefined {
  let plain = text
  for (let layer = 0; layer < 3; layer += 1) plain = plain.replace(/^\\text\s*\{([^{}]*)\}$/, '$1').trim()
  const wasText = plain !== text
  const choice = /^\(\s*([A-Za-z])\s*\)$/.exec(plain) ?? /^\\text\s*\{\s*\(?\s*([A-Z])\s*\)?\s*\}$/.exec(text)
  if (choice !== null) return { kind: 'text', text: (choice[1] ?? '').toUpperCase() }
  if (/^[A-Z]$/.test(plain)) return { kind: 'text', text: plain }
  if (/^[a-z]$/.test(plain)) return undefined
  const lower = plain
    .replaceAll(/["'.]/g, '')
    .replaceAll(/[\s-]+/g, ' ')
    .trim()
    .toLowerCase()
  if (/^(?:no (?:real )?solutions?|empty set|the empty set)$/.test(lower)) return EMPTY_SET
  if (/^(?:all real numbers|all reals|the set of all real numbers)$/.test(lower)) return REAL_LINE
  if (/^(?:negative |- ?|minus )?infinity$/.test(lower)) return undefined
  if (lower === 'dne') return { kind: 'text', text: 'does not exist' }
  const words = /^[\p{L}][\p{L}\s.,'"&-]*$/u.test(plain)
  if (!words) return undefined
  if (
    !wasText &&
    !/\p{L}{4}|^(?!inf$|exp$|sin$|cos$|tan$|cot$|log$)\p{L}{3}$/u.test(plain) &&
    !/^(?:yes|no|odd|one|two|six|ten|red|sun|mon|tue|wed|thu|fri|sat)$/i.test(plain)
  ) {
    return undefined
  }
  // Names of functions and constants are mathematics even when they stand alone.
  if (!wasText && /^(?:sqrt|theta|alpha|beta|gamma|delta|sigma|omega|lambda)\b/i.test(plain)) return undefined
  if (/\b(?:and|or)\b|,/i.test(plain)) return wordList(plain)
  // In two or three letters case may tell points and products apart.
  return { kind: 'text', text: plain.length <= 3 && !/^(?:yes|no)$/i.test(plain) ? plain : lower }
}

function wordList(plain: string): Answer {
  const items = plain
    .split(/\s*(?:,|\band\b|\bor\b)\s*/i)
    .filter((item) => item !== '')
    .map((item): Answer => ({ kind: 'text', text: item.trim().toLowerCase() }))
  return { kind: 'list', items, braced: false }
}

const BASE_NAMES: Readonly<Record<string, string>> = {
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
  ten: '10',
  twelve: '12',
  sixteen: '16',
}

function inBase(digits: string, written: string, text: string): Answer {
  const base = BASE_NAMES[written] ?? written
  if (!/^\d+$/.test(base)) return opaque(text)
  if (base === '10') return parseAnswer(digits) ?? opaque(text)
  return { kind: 'based', digits: digits.toUpperCase().replace(/^0+(?=.)/, ''), base }
}

function isCurrency(sign: string): boolean {
  return sign === CURRENCY || /^[€£¥₹]$/.test(sign)
}

function scalar(value: Expression): Answer {
  return { kind: 'scalar', value, unit: '', percent: false }
}

function opaque(text: string): Answer {
  return { kind: 'opaque', text: text.replaceAll(/\s+/g, '') }
}

function joined(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      const text = token.type === 'matrix' ? token.rows.map((row) => row.join('&')).join(';') : token.text
      return token.type === 'word' ? ` ${text} ` : text
    })
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Positions of tokens that are as asked and stand in no bracket. */
function topLevel(tokens: readonly Token[], wanted: (token: Token) => boolean): readonly number[] {
  const found: number[] = []
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'open') depth += 1
    else if (token.type === 'close') depth -= 1
    else if (depth === 0 && wanted(token)) found.push(index)
  }
  return found
}

/** The position of the bracket that closes the one at `open`; any kind closes any, as in `[1,2)`. */
function matching(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let index = open; index < tokens.length; index += 1) {
    const type = tokens[index]?.type
    if (type === 'open') depth += 1
    if (type === 'close') depth -= 1
    if (depth === 0) return index
  }
  return -1
}

function split(tokens: readonly Token[], cuts: readonly number[]): readonly (readonly Token[])[] {
  const parts: (readonly Token[])[] = []
  let from = 0
  for (const cut of [...cuts, tokens.length]) {
    parts.push(tokens.slice(from, cut))
    from = cut + 1
  }
  return parts
}
