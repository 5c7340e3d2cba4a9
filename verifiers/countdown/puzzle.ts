import type { Json, Message, Subject } from '../../src/contract.ts'
import { isRecord } from '../json/record.ts'
import { fromDecimal, type Rational } from '../answer/rational.ts'

/** The numbers in hand and the number to make of them. */
export interface Puzzle {
  readonly numbers: readonly Rational[]
  readonly target: Rational
}

/** More numbers than any real puzzle has: what is beyond is no puzzle. */
const NUMBERS_LIMIT = 64

/** Characters of a prompt in which the puzzle is looked for, from its end. */
const PROMPT_CHARACTERS = 8_192

const GAME_OF_24: Rational = { numerator: 24n, denominator: 1n }

const LIST = String.raw`\[?\(?\s?((?:-?\d{1,12}(?:\.\d{1,6})?(?:\s?,\s?(?:and\s)?|\s(?:and\s)?|\s?[;&]\s?)){1,63}-?\d{1,12}(?:\.\d{1,6})?)\b`
const NUMBER_LISTS = [
  new RegExp(String.raw`\b(?:numbers?|digits|from|using|input)\b(?: are| is)?:?\s{0,2}${LIST}`, 'gi'),
  new RegExp(String.raw`\b(?:with|of|use)\b:?\s{0,2}${LIST}`, 'gi'),
]
const TARGETS = [
  /\btarget(?: number| value)?(?: is| of|:|=)?\s{0,2}(-?\d{1,12})(?![\d/])/gi,
  /\b(?:equals?|obtain|make|makes|get|gets|reach|reaches|total|totals|result in|evaluates? to|results? in|get to|add up to)(?: to)?:?\s{0,2}(-?\d{1,12})(?!\d|[,\s]+(?:and )?\d)/gi,
  /=\s?(-?\d{1,12})\b(?!\d)/g,
]

/** The puzzle a candidate is about: the reference, else the prompt's meta, else what its messages say. */
export function puzzleOf(subject: Subject): Puzzle | undefined {
  return (
    fromJson(subject.reference, undefined) ??
    fromJson(subject.meta, GAME_OF_24) ??
    fromMessages(subject.messages)
  )
}

function fromJson(source: Json | undefined, usualTarget: Rational | undefined): Puzzle | undefined {
  if (!isRecord(source)) return undefined
  const { numbers, target } = source
  if (!Array.isArray(numbers) || numbers.length === 0 || numbers.length > NUMBERS_LIMIT) return undefined
  const read: Rational[] = []
  for (const value of numbers as readonly Json[]) {
    const number = numberOf(value)
    if (number === undefined) return undefined
    read.push(number)
  }
  const goal = target === undefined || target === null ? (usualTarget ?? GAME_OF_24) : numberOf(target)
  return goal === undefined ? undefined : { numbers: read, target: goal }
}

function numberOf(value: Json): Rational | undefined {
  return typeof value === 'number' || typeof value === 'string'
    ? fromDecimal(String(value).trim())
    : undefined
}

/** The last user message that states a puzzle; earlier ones may be worked examples. */
function fromMessages(messages: readonly Message[]): Puzzle | undefined {
  for (const message of messages.toReversed()) {
    if (message.role !== 'user') continue
    const puzzle = fromText(textOf(message).slice(-PROMPT_CHARACTERS))
    if (puzzle !== undefined) return puzzle
  }
  return undefined
}

function fromText(text: string): Puzzle | undefined {
  const list = lastMatch(text, NUMBER_LISTS)
  if (list === undefined) return undefined
  const numbers: Rational[] = []
  for (const part of list.match(/-?\d+(?:\.\d+)?/g) ?? []) {
    const number = fromDecimal(part)
    if (number !== undefined) numbers.push(number)
  }
  const target = fromDecimal(lastMatch(text, TARGETS) ?? '')
  if (target !== undefined) return { numbers, target }
  return /\b24\b/.test(text.replace(list, '')) ? { numbers, target: GAME_OF_24 } : undefined
}

function lastMatch(text: string, patterns: readonly RegExp[]): string | undefined {
  for (const pattern of patterns) {
    let last: string | undefined
    for (const match of text.matchAll(pattern)) last = match[1]
    if (last !== undefined) return last
  }
  return undefined
}

function textOf(message: Message): string {
  const { content } = message
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const texts: string[] = []
  for (const part of content as readonly Json[]) {
    if (isRecord(part) && typeof part['text'] === 'string') texts.push(part['text'])
  }
  return texts.join('\n')
}
