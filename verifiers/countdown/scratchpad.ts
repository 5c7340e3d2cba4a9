import { canonical, equal, fromDecimal, type Rational } from '../answer/rational.ts'
import { operate, plainArithmetic, type Operator } from './expression.ts'
import type { Puzzle } from './puzzle.ts'

/** One line of a calculation: `10 - 4 = 6 (left: 5 6 6)` or `8-5=3 | 3 1 3`. */
export interface ScratchStep {
  readonly left: Rational
  readonly operator: Operator
  readonly right: Rational
  readonly result: Rational
  /** The numbers said to be left after the step, where the line says so. */
  readonly remaining?: readonly Rational[]
}

/** What a scratchpad comes to: its canonical spelling, and what is wrong with it, if anything. */
export interface ScratchResult {
  readonly answer: string
  readonly wrong?: string
}

const VALUE = String.raw`-?\d{1,30}(?:\.\d{1,10}|\s?/\s?\d{1,30})?`
const STEP = new RegExp(
  String.raw`^(?:[-*•>]\s+)?(?:(?:step\s?)?\d{1,3}\s?[:.)]\s+|step\s?\d{1,3}\s?[:.)]?\s?)?\(?(${VALUE}|\(\s?${VALUE}\s?\))\s*([-+*/])\s*(${VALUE}|\(\s?${VALUE}\s?\))\)?\s*=\s*(${VALUE})\s*(?:\|\s*([-\d./\s,]*)|\(?\s?(?:left|remaining|numbers left)\s?:?\s*([-\d./\s,]*)\)?)?[.;]?$`,
  'i',
)

/** Steps read of one text; a puzzle of n numbers takes n - 1. */
const STEPS_LIMIT = 200

/** Reads a line as a step; undefined when it is something else. */
export function scratchStep(line: string): ScratchStep | undefined {
  if (line.length > 400) return undefined
  const match = STEP.exec(plainArithmetic(line).trim())
  if (match === null) return undefined
  const [, leftText = '', operator = '', rightText = '', resultText = '', bar, list] = match
  const left = value(leftText)
  const right = value(rightText)
  const result = value(resultText)
  if (left === undefined || right === undefined || result === undefined) return undefined
  const step = { left, operator: operatorOf(operator), right, result }
  const listed = bar ?? list
  if (listed === undefined) return step
  const remaining: Rational[] = []
  for (const part of listed.split(/[\s,]+/)) {
    if (part === '') continue
    const number = value(part)
    if (number === undefined) return undefined
    remaining.push(number)
  }
  return { ...step, remaining }
}

/** The steps of a text in order; lines that are no steps are talk. */
export function scratchSteps(text: string): readonly ScratchStep[] {
  const steps: ScratchStep[] = []
  for (const line of text.split('\n')) {
    const step = scratchStep(line.trim())
    if (step !== undefined) steps.push(step)
    if (steps.length > STEPS_LIMIT) break
  }
  return steps
}

/** Checks every step: its arithmetic, that it uses numbers in hand, and the list of what is left. */
export function checkScratchpad(steps: readonly ScratchStep[], puzzle: Puzzle): ScratchResult {
  const answer = steps
    .map(
      (step) => `${canonical(step.left)}${step.operator}${canonical(step.right)}=${canonical(step.result)}`,
    )
    .join(';')
  const hand = [...puzzle.numbers]
  for (const [index, step] of steps.entries()) {
    const wrong = playStep(step, hand)
    if (wrong !== undefined) return { answer, wrong: `step ${index + 1}: ${wrong}` }
  }
  if (hand.length > 1) return { answer, wrong: `numbers are left over: ${spelledList(hand)}` }
  const [end] = hand
  if (end === undefined || !equal(end, puzzle.target)) {
    return {
      answer,
      wrong: `ends at ${canonical(end ?? puzzle.target)}, not the target ${canonical(puzzle.target)}`,
    }
  }
  return { answer }
}

/** Plays one step on the numbers in hand; says what is wrong with it. */
function playStep(step: ScratchStep, hand: Rational[]): string | undefined {
  for (const number of [step.left, step.right]) {
    const at = hand.findIndex((held) => equal(held, number))
    if (at < 0) return `${canonical(number)} is not among the numbers left`
    hand.splice(at, 1)
  }
  const result = operate(step.operator, step.left, step.right)
  const written = `${canonical(step.left)}${step.operator}${canonical(step.right)}`
  if (result === undefined) return `${written} divides by zero`
  if (!equal(result, step.result)) return `${written} is ${canonical(result)}, not ${canonical(step.result)}`
  hand.push(result)
  if (step.remaining !== undefined && !sameNumbers(step.remaining, hand)) {
    return `the numbers left are ${spelledList(hand)}, not ${spelledList(step.remaining)}`
  }
  return undefined
}

function sameNumbers(listed: readonly Rational[], hand: readonly Rational[]): boolean {
  if (listed.length !== hand.length) return false
  const spare = [...hand]
  return listed.every((number) => {
    const at = spare.findIndex((held) => equal(held, number))
    if (at < 0) return false
    spare.splice(at, 1)
    return true
  })
}

function spelledList(numbers: readonly Rational[]): string {
  return numbers.map((number) => canonical(number)).join(' ')
}

function operatorOf(sign: string): Operator {
  return sign === '+' || sign === '-' || sign === '*' ? sign : '/'
}

function value(text: string): Rational | undefined {
  const plain = text.replaceAll(/[()\s]/g, '')
  const [top = '', bottom] = plain.split('/')
  if (bottom === undefined) return fromDecimal(top)
  const above = fromDecimal(top)
  const below = fromDecimal(bottom)
  return above === undefined || below === undefined ? undefined : operate('/', above, below)
}
