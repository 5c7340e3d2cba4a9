import type { Json } from '../../src/contract.ts'

/** How the options of one question are labelled. */
export interface ChoiceLabels {
  /** Matches one label, without anything around it. */
  readonly pattern: string
  /** Whether a bare label may be an ordinary word ("A", "I"). */
  readonly words: boolean
  readonly count: number
  index(label: string): number
}

/** A statement's choice, or that it names none or more than one. */
export type ChoiceFound = { readonly label: string } | 'none' | 'several'

const ROMAN = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII']
const LETTERS = 26
const DIGITS = 99

const LATEX_DRESS =
  /\\(?:text|textbf|textit|mathrm|mathbf|bf|rm|boldsymbol|mbox|left|right|quad)(?![a-z])|[{}$*_`"'\\]/g

/** The labels an option asks for; undefined when the option makes no sense. */
export function labelsNamed(name: Json | undefined, count: Json | undefined): ChoiceLabels | undefined {
  if (count !== undefined && (typeof count !== 'number' || !Number.isInteger(count) || count < 1))
    return undefined
  if (name === undefined || name === 'letters') {
    return {
      pattern: '[A-Za-z]',
      words: true,
      count: Math.min(count ?? LETTERS, LETTERS),
      index: (label) => label.toUpperCase().charCodeAt(0) - 65,
    }
  }
  if (name === 'digits') {
    return {
      pattern: String.raw`\d{1,2}`,
      words: false,
      count: Math.min(count ?? DIGITS, DIGITS),
      index: (label) => Number(label) - 1,
    }
  }
  if (name !== 'roman') return undefined
  return {
    pattern: '[IVXivx]{1,4}',
    words: true,
    count: Math.min(count ?? ROMAN.length, ROMAN.length),
    index: (label) => ROMAN.indexOf(label.toUpperCase()),
  }
}

/** Which choice a statement ("(C) because …", "option C", "C") names at its beginning. */
export function choiceIn(statement: string, labels: ChoiceLabels): ChoiceFound {
  const text = statement.replaceAll(LATEX_DRESS, ' ').replaceAll(/\s+/g, ' ').trim()
  if (/^(?:both|either|neither|all of|none of)\b/i.test(text)) return 'several'
  const { start } = patterns(labels)
  const match = start.exec(text)
  if (match === null) return 'none'
  const [all, open = '', label = '', close = ''] = match
  const known = named(label, labels)
  if (known === undefined) return 'none'
  const rest = text.slice(all.length)
  if (patterns(labels).more.test(rest)) return 'several'
  if (open === '' && close === '' && labels.words) {
    // "A dog", "I think": a word of the sentence. "a" alone, at the end of the statement, is a choice.
    if (
      /^ ?[\p{Ll}\d]/u.test(rest) &&
      !/^ ?(?:is|because|since|as|with|which|that|for|and|but|due|given)\b/.test(rest)
    ) {
      return 'none'
    }
    if (/^\p{Ll}/u.test(label) && !/^ ?(?:$|[.,;:!])/.test(rest)) return 'none'
    if (/^I$/.test(label) && /^ [a-z]/.test(rest)) return 'none'
  }
  return { label: known }
}

/** The last choice of a text that states none outright: named as an option, alone on a line, in brackets, alone. */
export function lastChoice(text: string, labels: ChoiceLabels): string | undefined {
  const { option, line, bracketed, bare } = patterns(labels)
  for (const pattern of [option, line, bracketed, bare]) {
    let last: string | undefined
    for (const match of text.matchAll(pattern)) {
      const known = named(match[1] ?? match[2] ?? '', labels)
      if (known !== undefined) last = known
    }
    if (last !== undefined) return last
  }
  return undefined
}

function named(label: string, labels: ChoiceLabels): string | undefined {
  const index = labels.index(label)
  return index >= 0 && index < labels.count ? label.toUpperCase() : undefined
}

interface Patterns {
  readonly start: RegExp
  readonly more: RegExp
  readonly option: RegExp
  readonly line: RegExp
  readonly bracketed: RegExp
  readonly bare: RegExp
}

const made = new Map<string, Patterns>()

function patterns(labels: ChoiceLabels): Patterns {
  const known = made.get(labels.pattern)
  if (known !== undefined) return known
  const label = labels.pattern
  const upper = label.replace('A-Za-z', 'A-Z').replace('IVXivx', 'IVX')
  const built: Patterns = {
    start: new RegExp(
      String.raw`^(?:(?:the )?(?:correct |best |right )?(?:option|choice|letter|answer) )?([([<]?) ?(${label}) ?([)\]>]|[.:](?=\s|$))?(?![\p{L}\d+*/^='’-])`,
      'iu',
    ),
    more: new RegExp(
      String.raw`^ ?(?:,|and|or|&|/) ?(?:and |or )?[([]? ?${upper}(?:[)\]]| ?(?:$|[.,)]| and | or ))`,
      'u',
    ),
    option: new RegExp(String.raw`\b(?:[Oo]ption|[Cc]hoice)s? ?[([*"]{0,3}(${upper})(?![\p{L}\d])`, 'gu'),
    line: new RegExp(
      String.raw`^[ \t>*_#$\x60-]{0,6}(?:\((${upper})\)|(${upper})(?=[).:]|[ \t*_$]*$))(?:[).:*_$]{0,4})(?=[ \t]|$)`,
      'gmu',
    ),
    bracketed: new RegExp(String.raw`[([]\*{0,2}(${upper})\*{0,2}[)\]]|\*\*(${upper})\*\*`, 'gu'),
    bare: new RegExp(String.raw`(?<![\p{L}\d'’])(${upper})(?![\p{L}\d'’=+*/^-])(?! \p{Ll})`, 'gu'),
  }
  made.set(label, built)
  return built
}
