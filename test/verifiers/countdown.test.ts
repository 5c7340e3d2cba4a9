import * as fc from 'fast-check'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Verdict } from '../../src/contract.ts'
import { countdown } from '../../verifiers/countdown.ts'
import { labelledSamples } from './labelled-samples.ts'
import { scoreOf } from './score-of.ts'
import { subjectOf } from './subject-of.ts'

function judge(text: string, numbers: readonly number[], target = 24): Verdict {
  return countdown.verify(subjectOf(text, { numbers, target }))
}

function score(text: string, numbers: readonly number[], target = 24): number | string {
  return scoreOf(judge(text, numbers, target))
}

function feedback(text: string, numbers: readonly number[], target = 24): string | undefined {
  const verdict = judge(text, numbers, target)
  return verdict.kind === 'scored' ? verdict.feedback : verdict.message
}

test.each([
  ['8/(3-8/3)'],
  ['Answer: **8 / (3 - 8 / 3)** = 24'],
  ['$\\boxed{\\frac{8}{3-\\frac{8}{3}}}$'],
  ['8 ÷ (3 − 8 ÷ 3) = 24'],
  ['24 = 8/(3-8/3)'],
  ['The answer is 8/[3-(8/3)].'],
  ['So we get:\n8/(3-8/3) = 24\n\nThis uses 3 and 8 twice.'],
])('%j is accepted', (text) => {
  expect(score(text, [8, 3, 8, 3])).toBe(1)
})

test.each([
  ['12*2', [1, 2, 2], '12 is not one of the given numbers'],
  ['(10-4)*(8-4)', [10, 4, 8], '4 used twice'],
  ['8*3', [8, 3, 1], '1 not used'],
  ['-3+27', [3, 27], 'sign'],
  ['27+-3', [3, 27], 'sign'],
  ['2**3', [2, 3], 'powers'],
  ['2^3', [2, 3], 'powers'],
  ['24/(3-3)', [24, 3, 3], 'zero'],
  ['8*3+1', [8, 3, 1], 'is 25, not the target 24'],
  ['8+1 6', [8, 16], 'cannot be read'],
  ['(8*3', [8, 3], 'bracket'],
  ['8*3.0', [8, 3], '3.0 is not one of the given numbers'],
  ['', [24], 'No expression'],
] as const)('%j is refused', (text, numbers, reason) => {
  expect(score(text, numbers)).toBe(0)
  expect(feedback(text, numbers)).toContain(reason)
})

test('a scratchpad is accepted in both spellings, with fractions and without lists', () => {
  expect(score('8-5=3 | 3 1 3\n3*1=3 | 3 3\n3*3=9 | 9', [8, 5, 3, 1], 9)).toBe(1)
  expect(
    score('Steps:\n10 - 4 = 6 (left: 5 6 6)\n5 * 6 = 30 (left: 6 30)\n30 - 6 = 24 (left: 24)', [4, 5, 6, 10]),
  ).toBe(1)
  expect(score('8/3 = 8/3 | 3 8 8/3\n3-8/3 = 1/3 | 8 1/3\n8/(1/3)=24 | 24', [8, 3, 8, 3])).toBe(1)
  expect(score('10-4=6\n5*6=30\n30-6=24', [4, 5, 6, 10])).toBe(1)
})

test('each step must be right, use numbers in hand, and list what is left', () => {
  expect(feedback('7-5=3 | 8 3', [7, 5, 8])).toContain('step 1: 7-5 is 2, not 3')
  expect(feedback('8-5=3 | 1 3\n8*3=24 | 24', [8, 5, 1])).toContain('step 2: 8 is not among the numbers left')
  expect(feedback('8-5=3 | 8 3\n8*3=24 | 24', [8, 5, 8, 1])).toContain(
    'step 1: the numbers left are 8 1 3, not 8 3',
  )
  expect(feedback('8*3=24 | 24 1', [8, 3, 1])).toContain('left over: 1 24')
  expect(feedback('8+3=11 | 12 11\n12+11=23 | 23', [8, 3, 12])).toContain('ends at 23, not the target 24')
  expect(feedback('8/0=0 | 0', [8, 0])).toContain('zero')
})

test('a final expression decides over the scratchpad; without one the scratchpad decides', () => {
  expect(score('8+3=12 | 12\nAnswer: 8*3 = 24', [8, 3])).toBe(1)
  expect(score('8*3=24 | 24\nAnswer: 8+3', [8, 3])).toBe(0)
  expect(score('8*3=24 | 24\nAnswer: see above', [8, 3])).toBe(1)
})

test('the puzzle is read from the reference, else meta, else the prompt', () => {
  const candidate = { text: '2*5*10', finish: 'stop' as const }
  const right = { kind: 'scored', score: 1, answer: '2*5*10' }
  expect(countdown.verify({ candidate, messages: [], meta: { numbers: [2, 5, 10], target: 100 } })).toEqual(
    right,
  )
  for (const content of [
    'Make 100 from 2 5 10.',
    'Use the numbers 2 5 10, each exactly once, with + - * / and parentheses to obtain 100.',
    'Using the numbers [2, 5, 10], create an equation that equals 100. Use each number once.',
    [{ type: 'text', text: 'Numbers: 2, 5 and 10. Target: 100' }],
  ]) {
    const example = { role: 'user', content: 'Make 10 from 4 6.' }
    expect(countdown.verify({ candidate, messages: [example, { role: 'user', content }] })).toEqual(right)
  }
  expect(
    countdown.verify({ candidate: { text: '8*3', finish: 'stop' }, messages: [], meta: { numbers: [3, 8] } }),
  ).toEqual({ kind: 'scored', score: 1, answer: '8*3' })
  expect(countdown.verify({ candidate, messages: [{ role: 'user', content: 'Hello' }] })).toMatchObject({
    kind: 'failed',
    code: 'unsupported',
  })
})

interface Built {
  readonly text: string
  readonly value: number
  readonly numbers: readonly number[]
}

/** A random expression over positive whole numbers whose value is a whole number; brackets everywhere. */
const built: fc.Arbitrary<Built> = fc.letrec<{ node: Built; leaf: Built }>((tie) => ({
  leaf: fc.integer({ min: 1, max: 99 }).map((value) => ({ text: String(value), value, numbers: [value] })),
  node: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    tie('leaf'),
    fc.tuple(fc.constantFrom('+', '-', '*'), tie('node'), tie('node')).map(([operator, left, right]) => ({
      text: `(${left.text} ${operator} ${right.text})`,
      value:
        operator === '+'
          ? left.value + right.value
          : operator === '-'
            ? left.value - right.value
            : left.value * right.value,
      numbers: [...left.numbers, ...right.numbers],
    })),
  ),
})).node

test('a random solution is accepted, and with any one number changed it is refused', () => {
  fc.assert(
    fc.property(
      built.filter((node) => node.numbers.length > 1 && Number.isSafeInteger(node.value)),
      fc.nat(),
      (node, pick) => {
        expect(score(`Answer: ${node.text} = ${node.value}`, node.numbers, node.value)).toBe(1)
        const at = pick % node.numbers.length
        let seen = -1
        const changed = node.text.replaceAll(/\d+/g, (digits) => {
          seen += 1
          return seen === at ? String(Number(digits) + 1) : digits
        })
        expect(score(`Answer: ${changed}`, node.numbers, node.value)).toBe(0)
        expect(score(node.text, node.numbers, node.value + 1)).toBe(0)
        expect(score(node.text, [...node.numbers, 1], node.value)).toBe(0)
      },
    ),
  )
})

test('no text makes it throw or take long', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '1',
    '+',
    '-',
    '\\frac',
    '{',
    '}',
    '=',
    ' | ',
    '\n',
    'Answer: ',
    '24',
    '.',
    '^',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      expect(judge(pieces.join(''), [1, 24]).kind).toBe('scored')
    }),
  )
  for (const part of ['(1', '1+', '((((', '8-5=3 | 3\n', 'Answer: 1+1\n', '- ', '9']) {
    const started = performance.now()
    judge(part.repeat(5_000_000 / part.length), [1, 24])
    expect([part, performance.now() - started < 500]).toEqual([part, true])
  }
})

const recording = join(import.meta.dirname, '../../../shared/recordings/game24')
const absent = !existsSync(recording)
if (absent)
  console.warn(
    `SKIPPED: the game24 recording is not here (${recording}); countdown is not compared with its labels`,
  )

test.skipIf(absent)(
  'every game24 sample gets its recorded label, with the puzzle from meta or from the prompt',
  async () => {
    const differing: string[] = []
    let checked = 0
    for (const model of ['gpt4-cot', 'gpt4-io', 'gpt4-tot']) {
      for (const { problem, text, correct, name } of await labelledSamples(recording, model)) {
        const candidate = { text, finish: 'stop' as const }
        const fromMeta = countdown.verify({ candidate, messages: [], meta: problem.meta ?? {} })
        const messages = [{ role: 'user', content: problem.prompt }]
        expect(countdown.verify({ candidate, messages })).toEqual(fromMeta)
        if (fromMeta.kind !== 'scored' || (fromMeta.score === 1) !== correct) differing.push(name)
        checked += 1
      }
    }
    expect(differing).toEqual([])
    expect(checked).toBe(10_250)
  },
)
