import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, ToolCall, Verdict } from '../../src/contract.ts'
import { toolCall } from '../../verifiers/tool-call.ts'
import { feedbackOf } from './feedback-of.ts'

const TOOLS = [
  tool('weather', { city: { type: 'string' }, days: { type: 'integer' } }, ['city']),
  tool('add', { a: { type: 'number' }, b: { type: 'number' } }, ['a', 'b']),
  tool('mail', { to: { type: 'string', minLength: 3 }, body: { type: 'string' } }, ['to', 'body']),
] satisfies Json

function tool(name: string, properties: Json, required: string[]): Json {
  return { type: 'function', function: { name, parameters: { type: 'object', properties, required } } }
}

function call(name: string, args: unknown, id?: string): ToolCall {
  const text = typeof args === 'string' ? args : JSON.stringify(args)
  return { type: 'function', function: { name, arguments: text }, ...(id === undefined ? {} : { id }) }
}

async function verdict(
  calls: readonly ToolCall[] | string,
  reference?: Json,
  tools: Json | null = TOOLS,
): Promise<Verdict> {
  const candidate =
    typeof calls === 'string'
      ? ({ text: calls, finish: 'stop' } as const)
      : ({ text: '', toolCalls: calls, finish: 'tool-calls' } as const)
  return await toolCall.verify({
    candidate,
    messages: [],
    ...(tools === null ? {} : { tools }),
    ...(reference === undefined ? {} : { reference }),
  })
}

describe('a call by itself', () => {
  it('is right when the tool is known and its schema takes the arguments', async () => {
    const given = await verdict([call('weather', { city: 'Rome' })])
    expect(given).toEqual({
      kind: 'scored',
      score: 1,
      answer: '[{"arguments":{"city":"Rome"},"name":"weather"}]',
    })
  })

  it.each<[string, ToolCall, string]>([
    ['unknown name', call('wether', { city: 'Rome' }), 'call 1 (wether): no such tool'],
    ['inherited name', call('constructor', {}), 'no such tool'],
    ['broken JSON', call('weather', '{"city":'), 'the arguments are not valid JSON'],
    ['no object', call('weather', '[1]'), 'the arguments are not a JSON object'],
    ['missing required', call('weather', {}), "must have required property 'city'"],
    ['wrong type', call('weather', { city: 5 }), '/city must be string'],
    ['unknown parameter', call('weather', { city: 'Rome', unit: 'C' }), 'unknown parameter "unit"'],
  ])('is wrong with %s', async (_what, written, reason) => {
    const given = await verdict([written])
    expect(given).toMatchObject({ kind: 'scored', score: 0 })
    expect(feedbackOf(given)).toContain(reason)
  })

  it('may have parameters that the schema leaves open', async () => {
    const open = [
      {
        type: 'function',
        function: { name: 'f', parameters: { type: 'object', additionalProperties: true } },
      },
    ]
    expect(await verdict([call('f', { any: 1 })], undefined, open)).toMatchObject({ score: 1 })
    expect(await verdict([call('f', '')], undefined, open)).toMatchObject({ score: 1 })
  })

  it('is judged one by one, so that one mistake does not hide what is right', async () => {
    const given = await verdict([call('weather', { city: 'Rome' }), call('weather', {})])
    expect(given).toMatchObject({ score: 0.5 })
    expect(feedbackOf(given)).toMatch(/^call 2 \(weather\)/)
  })

  it.each([
    ['an object', '{"name":"add","arguments":{"a":1,"b":2}}'],
    ['a list in a fence', '```json\n[{"name":"add","arguments":{"a":1,"b":2}}]\n```'],
    ['arguments as text', '{"function":{"name":"add","arguments":"{\\"a\\":1,\\"b\\":2}"}}'],
    ['tags', 'sure <tool_call>\n{"name":"add","arguments":{"a":1,"b":2}}\n</tool_call>'],
    [
      'tool_calls',
      '{"tool_calls":[{"id":"x","function":{"name":"add","arguments":"{\\"a\\":1,\\"b\\":2}"}}]}',
    ],
  ])('may be written in the text as %s', async (_form, text) => {
    expect(await verdict(text)).toMatchObject({
      score: 1,
      answer: '[{"arguments":{"a":1,"b":2},"name":"add"}]',
    })
  })

  it('is missing when the text calls nothing', async () => {
    expect(await verdict('It is sunny.')).toMatchObject({ score: 0, feedback: 'no tool was called' })
  })
})

const SUM = { name: 'add', arguments: { a: 1, b: 2 } }
const ROME = { name: 'weather', arguments: { city: 'Rome' } }
const writtenSum = call('add', { b: 2, a: 1.0 })
const writtenRome = call('weather', { city: 'Rome' })

describe('compared with a reference', () => {
  it.each<[string, ToolCall[], Json, number]>([
    ['parallel calls in any order', [writtenRome, writtenSum], { calls: [SUM, ROME] }, 1],
    ['parallel calls by subtask', [writtenRome, writtenSum], { calls: [SUM, ROME], subtask: 'parallel' }, 1],
    ['a bare list', [writtenSum], [SUM], 1],
    [
      'wrong order where order counts',
      [writtenRome, writtenSum],
      { calls: [SUM, ROME], order: 'strict' },
      0.5,
    ],
    ['wrong order of a chain', [writtenRome, writtenSum], { calls: [SUM, ROME], subtask: 'chained' }, 0.5],
    ['a missing call', [writtenSum], { calls: [SUM, ROME] }, 0.5],
    ['an extra call', [writtenSum, writtenRome], { calls: [SUM] }, 0.5],
    ['the same call twice', [writtenSum, writtenSum], { calls: [SUM, ROME] }, 0.5],
    ['a wrong argument', [call('add', { a: 1, b: 3 })], { calls: [SUM] }, 0],
    ['a number as text', [call('add', { a: 1, b: '2' })], { calls: [SUM] }, 0],
    ['an extra argument, exactly', [call('weather', { city: 'Rome', days: 2 })], { calls: [ROME] }, 0],
    [
      'an extra argument, as subset',
      [call('weather', { city: 'Rome', days: 2 })],
      { calls: [ROME], match: 'subset' },
      1,
    ],
    [
      'an invalid extra, as subset',
      [call('weather', { city: 'Rome', days: 'x' })],
      { calls: [ROME], match: 'subset' },
      0,
    ],
    ['names only', [call('add', {})], { calls: [SUM], subtask: 'name-detection' }, 1],
    ['a wrong name', [writtenRome], { calls: [SUM], subtask: 'name-detection' }, 0],
    [
      'one of two parameters',
      [call('add', { a: 1, b: 3 })],
      { calls: [SUM], subtask: 'parameter-detection' },
      2 / 3,
    ],
    ['all parameters', [writtenSum], { calls: [SUM], subtask: 'parameter-detection' }, 1],
    ['the next best function', [writtenSum], { calls: [SUM], subtask: 'next-best' }, 1],
    [
      'the next best function and one more',
      [writtenSum, writtenRome],
      { calls: [SUM], subtask: 'next-best' },
      0.5,
    ],
    ['calls where none is right', [writtenSum], { calls: [] }, 0],
  ])('%s', async (_what, calls, reference, score) => {
    expect(await verdict(calls, reference)).toMatchObject({ kind: 'scored', score })
  })

  it('expects text and no call from a response, with what it must mention', async () => {
    const reference = { subtask: 'response', mentions: ['Rome', 21] }
    expect(await verdict('In rome it is 21 degrees.', reference)).toMatchObject({ score: 1 })
    expect(await verdict('In Rome it is warm.', reference)).toMatchObject({
      score: 0.5,
      feedback: expect.stringContaining('21'),
    })
    expect(await verdict(' ', reference)).toMatchObject({ score: 0 })
    expect(await verdict([writtenSum], reference)).toMatchObject({ score: 0 })
  })

  it('tells per call what is wrong, without the expected values', async () => {
    const given = await verdict([call('add', { a: 1, b: 41 })], {
      calls: [{ name: 'add', arguments: { a: 1, b: 7 } }, ROME],
    })
    expect(feedbackOf(given)).toBe('call 1 (add): argument b is wrong\nmissing call of weather')
  })

  it('needs no tools', async () => {
    expect(await verdict([writtenSum], [SUM], null)).toMatchObject({ score: 1 })
  })

  it('pairs subsets so that no call takes the partner of another', async () => {
    const reference = { calls: [{ name: 'add', arguments: {} }, SUM], match: 'subset' }
    expect(await verdict([writtenSum, call('add', { a: 5, b: 5 })], reference)).toMatchObject({ score: 1 })
  })
})

function mail(body: unknown): ToolCall {
  return call('mail', { to: 'ada', body }, 'xyz')
}

describe('nested calls', () => {
  const reference = {
    subtask: 'nested',
    calls: [
      { id: 'call_1', name: 'weather', arguments: { city: 'Rome' } },
      { id: 'call_2', name: 'mail', arguments: { to: 'ada', body: '$call_1.result' } },
    ],
  }

  it.each<[string, unknown]>([
    ['by place', '$call_1.result'],
    ['by place without result', '$call_1'],
    ['by id', '$abc.result'],
    ['in braces', '${abc.result}'],
    ['in the form of NESTFUL', '$var_1.result$'],
    ['as $ref', { $ref: 'abc' }],
  ])('refer to results %s', async (_form, body) => {
    expect(await verdict([call('weather', { city: 'Rome' }, 'abc'), mail(body)], reference)).toMatchObject({
      score: 1,
    })
  })

  it('are one answer whatever their ids', async () => {
    const keys = await Promise.all(
      ['abc', 'def'].map(async (id) => {
        const given = await verdict([call('weather', { city: 'Rome' }, id), mail(`$${id}`)])
        return given.kind === 'scored' ? given.answer : undefined
      }),
    )
    expect(keys[0]).toBeDefined()
    expect(keys[0]).toBe(keys[1])
  })

  it.each<[string, unknown, string]>([
    ['another field of the result', '$abc.result.temperature', 'argument body is wrong'],
    ['no call', '$call_9.result', 'refers to call_9, which is not among the calls'],
    ['itself', '$xyz', 'refers to its own result'],
    ['plain text', 'sunny', 'argument body is wrong'],
  ])('are wrong when they refer to %s', async (_what, body, reason) => {
    const given = await verdict([call('weather', { city: 'Rome' }, 'abc'), mail(body)], reference)
    expect(given).toMatchObject({ score: 0.5 })
    expect(feedbackOf(given)).toContain(reason)
  })

  it('are wrong when they come before what they need', async () => {
    const given = await verdict([mail('$abc'), call('weather', { city: 'Rome' }, 'abc')], reference)
    expect(given).toMatchObject({ score: 0.5 })
  })

  it('may stand where the schema wants another type', async () => {
    const calls = [call('weather', { city: 'Rome' }, 'abc'), call('add', { a: '$abc.result.low', b: 1 })]
    expect(await verdict(calls)).toMatchObject({ score: 1 })
    expect(await verdict([call('add', { a: '$nobody', b: 1 })])).toMatchObject({ score: 0 })
  })

  it('stay cheap when each refers twice to the one before', async () => {
    const calls = Array.from({ length: 100 }, (_, index) => {
      const before = index === 0 ? 1 : `$call_${index}`
      return call('add', { a: before, b: before })
    })
    const start = performance.now()
    expect(await verdict(calls)).toMatchObject({ score: 1 })
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

it.each<[string, Json | undefined, Json | null]>([
  ['no tools and no reference', undefined, null],
  ['a subtask nobody knows', { calls: [SUM], subtask: 'guess' }, TOOLS],
  ['an unknown order', { calls: [SUM], order: 'random' }, TOOLS],
  ['a call without a name', [{ arguments: {} }], TOOLS],
  ['tools that are no list', undefined, { name: 'add' }],
  ['a tool without a name', undefined, [{ type: 'function' }]],
])('is unsupported, not a score, with %s', async (_what, reference, tools) => {
  expect(await verdict([writtenSum], reference, tools)).toMatchObject({ kind: 'failed', code: 'unsupported' })
})

const someCall = fc.constantFrom(
  SUM,
  ROME,
  { name: 'add', arguments: { a: 0, b: 0 } },
  { name: 'mail', arguments: { to: 'ada', body: '' } },
)

describe('laws', () => {
  it('in any order, the order of calls changes neither score nor answer', async () => {
    const lists = fc
      .array(someCall, { minLength: 1, maxLength: 6 })
      .chain((calls) =>
        fc.tuple(
          fc.constant(calls),
          fc.shuffledSubarray(calls, { minLength: calls.length }),
          fc.array(someCall, { maxLength: 4 }),
        ),
      )
    await fc.assert(
      fc.asyncProperty(lists, async ([calls, shuffled, expected]) => {
        const reference = { calls: expected, order: 'any' }
        const written = (list: typeof calls) => list.map((each) => call(each.name, each.arguments))
        const [first, second] = [
          await verdict(written(calls), reference),
          await verdict(written(shuffled), reference),
        ]
        expect([second.kind === 'scored' && second.score, second.kind === 'scored' && second.answer]).toEqual(
          [first.kind === 'scored' && first.score, first.kind === 'scored' && first.answer],
        )
      }),
    )
  })

  it('a score of 1 means the same calls, and strict order never scores higher than any order', async () => {
    const calls = fc.array(someCall, { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(calls, calls, async (expected, written) => {
        const list = written.map((each) => call(each.name, each.arguments))
        const [strict, any] = [
          await verdict(list, { calls: expected, order: 'strict' }),
          await verdict(list, { calls: expected, order: 'any' }),
        ]
        if (strict.kind !== 'scored' || any.kind !== 'scored') throw new Error('both are scores')
        expect(strict.score).toBeLessThanOrEqual(any.score)
        expect(strict.score === 1).toBe(JSON.stringify(expected) === JSON.stringify(written))
      }),
    )
  })
})
