import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import type { Candidate, Json, Subject, ToolCall, Verdict, Verifier } from '../../src/contract.ts'
import { constraints } from '../../verifiers/constraints.ts'
import { javascriptTests } from '../../verifiers/javascript-tests.ts'
import { jsonSchema } from '../../verifiers/json-schema.ts'
import { toolCall } from '../../verifiers/tool-call.ts'

/** Milliseconds beyond its deadline that a candidate may cost. */
const GRACE_MS = 1_000

/** Milliseconds a program is given here. */
const DEADLINE_MS = 400

const pristine = {
  object: Reflect.ownKeys(Object.prototype),
  array: Reflect.ownKeys(Array.prototype),
  global: Reflect.ownKeys(globalThis),
}

afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype)).toEqual(pristine.object)
  expect(Reflect.ownKeys(Array.prototype)).toEqual(pristine.array)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

async function timed(
  verifier: Verifier,
  subject: Partial<Subject> & { text: string },
  deadlineMs = 0,
): Promise<Verdict> {
  const { text, ...rest } = subject
  const candidate: Candidate = { text, finish: 'stop' }
  const start = performance.now()
  const verdict = await verifier.verify({ candidate, messages: [], ...rest })
  expect(performance.now() - start).toBeLessThan(deadlineMs + GRACE_MS)
  return verdict
}

const structured: [string, Verifier, Partial<Subject>][] = [
  ['json-schema', jsonSchema, { options: { schema: { type: 'object', required: ['a'] } } }],
  ['constraints', constraints, { options: { constraints: [{ path: '/a', op: '>', value: 0 }] } }],
  ['tool-call', toolCall, { reference: [{ name: 'f', arguments: { a: 1 } }] }],
]

describe.each(structured)('%s survives', (_id, verifier, subject) => {
  it.each<[string, string]>([
    ['__proto__ in the answer', '{"__proto__":{"polluted":true,"a":1}}'],
    ['constructor in the answer', '{"constructor":{"prototype":{"polluted":true,"a":1}}}'],
    ['__proto__ as a call', '{"name":"__proto__","arguments":{"__proto__":{"polluted":true}}}'],
    ['5 MB of JSON', `{"a":"${'x'.repeat(5_000_000)}"}`],
    ['5 MB of openers', '{"'.repeat(2_500_000)],
    ['900 kB of small members', `{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":${i}`).join(',')}}`],
    ['100,000 brackets', '['.repeat(100_000)],
    ['100,000 balanced brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['100,000 nested objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['100,000 fences', '```json\n'.repeat(100_000)],
    ['white space between brackets', `[${' '.repeat(500_000)}`.repeat(2).slice(0, 900_000)],
    ['NaN', '{"a":NaN}'],
    ['Infinity', '{"a":Infinity}'],
    ['a text', '{"a":"1"'],
    ['nothing', ''],
    ['half a surrogate', '{"b":"\ud800"} \udfff'],
  ])('%s', async (_what, text) => {
    expect(await timed(verifier, { text, ...subject })).toMatchObject({ kind: 'scored', score: 0 })
  })

  it('and then judges an honest candidate', async () => {
    const text = verifier.id === 'tool-call' ? '{"name":"f","arguments":{"a":1}}' : '{"a":1}'
    expect(await timed(verifier, { text, ...subject })).toMatchObject({ kind: 'scored', score: 1 })
  })
})

describe('JSON means what it will mean to the caller', () => {
  it('of duplicate keys the last counts', async () => {
    const schema = { properties: { a: { type: 'integer' } }, required: ['a'] }
    expect(await timed(jsonSchema, { text: '{"a":1,"a":"x"}', options: { schema } })).toMatchObject({
      score: 0,
    })
    expect(await timed(jsonSchema, { text: '{"a":"x","a":1}', options: { schema } })).toMatchObject({
      score: 1,
      answer: '{"a":1}',
    })
  })

  it('__proto__ is a property like any other', async () => {
    const schema = { type: 'object', additionalProperties: false }
    expect(await timed(jsonSchema, { text: '{"__proto__":1}', options: { schema } })).toMatchObject({
      score: 0,
    })
    expect(await timed(jsonSchema, { text: '{"__proto__":1}', options: { schema: true } })).toMatchObject({
      score: 1,
      answer: '{"__proto__":1}',
    })
  })

  it('lone surrogates make keys that survive any encoding', async () => {
    const verdict = await timed(jsonSchema, { text: '"\ud800"', options: { schema: { type: 'string' } } })
    expect(verdict).toMatchObject({ score: 1, answer: '"\\ud800"' })
  })

  it('a number beyond all doubles is no number', async () => {
    const schema = { type: 'number' }
    expect(await timed(jsonSchema, { text: '1e999', options: { schema } })).toMatchObject({
      score: 0,
      answer: '1e999',
    })
  })
})

it('tool calls may be anything a provider could send', async () => {
  const polluting: ToolCall = { function: { name: 'f', arguments: '{"__proto__":{"polluted":true}}' } }
  const strange: readonly ToolCall[] = JSON.parse(
    JSON.stringify([
      { function: { name: 5, arguments: { deep: true } } },
      { function: null },
      {},
      { function: { name: 'f', arguments: '['.repeat(100_000) } },
    ]),
  )
  const start = performance.now()
  const verdict = await toolCall.verify({
    candidate: {
      text: '',
      toolCalls: [...strange, ...Array.from({ length: 10_000 }, () => polluting)],
      finish: 'tool-calls',
    },
    messages: [],
    tools: [{ function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
  })
  expect(performance.now() - start).toBeLessThan(GRACE_MS)
  expect(verdict).toMatchObject({ kind: 'scored', score: 0 })
})

/** Runs one verdict in a worker that is terminated at the deadline, as the pool does in production. */
async function inWorker(
  moduleName: string,
  exportName: string,
  subject: Subject,
  deadlineMs: number,
): Promise<Verdict | 'killed'> {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     parentPort.postMessage('started')
     import(workerData.module).then((m) => m[workerData.name].verify(workerData.subject)).then((v) => parentPort.postMessage(v))`,
    {
      eval: true,
      workerData: {
        module: new URL(`../../verifiers/${moduleName}`, import.meta.url).href,
        name: exportName,
        subject,
      },
    },
  )
  return await new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    worker.on('error', reject)
    worker.on('message', (message: Verdict | 'started') => {
      if (message === 'started')
        timer = setTimeout(() => void worker.terminate().then(() => resolve('killed')), deadlineMs)
      else {
        clearTimeout(timer)
        void worker.terminate().then(() => resolve(message))
      }
    })
  })
}

describe('what does not look at the clock can be killed with its worker', () => {
  const WORKER_DEADLINE_MS = 1_000

  async function killed(moduleName: string, exportName: string, subject: Subject) {
    const start = performance.now()
    expect(await inWorker(moduleName, exportName, subject, WORKER_DEADLINE_MS)).toBe('killed')
    expect(performance.now() - start).toBeLessThan(WORKER_DEADLINE_MS + GRACE_MS)
  }

  it('a catastrophic pattern of a schema', async () => {
    const options: Json = { schema: { type: 'string', pattern: '^(a+)+$' } }
    const candidate: Candidate = { text: JSON.stringify(`${'a'.repeat(40)}!`), finish: 'stop' }
    await killed('json-schema.ts', 'jsonSchema', { candidate, messages: [], options })
  })

  it('a native loop inside QuickJS', async () => {
    const candidate: Candidate = { text: 'const f = () => Array(4294967295).join("")', finish: 'stop' }
    const reference: Json = [{ call: 'f', args: [], expected: '' }]
    await killed('javascript-tests.ts', 'javascriptTests', { candidate, messages: [], reference })
  })

  it('while an honest candidate in such a worker gets its verdict', async () => {
    const candidate: Candidate = { text: 'const f = () => 1', finish: 'stop' }
    const reference: Json = [{ call: 'f', args: [], expected: 1 }]
    const subject = { candidate, messages: [], reference }
    expect(await inWorker('javascript-tests.ts', 'javascriptTests', subject, 10_000)).toMatchObject({
      score: 1,
    })
  })
})

const TESTS: Json = [
  { call: 'f', args: [3], expected: 9 },
  'f(3) === 9',
  'assert.deepStrictEqual(f(4), 16)',
  'assert(f(5) == 25)',
]
const HONEST = 'function f(x) { return x * x }'

async function program(text: string): Promise<Verdict> {
  return await timed(
    javascriptTests,
    { text, reference: TESTS, options: { deadlineMs: DEADLINE_MS } },
    DEADLINE_MS,
  )
}

describe('a program that does harm', () => {
  afterEach(async () => {
    // The next honest candidate passes on the same thread.
    expect(await program(HONEST)).toMatchObject({ kind: 'scored', score: 1 })
  })

  it.each<[string, string, string]>([
    ['an endless loop', 'function f() { for (;;); }', 'timeout'],
    ['an endless loop at the top', 'for (;;);', 'timeout'],
    ['an endless loop that catches', 'function f() { for (;;) try { throw 1 } catch {} }', 'timeout'],
    ['an endless loop of promises', 'const f = async () => { for (;;) await null }', 'timeout'],
    ['endless timers', 'const f = () => new Promise(() => setInterval(() => {}, 1))', 'timeout'],
    ['a catastrophic pattern', 'const f = () => /^(a+)+$/.test("a".repeat(40) + "!")', 'timeout'],
    ['an endless getter', 'const f = () => ({ get a() { for (;;); } })', 'timeout'],
    ['an endless proxy', 'const f = () => new Proxy({}, { ownKeys() { for (;;); } })', 'timeout'],
    [
      'a memory bomb of lists',
      'function f() { const l = []; for (;;) l.push(new Array(10000).fill(1)) }',
      'out-of-memory',
    ],
    ['one huge list', 'const f = () => new Array(1e8).fill(1)', 'out-of-memory'],
    ['one huge buffer', 'const f = () => new ArrayBuffer(1e9)', 'out-of-memory'],
    ['a huge text', 'const f = () => "x".repeat(5e8)', 'out-of-memory'],
  ])('costs its deadline: %s', async (_what, text, code) => {
    expect(await program(text)).toMatchObject({ kind: 'failed', code })
  })

  it.each<[string, string]>([
    ['endless recursion', 'function f(x) { return f(x) + 1 }'],
    ['recursion through native code', 'function f(x) { return [2, 1].sort(() => f(x)) }'],
    ['deep JSON', 'const f = () => JSON.parse("[".repeat(100000))'],
    ['deep source', '['.repeat(100_000)],
    ['a deep result', 'const f = () => { let a = []; for (let i = 0; i < 1e4; i++) a = [a]; return a }'],
    ['a wide result', 'const f = () => new Array(1e6).fill(0)'],
    ['a sparse result', 'const f = () => { const a = []; a[4e9] = 1; return a }'],
    ['a circular result', 'const f = () => { const a = {}; a.a = a; return a }'],
    ['5 MB of source', `// ${'x'.repeat(5_000_000)}`],
    ['asking for the host', 'const f = () => process.exit(0)'],
    ['asking for modules', 'const f = () => require("node:fs").readFileSync("/etc/passwd", "utf8")'],
    ['importing', 'import fs from "node:fs"\nexport const f = () => 9'],
    ['importing later', 'const f = async () => (await import("node:fs")).readFileSync'],
    ['the function constructor', 'const f = () => f.constructor("return process")().pid'],
    ['an error that lies', 'const f = () => { throw { name: "InternalError", get message() { throw 1 } } }'],
    ['throwing nothing', 'const f = () => { throw undefined }'],
    ['lone surrogates', 'const f = () => "\ud800\\ud800"'],
  ])('scores 0: %s', async (_what, text) => {
    expect(await program(text)).toMatchObject({ kind: 'scored', score: 0 })
  })

  it('that pretends to be out of memory fails only itself', async () => {
    const text = 'const f = () => { const e = new Error("out of memory"); e.name = "InternalError"; throw e }'
    expect(await program(text)).toMatchObject({ kind: 'failed', code: 'out-of-memory' })
  })
})

describe('a program that cheats scores 0', () => {
  it.each<[string, string]>([
    [
      'right only by valueOf',
      'const f = (x) => ({ valueOf: () => x * x, toString: () => String(x * x), toJSON: () => x * x })',
    ],
    ['JSON by toJSON', 'const f = () => ({ toJSON: () => 9 })'],
    ['patched JSON', 'JSON.stringify = () => "9"; JSON.parse = () => ["v", 9]; const f = () => 0'],
    [
      'toJSON everywhere',
      'Object.prototype.toJSON = () => 9; Number.prototype.toJSON = () => 9; const f = () => ({})',
    ],
    [
      'numbers that are others',
      'Number.prototype.valueOf = () => 9; Number.prototype.toString = () => "9"; const f = () => new Number(0)',
    ],
    [
      'patched equality',
      'Object.is = () => true; Reflect.apply = () => 9; Object.keys = () => []; const f = () => ({})',
    ],
    [
      'patched lists',
      'Array.isArray = () => true; Array.prototype.every = () => true; Array.prototype.push = () => 0; const f = () => []',
    ],
    [
      'setters on Array.prototype',
      'for (const i of [0, 1, 2, 3]) Object.defineProperty(Array.prototype, i, { get: () => 9, set() {} }); const f = () => []',
    ],
    [
      'members of Object.prototype',
      'Object.prototype.value = 9; Object.prototype[1] = 9; Object.prototype.get = () => 9; const f = () => ({})',
    ],
    ['__proto__', 'const f = () => JSON.parse(\'{"__proto__": 9}\')'],
    ['constructor', 'const f = () => ({ constructor: Number, value: 9 })'],
    [
      'a patched assert',
      'var assert = () => true; assert.ok = assert.deepStrictEqual = assert; globalThis.assert = assert; const f = () => 0',
    ],
    [
      'patched checks',
      'var __outthinkChecks = () => ({ passed: 1, failed: 0, first: "" }); const f = () => 0',
    ],
    [
      'patched text methods',
      'String.prototype.slice = String.prototype.indexOf = String.prototype.concat = () => "9"; const f = () => "0"',
    ],
    [
      'patched promises',
      'Promise.prototype.then = function (g) { g(9); return this }; Promise.resolve = () => 9; const f = async () => 0',
    ],
    [
      'a promise with its own constructor',
      'const f = () => { const p = Promise.resolve(0); p.constructor = { [Symbol.species]: function (g) { g(() => {}, () => {}) } }; return p }',
    ],
    ['patched iteration', 'Array.prototype[Symbol.iterator] = function* () { yield 9 }; const f = () => [0]'],
    ['no result but a throw of one', 'const f = () => { throw 9 }'],
    [
      'an interrupted test',
      'const f = () => { throw Object.assign(new Error("interrupted"), { name: "InternalError" }) }',
    ],
    ['a marker on the console', 'const f = () => { console.log("all tests passed"); return "passed" }'],
    [
      'looking for the tests',
      'const f = () => Object.getOwnPropertyNames(globalThis).find((n) => globalThis[n] === 9)',
    ],
    [
      'looking through the stack',
      'Error.prepareStackTrace = (e, s) => s; const f = () => { const s = new Error().stack; return s && s[0] && s[0].getFunction ? 9 : 0 }',
    ],
    ['results of a proxy', 'const f = () => new Proxy([], { get: () => 9, has: () => true })'],
    [
      'a function that answers everything',
      'const f = () => new Proxy(function () { return 9 }, { get: () => 9 })',
    ],
  ])('%s', async (_what, text) => {
    expect(await program(text)).toMatchObject({ kind: 'scored', score: 0 })
  })

  it('nothing a candidate patched is left for the next', async () => {
    await program('Object.prototype.polluted = 1; Array.prototype.push = null; globalThis.f = (x) => x * x')
    expect(await program('1')).toMatchObject({ kind: 'scored', score: 0 })
    expect(await program(HONEST)).toMatchObject({ kind: 'scored', score: 1 })
  })
})
