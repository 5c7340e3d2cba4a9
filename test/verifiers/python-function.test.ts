import { afterAll, describe, expect, test } from 'vitest'
import type { Json, Verdict } from '../../src/contract.ts'
import { pythonFunction } from '../../verifiers/python-function.ts'
import { scoreOf } from './score-of.ts'

const deadlineMs = 2_000

afterAll(async () => {
  await pythonFunction.close?.()
})

async function verify(
  text: string,
  cases: Json,
  options: { readonly [key: string]: Json } = {},
): Promise<Verdict> {
  return pythonFunction.verify({
    candidate: { text, finish: 'stop' },
    messages: [{ role: 'user', content: 'Write a function f.' }],
    meta: { entry_point: 'f', cases },
    options: { deadlineMs, ...options },
  })
}

describe.skipIf(process.platform !== 'linux')('python-function', () => {
  test('cases with args and kwargs, in fences or not', async () => {
    const cases = [
      { args: [1, 2], expected: 3 },
      { args: [1], kwargs: { b: 5 }, expected: 6 },
      { args: [[1], [2]], expected: [1, 2] },
    ]
    expect(await verify('def f(a, b):\n    return a + b', cases)).toMatchObject({ kind: 'scored', score: 1 })
    expect(scoreOf(await verify('Here:\n```python\ndef f(a, b):\n    return a + b\n```', cases))).toBe(1)
  })

  test('partial credit and the first failing case as feedback', async () => {
    const cases = [0, 1, 2, 3].map((n) => ({ args: [n], expected: n * n }))
    const verdict = await verify('def f(n):\n    return n * 2', cases)
    expect(verdict).toMatchObject({ kind: 'scored', score: 0.5, feedback: 'f(1): expected 1, got 2' })
  })

  test('the cases may be the reference', async () => {
    const verdict = await pythonFunction.verify({
      candidate: { text: 'def f():\n    return {"a": (1, 2)}', finish: 'stop' },
      messages: [],
      meta: { entry_point: 'f' },
      reference: [{ args: [], expected: { a: [1, 2] } }],
    })
    expect(scoreOf(verdict)).toBe(1)
  })

  test.each<[string, Json, boolean]>([
    ['1', 1, true],
    ['1.0', 1, true],
    ['True', 1, false],
    ['1', true, false],
    ['"1"', 1, false],
    ['None', null, true],
    ['(1, [2])', [1, [2]], true],
    ['{1: 2}', { '1': 2 }, true],
    ['{"b": 1, "a": 2}', { a: 2, b: 1 }, true],
    ['{"a": 1}', { a: 1, b: null }, false],
    ['{1, 2}', [1, 2], false],
    ['b"a"', 'a', false],
    ['object()', {}, false],
    ['float("nan")', null, false],
    ['float("inf")', 1e308, false],
    ['0.1 + 0.2', 0.3, false],
    ['"\\ud800"', String.fromCharCode(0xd800), true],
    ['10 ** 400', 1, false],
    ['iter([1])', [1], false],
    ['{"__proto__": 1}', {}, false],
  ])('%s against %j: %s', async (source, expected, equal) => {
    expect(scoreOf(await verify(`def f():\n    return ${source}`, [{ args: [], expected }]))).toBe(
      equal ? 1 : 0,
    )
  })

  test('tolerance', async () => {
    const cases = [{ args: [], expected: [0.3, { x: 1_000_000 }] }]
    const program = 'def f():\n    return [0.1 + 0.2, {"x": 1000000.5}]'
    expect(scoreOf(await verify(program, cases, { tolerance: 1e-6 }))).toBe(1)
    expect(scoreOf(await verify(program, cases, { tolerance: 1e-9 }))).toBe(0)
    expect(
      scoreOf(
        await verify('def f():\n    return float("nan")', [{ args: [], expected: 1 }], { tolerance: 10 }),
      ),
    ).toBe(0)
    expect(
      scoreOf(await verify('def f():\n    return 1', [{ args: [], expected: true }], { tolerance: 10 })),
    ).toBe(0)
  })

  test('an exception fails its case only', async () => {
    const cases = [0, 1].map((n) => ({ args: [n], expected: 1 }))
    expect(await verify('def f(n):\n    return 1 // n', cases)).toMatchObject({
      score: 0.5,
      feedback: expect.stringContaining('ZeroDivisionError'),
    })
  })

  test('a hang keeps what was decided before, and alone says nothing', async () => {
    const program = 'def f(n):\n    while n: pass\n    return 0'
    const short = { deadlineMs: 500 }
    expect(
      scoreOf(
        await verify(
          program,
          [
            { args: [0], expected: 0 },
            { args: [1], expected: 0 },
          ],
          short,
        ),
      ),
    ).toBe(0.5)
    const four = [0, 0, 1, 0].map((n) => ({ args: [n], expected: 0 }))
    expect(scoreOf(await verify(program, four, short))).toBe(0.5)
    expect(scoreOf(await verify(program, [{ args: [1], expected: 0 }], short))).toBe('timeout')
  })

  test.each<[string, Json]>([
    ['no cases', null],
    ['an empty list', []],
    ['a case without expected', [{ args: [] }]],
    ['args that are no list', [{ args: 1, expected: 1 }]],
  ])('unsupported: %s', async (_name, cases) => {
    expect(scoreOf(await verify('def f(): return 1', cases))).toBe('unsupported')
  })

  test('candidates cannot see what is expected', async () => {
    const text =
      'import gc\ndef f():\n    for found in gc.get_objects():\n        if type(found) is dict and "expected" in found: return found["expected"]\n'
    expect(scoreOf(await verify(text, [{ args: [], expected: 'known to the checker only' }]))).toBe(0)
  })
})
