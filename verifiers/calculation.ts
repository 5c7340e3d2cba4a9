import type { Subject, Verdict, Verifier } from '../src/contract.ts'
import { canonical, equal, fromDecimal } from './answer/rational.ts'
import { tail } from './answer/tail.ts'
import { operate, plainArithmetic, type Operator } from './countdown/expression.ts'
import { numeric } from './numeric.ts'

const NUMBER = String.raw`\d{1,30}(?:\.\d{1,10})?`
const EQUATION = new RegExp(
  String.raw`(?<![\d.)+\-*/]\s?)(${NUMBER})\s?([-+*/])\s?(${NUMBER})\s?=\s?(-?${NUMBER})(?!\d|\.\d|\s?[-+*/(])`,
  'g',
)

/** Equations checked of one answer; what comes later is judged by the final answer alone. */
const EQUATIONS_LIMIT = 500

/**
 * One number as the answer, as `numeric` compares it, with feedback about how it was reached: where the answer is
 * wrong, the first line whose arithmetic does not hold is named. The reference never shows in the feedback.
 *
 * Only equations of two numbers are checked (`34*7=238`), several a line if need be. They say why an answer is wrong,
 * never whether it is: a right answer may have been rounded on its way.
 */
export const calculation = {
  id: 'calculation',
  version: '1',
  runs: 'inline',
  exact: 'reference',
  verify(subject: Subject): Verdict {
    const verdict = numeric.verify(subject)
    if (verdict.kind === 'failed' || verdict.score === 1) return verdict
    const wrong = firstWrongLine(tail(subject.candidate.text))
    return wrong === undefined ? verdict : { ...verdict, feedback: wrong }
  },
} satisfies Verifier

function firstWrongLine(text: string): string | undefined {
  let checked = 0
  for (const [index, line] of text.split('\n').entries()) {
    for (const [, left = '', sign = '', right = '', written = ''] of plainArithmetic(line).matchAll(
      EQUATION,
    )) {
      checked += 1
      if (checked > EQUATIONS_LIMIT) return undefined
      const fault = wrongEquation(left, sign as Operator, right, written)
      if (fault !== undefined) return `Line ${index + 1} is wrong: ${fault}.`
    }
  }
  return undefined
}

function wrongEquation(left: string, sign: Operator, right: string, written: string): string | undefined {
  const [first, second, claimed] = [fromDecimal(left), fromDecimal(right), fromDecimal(written)]
  if (first === undefined || second === undefined || claimed === undefined) return undefined
  const result = operate(sign, first, second)
  if (result === undefined) return `${left}${sign}${right} divides by zero`
  return equal(result, claimed) ? undefined : `${left}${sign}${right} is ${canonical(result)}, not ${written}`
}
