import type { Json, Subject } from '../../src/contract.ts'

/** Something to verify and what must come out. */
export interface BenchCase {
  readonly subject: Subject
  /** Whether the verdict must be a score of 1. */
  readonly right: boolean
}

/** The case of an index; every index gives another candidate, so that no verdict comes from the cache. */
export type Cases = (index: number) => BenchCase

interface Parts {
  readonly text: string
  readonly reference?: Json
  readonly more?: Partial<Subject>
}

/** Even indices are right and odd ones wrong, told apart by what the candidate says. */
function casesOf(make: (index: number, right: boolean) => Parts): Cases {
  return (index) => {
    const right = index % 2 === 0
    const { text, reference, more } = make(index, right)
    return {
      right,
      subject: {
        candidate: { text, finish: 'stop' },
        messages: [{ role: 'user', content: 'A question.' }],
        ...(reference !== undefined && { reference }),
        ...more,
      },
    }
  }
}

const reasoning =
  'First we look at what is given, then we work it out step by step, and then we check the result. '

const mathPairs: readonly ((n: number) => readonly [answer: string, equal: string, unequal: string])[] = [
  (n) => [
    String.raw`\frac{${2 * n + 2}}{${4 * n + 2}}`,
    String.raw`\frac{${n + 1}}{${2 * n + 1}}`,
    `${n + 2}`,
  ],
  (n) => [`(x+${n})^2`, `x^2+${2 * n}x+${n * n}`, `x^2+${n}x+${n * n}`],
  (n) => [String.raw`\{${n}, ${n + 1}\}`, String.raw`\{${n + 1}, ${n}\}`, String.raw`\{${n}, ${n + 3}\}`],
  (n) => [`[${n}, ${n + 1})`, `[${n},${n + 1})`, `[${n}, ${n + 1}]`],
  (n) => [String.raw`${n}\sqrt{8}`, String.raw`${2 * n}\sqrt{2}`, String.raw`${n}\sqrt{2} + 1`],
  (n) => [String.raw`${n}.5`, String.raw`\frac{${2 * n + 1}}{2}`, String.raw`\frac{${2 * n + 3}}{2}`],
]

const orderSchema: Json = {
  type: 'object',
  properties: {
    id: { type: 'integer', minimum: 0 },
    name: { type: 'string', pattern: '^[a-z]+-[0-9]+$' },
    lines: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        properties: { sku: { type: 'string' }, count: { type: 'integer', minimum: 1 } },
        required: ['sku', 'count'],
      },
    },
  },
  required: ['id', 'name', 'lines'],
  additionalProperties: false,
}

const weatherTool: Json = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city', 'days'],
    },
  },
}

/** Cases by verifier; `python-tests` has candidates of its own. */
export const benchCases: Readonly<Record<string, Cases>> = {
  numeric: casesOf((n, right) => ({
    text: `${reasoning}The answer is ${right ? n : n + 1}.`,
    reference: String(n),
  })),
  exact: casesOf((n, right) => ({
    text: `${reasoning}The answer is the ${right ? 'red' : 'blue'} house ${n}.`,
    reference: `the red house ${n}`,
  })),
  choice: casesOf((n, right) => ({
    text: `${reasoning}(${n}) The answer is (${right ? 'C' : 'B'}).`,
    reference: 'C',
  })),
  countdown: casesOf((n, right) => {
    const numbers = [(n % 9) + 1, (n % 7) + 2, (n % 5) + 3, n + 4]
    const [a = 0, b = 0, c = 0, d = 0] = numbers
    const target = (a + b) * c - d + (right ? 0 : 1)
    return { text: `${reasoning}\n(${a} + ${b}) * ${c} - ${d} = ${target}`, reference: { numbers, target } }
  }),
  math: casesOf((n, right) => {
    const pair = mathPairs[n % mathPairs.length] ?? mathPairs[0]
    const [answer = '', equal = '', unequal = ''] = pair?.(n + 2) ?? []
    return {
      text: String.raw`${reasoning}The answer is $\boxed{${right ? equal : unequal}}$.`,
      reference: answer,
    }
  }),
  'json-schema': casesOf((n, right) => ({
    text: JSON.stringify({
      id: n,
      name: right ? `order-${n}` : `Order ${n}`,
      lines: [{ sku: 'a', count: 2 }],
    }),
    reference: orderSchema,
  })),
  'tool-call': casesOf((n, right) => {
    const call = { name: 'weather', arguments: { city: `City ${n}`, days: 3 } }
    const said = { ...call.arguments, days: right ? 3 : 4 }
    const toolCalls = [{ function: { name: 'weather', arguments: JSON.stringify(said) } }]
    return {
      text: '',
      reference: { calls: [call] },
      more: { candidate: { text: '', finish: 'tool-calls', toolCalls }, tools: [weatherTool] },
    }
  }),
  constraints: casesOf((n, right) => ({
    text: JSON.stringify({ hours: [8, 9, 10], cost: right ? n : n + 11, shares: [0.25, 0.75] }),
    reference: {
      constraints: [
        { sum: ['/hours/*'], op: '<=', value: 40 },
        { path: '/cost', op: '<=', value: n + 10 },
        { sum: ['/shares/*'], op: '=', value: 1, tolerance: 1e-9 },
        { allDifferent: ['/hours/*'] },
      ],
    },
  })),
  'javascript-tests': casesOf((n, right) => ({
    text: `\`\`\`js\nfunction addTo(list) { let sum = ${right ? 0 : 1}; for (const each of list) sum += each; return sum + ${n} }\n\`\`\``,
    reference: [
      { call: 'addTo', args: [[1, 2, 3]], expected: 6 + n },
      { call: 'addTo', args: [[]], expected: n },
      { call: 'addTo', args: [[-1, 1]], expected: n },
    ],
  })),
}
