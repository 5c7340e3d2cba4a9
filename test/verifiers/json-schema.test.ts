import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, Subject, Verdict } from '../../src/contract.ts'
import { answerKey } from '../../verifiers/json/answer-key.ts'
import { canonicalJson } from '../../verifiers/json/canonical-json.ts'
import { findJson } from '../../verifiers/json/find-json.ts'
import { formats } from '../../verifiers/json/formats.ts'
import { jsonSchema } from '../../verifiers/json-schema.ts'

const PERSON = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
  required: ['name', 'age'],
  additionalProperties: false,
} as const satisfies Json

async function verdict(
  text: string,
  subject: Partial<Subject> = { options: { schema: PERSON } },
): Promise<Verdict> {
  return await jsonSchema.verify({ candidate: { text, finish: 'stop' }, messages: [], ...subject })
}

describe('the answer is found wherever a model writes it', () => {
  it.each([
    ['bare', '{"name":"Ada","age":36}'],
    ['in a json fence', 'Here:\n```json\n{"name":"Ada","age":36}\n```\nDone.'],
    ['in a fence without language', '```\n{"name":"Ada","age":36}\n```'],
    ['in prose', 'I think {x} is [1], so {"name":"Ada","age":36} it is.'],
    ['after thinking', '<think>maybe {"name":"Bob","age":1}</think> {"name":"Ada","age":36}'],
    ['as the last of several', 'first {"name":"Ada"}, no: {"name":"Ada","age":36}'],
  ])('%s', async (_where, text) => {
    expect(await verdict(text)).toEqual({ kind: 'scored', score: 1, answer: '{"age":36,"name":"Ada"}' })
  })

  it('does not take the inside of a truncated answer for the answer', async () => {
    const text = '[{"name":"Ada","age":36},{"name":"Bob","age":1}'
    expect(await verdict(text)).toMatchObject({ kind: 'scored', score: 0 })
    expect(findJson({ text, finish: 'stop' })).toMatchObject({ kind: 'none' })
  })

  it('does not take the inside of broken JSON for the answer', async () => {
    expect(await verdict('{"wrong": NaN, "inner": {"name":"Ada","age":36}}')).toMatchObject({ score: 0 })
  })

  it('reads scalars when they are the whole message', async () => {
    expect(await verdict('42', { options: { schema: { type: 'integer' } } })).toMatchObject({
      score: 1,
      answer: '42',
    })
  })
})

describe('what is wrong is told', () => {
  it('lists failing pointers', async () => {
    const told = await verdict('{"age":-1,"extra":true}')
    expect(told).toMatchObject({ kind: 'scored', score: 0 })
    const text = told.kind === 'scored' ? (told.feedback ?? '') : ''
    expect(text).toContain('/age must be >= 0')
    expect(text).toContain("must have required property 'name'")
    expect(text).toContain('must not have the property "extra"')
  })

  it('keeps feedback short however much is wrong', async () => {
    const wrong = JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])))
    const told = await verdict(wrong)
    expect(told.kind === 'scored' && (told.feedback?.length ?? 0)).toBeLessThan(600)
    expect(told).toMatchObject({ feedback: expect.stringMatching(/and \d+ more$/) })
  })

  it('gives partial credit only when asked, and never 1 for an invalid answer', async () => {
    const options = { schema: PERSON, partial: true }
    expect(await verdict('{"name":"Ada","age":-1}', { options })).toMatchObject({ score: 0.5 })
    expect(await verdict('{"name":"Ada","age":-1}')).toMatchObject({ score: 0 })
    expect(await verdict('{"name":"Ada","age":1,"more":1}', { options })).toMatchObject({ score: 2 / 3 })
  })
})

describe('the schema', () => {
  it.each<[string, Partial<Subject>]>([
    ['options', { options: { schema: PERSON } }],
    ['reference', { reference: PERSON }],
    ['meta', { meta: { schema: PERSON } }],
    [
      'response format',
      { meta: { response_format: { type: 'json_schema', json_schema: { name: 'p', schema: PERSON } } } },
    ],
  ])('may come from %s', async (_where, subject) => {
    expect(await verdict('{"name":"Ada","age":36}', subject)).toMatchObject({ score: 1 })
    expect(await verdict('{"name":"Ada"}', subject)).toMatchObject({ score: 0 })
  })

  it('is not guessed from an expected answer', async () => {
    expect(await verdict('{}', { reference: { name: 'Ada' } })).toMatchObject({
      kind: 'failed',
      code: 'unsupported',
    })
  })

  it.each<[string, Json]>([
    ['is unusable', { type: 'nonsense' }],
    ['refers to another place', { $ref: 'https://example.com/schema.json' }],
    ['has a broken pattern', { type: 'string', pattern: '(' }],
  ])('that %s is unsupported, not a score', async (_what, schema) => {
    expect(await verdict('{}', { options: { schema } })).toMatchObject({
      kind: 'failed',
      code: 'unsupported',
    })
  })

  it('may be draft-07, with its meaning of items', async () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{ type: 'string' }, { type: 'number' }],
    }
    expect(await verdict('["a",1]', { options: { schema } })).toMatchObject({ score: 1 })
    expect(await verdict('[1,"a"]', { options: { schema } })).toMatchObject({ score: 0 })
  })

  it('may use an id twice and patterns of the older mode', async () => {
    for (const minimum of [1, 2]) {
      const schema = { $id: 'same', type: 'integer', minimum }
      expect(await verdict('1', { options: { schema } })).toMatchObject({ score: minimum === 1 ? 1 : 0 })
    }
    const schema = { type: 'string', pattern: '^a\\-b$' }
    expect(await verdict('"a-b"', { options: { schema } })).toMatchObject({ score: 1 })
    expect(await verdict('"ab"', { options: { schema } })).toMatchObject({ score: 0 })
  })

  it('does not find inherited members', async () => {
    const schema = { type: 'object', required: ['constructor'] }
    expect(await verdict('{}', { options: { schema } })).toMatchObject({ score: 0 })
    expect(await verdict('{"constructor":1}', { options: { schema } })).toMatchObject({ score: 1 })
  })

  it.each([
    ['date', '2024-02-29', '2023-02-29'],
    ['date-time', '2024-02-29T10:00:00Z', '2024-02-29 at 10'],
    ['time', '10:00:00+01:00', '25:00:00Z'],
    ['duration', 'P1DT2H', 'P'],
    ['email', 'ada@example.com', 'ada@'],
    ['hostname', 'example.com', '-a.com'],
    ['ipv4', '127.0.0.1', '127.0.0.256'],
    ['ipv6', '::1', ':::1'],
    ['uri', 'https://example.com/a', 'example'],
    ['uuid', '00000000-0000-4000-8000-000000000000', '0000'],
  ])('checks the format %s', async (format, right, wrong) => {
    const options = { schema: { type: 'string', format } }
    expect(Object.keys(formats)).toContain(format)
    expect(await verdict(JSON.stringify(right), { options })).toMatchObject({ score: 1 })
    expect(await verdict(JSON.stringify(wrong), { options })).toMatchObject({ score: 0 })
  })

  it('ignores formats it does not know', async () => {
    expect(await verdict('"x"', { options: { schema: { format: 'own-format' } } })).toMatchObject({
      score: 1,
    })
  })
})

describe('canonical JSON', () => {
  it('is one text for one value, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: Json = JSON.parse(JSON.stringify(value))
        expect(canonicalJson(reversedKeys(plain))).toBe(canonicalJson(plain))
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain)
      }),
      { numRuns: 200, examples: [[{ b: [{ d: 1, c: -0 }], a: null }]] },
    )
  })

  it('tells different values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 1 }), fc.jsonValue({ maxDepth: 1 }), (a, b) => {
        const [first, second]: [Json, Json] = JSON.parse(JSON.stringify([a, b]))
        const same = canonicalJson(first) === canonicalJson(second)
        expect(same).toBe(JSON.stringify(sortedKeys(first)) === JSON.stringify(sortedKeys(second)))
      }),
      { numRuns: 200 },
    )
  })

  it('normalises numbers, keeps too large ones apart from null, and shortens long keys', () => {
    const numbers: Json = JSON.parse('[1.0, 1e0, 10e-1, -0, 1e999, -1e999, null]')
    expect(canonicalJson(numbers)).toBe('[1,1,1,0,1e999,-1e999,null]')
    expect(answerKey('x'.repeat(10_000))).toMatch(/^sha256:[\da-f]{64}$/)
  })
})

function reversedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]): [string, Json] => [key, reversedKeys(member)]),
  )
}

/** Another way to one form for each value: every list says what it was made of. */
function sortedKeys(value: Json): Json {
  if (Array.isArray(value)) return ['list', ...value.map(sortedKeys)]
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]): [string, Json] => [key, sortedKeys(member)])
  return ['object', ...entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).flat()]
}
