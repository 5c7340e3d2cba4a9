import { closingBrace } from '../answer/boxed.ts'
import { add, divide, fromDecimal, type Rational } from '../answer/rational.ts'
import { CURRENCY } from './normalise.ts'
import type { NamedFunction, RelationSign } from './tree.ts'
import { isUnitAbbreviation } from './units.ts'

/** A word of the mathematical language. `space` says that white space stood before it. */
export type Token = { readonly space: boolean } & (
  | { readonly type: 'number'; readonly value: Rational; readonly text: string; readonly decimals: number }
  | { readonly type: 'symbol'; readonly text: string }
  | { readonly type: 'constant'; readonly text: 'pi' | 'e' | 'i' | 'infinity' }
  | { readonly type: 'function'; readonly text: NamedFunction | 'log' | 'lg' | 'abs' | 'floor' | 'ceil' }
  | { readonly type: 'command'; readonly text: string }
  | { readonly type: 'operator'; readonly text: string }
  | { readonly type: 'open' | 'close'; readonly text: string }
  | { readonly type: 'separator'; readonly text: string }
  | { readonly type: 'relation'; readonly text: RelationSign }
  | { readonly type: 'word'; readonly text: string }
  | { readonly type: 'matrix'; readonly text: string; readonly rows: readonly (readonly string[])[] }
)

/** Tokens of one answer; what is longer is no answer. */
const TOKENS_LIMIT = 1_500

/** How a comma between figures is read: `1,234` is one number, or two numbers of a list. */
export type CommaReading = 'thousands' | 'list'

const FUNCTIONS: Readonly<Record<string, Extract<Token, { type: 'function' }>['text']>> = {
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  tg: 'tan',
  cot: 'cot',
  ctg: 'cot',
  sec: 'sec',
  csc: 'csc',
  cosec: 'csc',
  arcsin: 'arcsin',
  arccos: 'arccos',
  arctan: 'arctan',
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  sinh: 'sinh',
  cosh: 'cosh',
  tanh: 'tanh',
  ln: 'ln',
  log: 'log',
  lg: 'lg',
  exp: 'exp',
  abs: 'abs',
  floor: 'floor',
  ceil: 'ceil',
}
const CONSTANTS: Readonly<Record<string, Extract<Token, { type: 'constant' }>['text']>> = {
  pi: 'pi',
  inf: 'infinity',
  infty: 'infinity',
  infinity: 'infinity',
}
const RELATIONS: Readonly<Record<string, RelationSign>> = {
  '=': '=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!=': '!=',
  '==': '=',
  ':=': '=',
  le: '<=',
  ge: '>=',
  neq: '!=',
  in: 'in',
  equiv: '=',
}
const GREEK =
  /^(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|rho|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega|ell|hbar)$/
/** Commands the parser knows what to do with. */
const COMMANDS =
  /^(?:frac|sqrt|binom|choose|pm|mp|cup|cap|setminus|emptyset|mathbb|overline|overrightarrow|vec|hat|tilde|angle|triangle|langle|rangle|lfloor|rfloor|lceil|rceil|circ|mid|newline|sum|prod|int|lim|to|ldots|infty|text|approx|prime|partial|pmod|bmod|mod|parallel|perp|cong|sim|Rightarrow|rightarrow|iff|implies|max|min|gcd|lcm|det|log)$/

const NUMBER = /(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})/y
const REPEATING = /(\d{0,40})\.(\d{0,40})\\overline\s*\{?\s*(\d{1,40})\s*\}?/y
const THOUSANDS =
  /\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d{1,40})?|\d{1,3}(?: \d{3})+(?!\d| ?\/|,\d)(?:\.\d{1,40})?/y
const SCIENTIFIC = /[eE][-+]?\d{1,4}(?![\w.])/y
const LETTERS = /[A-Za-z]+/y
const COMMAND = /\\(?:[A-Za-z]+|[{}|])/y
const RELATION = /<=|>=|!=|==|:=|[=<>]/y

/** Words that part the items of a list, and words that are units of speech, not products of letters. */
const SEPARATORS = /^(?:and|or|und|oder)$/i
/** A run of letters up to this long is a product of symbols (`xy`); a longer one is a word. */
const PRODUCT_LETTERS = 3

/** Cuts a normalised answer into tokens; undefined when it has signs that are no mathematics, or too many. */
export function tokenise(text: string, commas: CommaReading): readonly Token[] | undefined {
  const lexer = new Lexer(text, commas)
  return lexer.run()
}

class Lexer {
  readonly #text: string
  readonly #commas: CommaReading
  readonly #tokens: Token[] = []
  #at = 0
  #depth = 0
  #space = false

  constructor(text: string, commas: CommaReading) {
    this.#text = text
    this.#commas = commas
  }

  run(): readonly Token[] | undefined {
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? ''
      if (character === ' ') {
        this.#space = true
        this.#at += 1
        continue
      }
      if (this.#tokens.length > TOKENS_LIMIT) return undefined
      const known =
        /[\d.]/.test(character) && this.#figure()
          ? true
          : character === '\\'
            ? this.#command()
            : /[A-Za-z]/.test(character)
              ? this.#letters()
              : this.#sign(character)
      if (!known) return undefined
      this.#space = false
    }
    return this.#tokens
  }

  #figure(): boolean {
    const repeating = this.#match(REPEATING)
    if (repeating !== null) {
      const value = repeatingValue(repeating[1] ?? '', repeating[2] ?? '', repeating[3] ?? '')
      if (value === undefined) return false
      this.#push({ type: 'number', value, text: repeating[0], decimals: 0 }, repeating[0].length)
      return true
    }
    const thousands = this.#depth === 0 && this.#commas === 'thousands' ? this.#match(THOUSANDS) : null
    const match = thousands ?? this.#match(NUMBER)
    if (match === null) return false
    let written = match[0].replaceAll(/[, ]/g, '')
    // The full stop of "5." is no decimal point, but it does no harm to a number either.
    let length = match[0].length
    SCIENTIFIC.lastIndex = this.#at + length
    const exponent = SCIENTIFIC.exec(this.#text)
    if (exponent !== null) {
      written += exponent[0]
      length += exponent[0].length
    }
    const value = fromDecimal(written)
    if (value === undefined) return false
    const decimals = written.includes('.') ? written.replace(/^.*\./, '').length : 0
    this.#push({ type: 'number', value, text: written, decimals }, length)
    return true
  }

  #command(): boolean {
    const match = this.#match(COMMAND)
    if (match === null) return false
    const [all] = match
    const name = all.slice(1)
    if (name === '{' || name === '}') {
      this.#depth += name === '{' ? 1 : -1
      this.#push({ type: name === '{' ? 'open' : 'close', text: all }, all.length)
      return true
    }
    if (name === '|') return this.#plain({ type: 'operator', text: '||' }, all.length)
    if (name === 'text') return this.#textCommand(all.length)
    if (name === 'begin') return this.#environment()
    const relation = RELATIONS[name]
    if (relation !== undefined) return this.#plain({ type: 'relation', text: relation }, all.length)
    const constant = CONSTANTS[name]
    if (constant !== undefined) return this.#plain({ type: 'constant', text: constant }, all.length)
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (known !== undefined) return this.#plain({ type: 'function', text: known }, all.length)
    if (name === 'times' || name === 'cdot' || name === 'ast')
      return this.#plain({ type: 'operator', text: '*' }, all.length)
    if (name === 'div') return this.#plain({ type: 'operator', text: '/' }, all.length)
    if (name === 'langle' || name === 'rangle') {
      this.#depth += name === 'langle' ? 1 : -1
      return this.#plain(
        { type: name === 'langle' ? 'open' : 'close', text: name === 'langle' ? '(' : ')' },
        all.length,
      )
    }
    if (GREEK.test(name)) return this.#plain({ type: 'symbol', text: `\\${name}` }, all.length)
    if (!COMMANDS.test(name)) return false
    return this.#plain({ type: 'command', text: name }, all.length)
  }

  #textCommand(length: number): boolean {
    let open = this.#at + length
    while (this.#text[open] === ' ') open += 1
    if (this.#text[open] !== '{') return false
    const end = closingBrace(this.#text, open)
    if (end < 0) return false
    const inner = this.#text.slice(open + 1, end - 1).trim()
    this.#space = true
    const word = inner
      .replaceAll(/[{}]/g, '')
      .replaceAll(/\\text\s?/g, '')
      .trim()
    const consumed = end - this.#at
    if (word === '') {
      this.#at = end
      return true
    }
    const name = word.toLowerCase()
    if (SEPARATORS.test(word)) return this.#plain({ type: 'separator', text: name }, consumed)
    if (Object.hasOwn(FUNCTIONS, name))
      return this.#plain({ type: 'function', text: FUNCTIONS[name] ?? 'abs' }, consumed)
    if (/^[A-Za-z]$/.test(word))
      return this.#letter(word, consumed, /\d\s*\\text\s*\{\s*[A-Za-z]\s*\}$/.test(this.#text.slice(0, end)))
    if (/^-?[\d.]/.test(word)) {
      // Figures set as text are figures, with their unit.
      const inside = tokenise(word, this.#commas)
      if (inside === undefined) return false
      for (const token of inside) this.#tokens.push(token)
      this.#at = end
      return true
    }
    return this.#plain({ type: 'word', text: word }, consumed)
  }

  /** A single letter in `\text{}` right after a figure is a unit (`5\text{m}`), otherwise an upright symbol. */
  #letter(letter: string, consumed: number, afterFigure: boolean): boolean {
    if (afterFigure) return this.#plain({ type: 'word', text: letter }, consumed)
    if (letter === 'e' || letter === 'i') return this.#plain({ type: 'constant', text: letter }, consumed)
    return this.#plain({ type: 'symbol', text: letter }, consumed)
  }

  #environment(): boolean {
    const opening = /\\begin\s*\{([a-zA-Z]*matrix|array|smallmatrix)\*?\}(?:\s*(?:\{[clr| ]*\}|\[[clr]*\]))?/y
    opening.lastIndex = this.#at
    const match = opening.exec(this.#text)
    if (match === null) return false
    const start = opening.lastIndex
    const name = match[1] ?? ''
    const closing = /\\end\s*\{[a-zA-Z]*\*?\}/g
    closing.lastIndex = start
    const end = closing.exec(this.#text)
    // A determinant is a number, not a matrix; it is not worked out here.
    if (end === null || /^[vV]/.test(name)) return false
    const body = this.#text.slice(start, end.index)
    if (body.includes('\\begin')) return false
    const rows = body
      .replaceAll('\\hline', ' ')
      .split('\\newline')
      .map((row) => row.split('&').map((cell) => cell.trim()))
      .filter((row) => row.some((cell) => cell !== ''))
    return this.#plain({ type: 'matrix', text: name, rows }, end.index + end[0].length - this.#at)
  }

  #letters(): boolean {
    const run = this.#match(LETTERS)?.[0] ?? ''
    const lower = run.toLowerCase()
    if (SEPARATORS.test(run)) return this.#plain({ type: 'separator', text: lower }, run.length)
    if (lower === 'sqrt') return this.#plain({ type: 'command', text: 'sqrt' }, run.length)
    if (Object.hasOwn(CONSTANTS, lower))
      return this.#plain({ type: 'constant', text: CONSTANTS[lower] ?? 'pi' }, run.length)
    if (lower === 'oo') return this.#plain({ type: 'constant', text: 'infinity' }, run.length)
    if (Object.hasOwn(FUNCTIONS, run))
      return this.#plain({ type: 'function', text: FUNCTIONS[run] ?? 'abs' }, run.length)
    const leading =
      /^(?:arcsin|arccos|arctan|sinh|cosh|tanh|sin|cos|tan|cot|sec|csc|ln|log|exp)(?=[a-z]$)/.exec(run)?.[0]
    if (leading !== undefined)
      return this.#plain({ type: 'function', text: FUNCTIONS[leading] ?? 'sin' }, leading.length)
    if (run.length > PRODUCT_LETTERS) return this.#plain({ type: 'word', text: run }, run.length)
    if (run.length > 1 && this.#mayBeUnit(run)) return this.#plain({ type: 'word', text: run }, run.length)
    for (const letter of run) {
      if (letter === 'e' || letter === 'i') this.#push({ type: 'constant', text: letter }, 1)
      else this.#push({ type: 'symbol', text: letter }, 1)
      this.#space = false
    }
    return true
  }

  /** `5 cm`: letters after a figure may be a unit. The parser takes them apart when they are none. */
  #mayBeUnit(run: string): boolean {
    const before = this.#tokens.at(-1)
    if (before?.type === 'number') return true
    return this.#space && isUnitAbbreviation(run) && (before?.type === 'constant' || before?.type === 'close')
  }

  #sign(character: string): boolean {
    const relation = this.#match(RELATION)
    if (relation !== null) {
      const sign = RELATIONS[relation[0]]
      return sign !== undefined && this.#plain({ type: 'relation', text: sign }, relation[0].length)
    }
    if (this.#text.startsWith('**', this.#at)) return this.#plain({ type: 'operator', text: '^' }, 2)
    if (/[-+*/^_!|%:'&"]/.test(character) || character === CURRENCY || /[€£¥₹]/.test(character)) {
      return this.#plain({ type: 'operator', text: character }, 1)
    }
    if (character === ',' || character === ';') return this.#plain({ type: 'separator', text: character }, 1)
    if (/[([]/.test(character)) {
      this.#depth += 1
      return this.#plain({ type: 'open', text: character }, 1)
    }
    if (/[)\]]/.test(character)) {
      this.#depth -= 1
      return this.#plain({ type: 'close', text: character }, 1)
    }
    if (character === '{') return this.#brace()
    if (character === '}') {
      if (this.#sets.pop() === true) {
        this.#depth -= 1
        return this.#plain({ type: 'close', text: '\\}' }, 1)
      }
      return this.#plain({ type: 'close', text: '}' }, 1)
    }
    return false
  }

  /** Braces that are open; true where they are those of a set written without its backslash. */
  readonly #sets: boolean[] = []

  #brace(): boolean {
    const before = this.#tokens.at(-1)
    const starts =
      before === undefined ||
      before.type === 'separator' ||
      before.type === 'relation' ||
      (before.type === 'open' && before.text !== '{') ||
      (before.type === 'command' && /^(?:cup|cap|setminus)$/.test(before.text))
    const end = closingBrace(this.#text, this.#at)
    const isSet = starts && end > 0 && hasTopComma(this.#text.slice(this.#at + 1, end - 1))
    this.#sets.push(isSet)
    if (isSet) this.#depth += 1
    return this.#plain({ type: 'open', text: isSet ? '\\{' : '{' }, 1)
  }

  #plain(token: TokenBody, length: number): boolean {
    this.#push(token, length)
    return true
  }

  #push(token: TokenBody, length: number): void {
    this.#tokens.push({ ...token, space: this.#space })
    this.#at += length
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)
  }
}

type WithoutSpace<T> = T extends Token ? Omit<T, 'space'> : never
type TokenBody = WithoutSpace<Token>

function hasTopComma(text: string): boolean {
  let depth = 0
  for (const character of text) {
    if (/[([{]/.test(character)) depth += 1
    else if (/[)\]}]/.test(character)) depth -= 1
    else if (character === ',' && depth === 0) return true
  }
  return false
}

/** 0.1(6) is (16 - 1) / 90. */
function repeatingValue(whole: string, fixed: string, repeated: string): Rational | undefined {
  const start = fromDecimal(`${whole === '' ? '0' : whole}.${fixed}`)
  const nines = 10n ** BigInt(repeated.length) - 1n
  const part = divide(
    { numerator: BigInt(repeated), denominator: 1n },
    { numerator: nines * 10n ** BigInt(fixed.length), denominator: 1n },
  )
  return start === undefined || part === undefined ? undefined : add(start, part)
}
