import { expect, test } from 'vitest'
import { calculation } from '../../verifiers/calculation.ts'
import { subjectOf } from './subject-of.ts'

const verify = (text: string, reference?: string) => calculation.verify(subjectOf(text, reference))

test('the number decides, not the way to it', () => {
  expect(verify('34*7=228\nAnswer: 238', '238')).toMatchObject({ score: 1, answer: '238' })
  expect(verify('34*7=238\nAnswer: 238', '239')).toMatchObject({ score: 0, answer: '238' })
})

test('feedback names the first line whose arithmetic is wrong, and never the reference', () => {
  const text = '30*12=360 2*12=24\n360+24=374 4962+374=5336\nAnswer: 5336'
  expect(verify(text, '5346')).toEqual({
    kind: 'scored',
    score: 0,
    answer: '5336',
    feedback: 'Line 2 is wrong: 360+24 is 384, not 374.',
  })
})

test('with right arithmetic the answer itself is what is wrong', () => {
  expect(verify('17+5=22\nAnswer: 22', '23')).toMatchObject({ feedback: 'The final answer 22 is not right.' })
})

test.each([
  ['2 + 3 * 4 = 14\nAnswer: 15', 'a part of a longer sum is not read as an equation of two numbers'],
  ['2*3+4=10\nAnswer: 15', 'nor its end'],
  ['2+3=5*1\nAnswer: 15', 'nor its beginning'],
  ['0.1+0.2=0.3\nAnswer: 15', 'decimals are exact'],
  ['7/2=3.5\nAnswer: 15', 'and so are fractions'],
])('%j: %s', (text) => {
  expect(verify(text, '16')).toMatchObject({ feedback: 'The final answer 15 is not right.' })
})

test('a division by zero, a missing number and a missing reference', () => {
  expect(verify('5/0=0\nAnswer: 0', '1')).toMatchObject({ feedback: 'Line 1 is wrong: 5/0 divides by zero.' })
  expect(verify('none', '1')).toMatchObject({
    score: 0,
    feedback: 'No number was found as the final answer.',
  })
  expect(verify('1+1=2\nAnswer: 2')).toMatchObject({ score: 1, answer: '2' })
})

test('a hostile text costs no time', () => {
  const started = performance.now()
  verify(`${'1+'.repeat(30_000)}1=`, '1')
  verify(`${'9'.repeat(65_000)}+1=2`, '1')
  expect(performance.now() - started).toBeLessThan(500)
})
