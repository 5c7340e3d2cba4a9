import type { Subject, Verdict, Verifier } from '../src/contract.ts'
import { canonical, equal } from './answer/rational.ts'
import { tail } from './answer/tail.ts'
import { evaluate, leaves, parseExpression, spelled } from './countdown/expression.ts'
import { finalExpression } from './countdown/final-expression.ts'
import { puzzleOf, type Puzzle } from './countdown/puzzle.ts'
import { checkScratchpad, scratchStep, scratchSteps } from './countdown/scratchpad.ts'

/** Characters of the key of something that is no expression; such keys only have to differ from right ones. */
const KEY_CHARACTERS = 200

interface Checked {
  readonly answer: string
  readonly wrong?: string
}

/**
 * The game of 24 and every other target: each given number exactly once, + - * / and brackets, exact fractions.
 * A final expression decides; where there is none, the step-by-step scratchpad does.
 *
 * The puzzle is the reference `{"numbers":[…],"target":24}`, else `meta.numbers` and `meta.target` (24 when absent),
 * else what the prompt says.
 */
export const countdown = {
  id: 'countdown',
  version: '1',
  runs: 'inline',
  exact: 'always',
  verify(subject: Subject): Verdict {
    const puzzle = puzzleOf(subject)
    if (puzzle === undefined) {
      return {
        kind: 'failed',
        code: 'unsupported',
        message: 'no numbers and target in the reference, meta or prompt',
      }
    }
    const text = tail(subject.candidate.text)
    const expression = finalExpression(text, (line) => scratchStep(line) !== undefined)
    if (expression !== undefined) return verdict(checkExpression(expression, puzzle))
    const steps = scratchSteps(text)
    if (steps.length > 0) return verdict(checkScratchpad(steps, puzzle))
    return { kind: 'scored', score: 0, feedback: 'No expression and no steps were found in the answer.' }
  },
} satisfies Verifier

function checkExpression(text: string, puzzle: Puzzle): Checked {
  const [first = '', ...claims] = text.split('=')
  // "24 = 3*8" says the same as "3*8 = 24".
  const turned = claims.length > 0 && /^[\s(]*\d+[\s)]*$/.test(first)
  const written = turned ? (claims.at(-1) ?? '') : first
  const parsed = parseExpression(written)
  if ('wrong' in parsed) {
    // Spaces stay here: `3 5` must not get the key of `35`.
    return { answer: written.trim().replaceAll(/\s+/g, ' ').slice(0, KEY_CHARACTERS), wrong: parsed.wrong }
  }
  const answer = spelled(parsed.expression)
  const misused = misuse([...leaves(parsed.expression)], puzzle)
  if (misused !== undefined) return { answer, wrong: misused }
  const value = evaluate(parsed.expression)
  if (value === undefined) return { answer, wrong: 'divides by zero' }
  if (!equal(value, puzzle.target)) {
    return { answer, wrong: `${answer} is ${canonical(value)}, not the target ${canonical(puzzle.target)}` }
  }
  return { answer }
}

/** Says which given number was used too often or not at all, or which number was not given. */
function misuse(used: readonly string[], puzzle: Puzzle): string | undefined {
  const spare = puzzle.numbers.map((number) => canonical(number))
  for (const digits of used) {
    const at = spare.indexOf(digits)
    if (at >= 0) {
      spare.splice(at, 1)
      continue
    }
    const given = puzzle.numbers.filter((number) => canonical(number) === digits).length
    const times = used.filter((other) => other === digits).length
    return given === 0
      ? `${shortened(digits)} is not one of the given numbers`
      : `${digits} used ${often(times, given)}`
  }
  return spare.length > 0 ? `${spare.join(' and ')} not used` : undefined
}

function often(times: number, given: number): string {
  const word = times === 2 ? 'twice' : `${times} times`
  return given === 1 ? word : `${word} but given ${given === 2 ? 'twice' : `${given} times`}`
}

function shortened(digits: string): string {
  return digits.length > 20 ? `${digits.slice(0, 20)}…` : digits
}

function verdict(checked: Checked): Verdict {
  const { answer, wrong } = checked
  if (wrong === undefined) return { kind: 'scored', score: 1, answer }
  return { kind: 'scored', score: 0, answer, feedback: `Not a solution: ${wrong}.` }
}
