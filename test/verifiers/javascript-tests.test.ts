import { describe, expect, it } from 'vitest'
import type { Json, Subject, Verdict } from '../../src/contract.ts'
import { javascriptTests } from '../../verifiers/javascript-tests.ts'
import { feedbackOf } from './feedback-of.ts'

async function verdict(text: string, reference: Json, more: Partial<Subject> = {}): Promise<Verdict> {
  return await javascriptTests.verify({
    candidate: { text, finish: 'stop' },
    messages: [],
    reference,
    ...more,
  })
}

const ADDS: Json = [
  { call: 'add', args: [1, 2], expected: 3 },
  { call: 'add', args: [2, 2], expected: 4 },
]

describe('the program is found however it is written', () => {
  it.each([
    ['a function', 'function add(a, b) { return a + b }'],
    ['a constant', 'const add = (a, b) => a + b'],
    ['only an expression', '(a, b) => a + b'],
    ['an ES module', 'export function add(a, b) { return a + b }'],
    ['a default export', 'export default (a, b) => a + b'],
    ['CommonJS', 'const sum = (a, b) => a + b\nmodule.exports = { add: sum }'],
    ['in a fence', 'This adds:\n```js\nfunction add(a, b) { return a + b }\n```\nUse it like `add(1, 2)`.'],
    [
      'in one of several fences',
      '```js\nfunction add(a, b) { return a + b }\n```\n```sh\nnode add.js\n```\n```js\nlog(1)\n```',
    ],
    ['in pieces', '```js\nconst plus = (a, b) => a + b\n```\nthen\n```js\nvar add = plus\n```'],
    [
      'before an example of its use',
      '```js\nfunction add(a, b) { return a + b }\n```\nUse:\n```js\nconsole.log(add(1, 2))\n```',
    ],
    [
      'before an example that does not run',
      '```js\nconst add = (a, b) => a + b\n```\n```js\nconst add = require("./add")\nadd(1, 2)\n```',
    ],
    ['with its own output', 'function add(a, b) { return a + b }\nconsole.log(add(1, 2))'],
    ['asynchronous', 'const add = async (a, b) => { await null; return a + b }'],
    [
      'with timers, in virtual time',
      'const add = (a, b) => new Promise((done) => setTimeout(done, 60_000, a + b))',
    ],
  ])('%s', async (_form, text) => {
    expect(await verdict(text, ADDS)).toMatchObject({ kind: 'scored', score: 1 })
  })
})

describe('calls', () => {
  it('earn partial credit, and the first failing one is told', async () => {
    const given = await verdict('const add = (a, b) => a * b', ADDS)
    expect(given).toMatchObject({ kind: 'scored', score: 0.5, feedback: 'test 1: add(1, 2) is 2, not 3' })
  })

  it('that throw cost their test only', async () => {
    const given = await verdict(
      'const add = (a, b) => { if (a === 1) throw new TypeError("no"); return a + b }',
      ADDS,
    )
    expect(given).toMatchObject({ score: 0.5, feedback: 'test 1: add(1, 2) throws TypeError: no' })
  })

  it.each<[string, string, Json, number]>([
    ['objects whatever the order of keys', '() => ({ b: 1, a: [2] })', { a: [2], b: 1 }, 1],
    ['undefined members as absent', '() => ({ a: 1, b: undefined })', { a: 1 }, 1],
    ['a missing member', '() => ({ a: 1 })', { a: 1, b: 2 }, 0],
    ['an extra member', '() => ({ a: 1, b: 2 })', { a: 1 }, 0],
    ['a text for a number', '() => "3"', 3, 0],
    ['an object for a list', '() => ({ 0: 1, length: 1 })', [1], 0],
    ['undefined for null', '() => undefined', null, 0],
    ['undefined', '() => {}', { $value: 'undefined' }, 1],
    ['NaN', '() => NaN', { $value: 'NaN' }, 1],
    ['infinity for a number', '() => Infinity', { $value: '-Infinity' }, 0],
    ['minus zero', '() => -0', 0, 1],
    ['own __proto__', '() => JSON.parse(\'{"__proto__":1}\')', { ['__proto__']: 1 }, 1],
    ['lone surrogates', '() => "\\ud800"', '\ud800', 1],
    ['a set for a list', '() => new Set([1])', [1], 0],
    ['what is circular', '() => { const a = []; a.push(a); return a }', [], 0],
  ])('compare %s', async (_what, program, expected, score) => {
    expect(await verdict(program, [{ call: 'f', args: [], expected }])).toMatchObject({
      kind: 'scored',
      score,
    })
  })

  it('may expect an exception, a tolerance, a changed argument, and any expression', async () => {
    const program = `function f(x) { if (x < 0) throw new RangeError('negative'); return Math.sqrt(x) }
      function sort(list) { list.sort() }
      class Stack { items = []; push(x) { this.items.push(x); return this.items } }`
    const tests: Json = [
      { call: 'f', args: [-1], throws: 'negative' },
      { call: 'f', args: [2], expected: 1.414, tolerance: 1e-3 },
      { call: 'sort', args: [[3, 1, 2]], argument: 0, expected: [1, 2, 3] },
      { call: 'new Stack().push', args: [1], expected: [1] },
      { call: '(x) => [f(x), f(x)]', args: [4], expected: [2, 2] },
    ]
    expect(await verdict(program, tests)).toMatchObject({ kind: 'scored', score: 1 })
  })

  it('start from a fresh world for every candidate', async () => {
    const test: Json = [{ call: 'f', args: [], expected: 1 }]
    for (let round = 0; round < 3; round++) {
      expect(await verdict('globalThis.n ??= 0; const f = () => ++n', test)).toMatchObject({ score: 1 })
    }
  })
})

describe('scripts with assertions', () => {
  it.each<[string, string, string, number]>([
    ['an expression', 'add(1, 2) === 3', 'const add = (a, b) => a + b', 1],
    ['a false expression', 'add(1, 2) === 4', 'const add = (a, b) => a + b', 0],
    ['assert', 'assert.deepStrictEqual(pair(1, 2), [1, 2])', 'const pair = (a, b) => [a, b]', 1],
    [
      'a module of assertions',
      "const t = require('node:assert'); t.equal(one(), 1)",
      'const one = () => 1',
      1,
    ],
    ['console.assert', 'console.assert(one() === 2)', 'const one = () => 1', 0],
    ['part of the assertions', 'assert(one() === 1)\nassert(one() === 2)', 'const one = () => 1', 0.5],
    [
      'an exception in between',
      'assert(f(1))\nassert(f(2))\nassert(f(1))',
      'const f = (x) => { if (x > 1) throw 1; return true }',
      1 / 3,
    ],
    [
      'callbacks',
      'assert.deepEqual(each([1, 2], (x) => x * 2), [2, 4])',
      'const each = (l, f) => l.map((x) => f(x))',
      1,
    ],
    ['closures', 'const c = counter(); c(); assert(c() === 2)', 'const counter = (n = 0) => () => ++n', 1],
    [
      'changes in place',
      'const a = [2, 1]; sort(a); assert.deepEqual(a, [1, 2])',
      'const sort = (l) => { l.sort() }',
      1,
    ],
    ['exceptions', 'assert.throws(() => f(), TypeError)', 'const f = () => null.x', 1],
    [
      'promises',
      'assert.equal(await f(1), 2); await assert.rejects(f())',
      'const f = async (x) => x ? x + 1 : null.y',
      1,
    ],
    ['callbacks that wait', 'assert.equal(await f(async () => 2), 2)', 'const f = async (g) => await g()', 1],
    ['a name that is missing', 'assert(g())', 'const f = () => true', 0],
    [
      'maps and sets',
      'assert.deepEqual(f(), new Map([["a", new Set([1])]]))',
      'const f = () => new Map([["a", new Set([1])]])',
      1,
    ],
    ['a check that never runs', 'for (const x of f()) assert(x)', 'const f = () => []', 0],
  ])('%s', async (_what, test, program, score) => {
    const given = await verdict(program, [test])
    expect(given).toMatchObject({ kind: 'scored' })
    expect(given.kind === 'scored' && given.score).toBeCloseTo(score)
  })

  it('may be one script with an entry point, as in HumanEval', async () => {
    const meta = {
      test: 'function test() { assert.equal(candidate(2), 4); assert.equal(candidate(3), 9) }\ntest()',
      entry_point: 'square',
    }
    const subject = { messages: [], meta }
    const right = { text: 'const square = (x) => x * x', finish: 'stop' } as const
    const wrong = { text: 'const square = (x) => x + x', finish: 'stop' } as const
    expect(await javascriptTests.verify({ ...subject, candidate: right })).toMatchObject({ score: 1 })
    expect(await javascriptTests.verify({ ...subject, candidate: wrong })).toMatchObject({ score: 0.5 })
  })
})

it.each<[string, Json]>([
  ['there are no tests', null],
  ['the list is empty', []],
  ['a call has no expectation', [{ call: 'f', args: [] }]],
  ['a script does not parse', ['assert(f(']],
  ['an argument index is wrong', [{ call: 'f', args: [], argument: 0, expected: 1 }]],
])('is unsupported, not a score, when %s', async (_what, tests) => {
  expect(await verdict('const f = () => 1', tests)).toMatchObject({ kind: 'failed', code: 'unsupported' })
})

it.each([
  ['does not parse', 'function add(a, b { return a + b }', 'the program throws SyntaxError'],
  ['throws at once', 'throw new Error("at once")', 'the program throws Error: at once'],
  ['defines something else', 'const sub = (a, b) => a - b', 'test 1: add is not defined'],
  ['is not there', '', 'there is no program'],
  ['never settles', 'const add = () => new Promise(() => {})', 'the promise never settles'],
])('scores 0 with a reason when the program %s', async (_what, program, reason) => {
  const given = await verdict(program, ADDS)
  expect(given).toMatchObject({ kind: 'scored', score: 0 })
  expect(feedbackOf(given)).toContain(reason)
})
