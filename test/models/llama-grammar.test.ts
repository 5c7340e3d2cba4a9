import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, expect, test } from 'vitest'
import { schemaGrammar } from '../../src/models/llama-schema.ts'
import { LlamaModel } from '../../src/models/llama.ts'
import { answer, draw, openTiny } from './llama-tiny.ts'

// It has never seen JSON, and at this temperature it writes anything that is allowed.
const model = await openTiny()
const native = test.skipIf(model instanceof Error)
const temperature = 1.5

afterAll(async () => {
  if (model instanceof LlamaModel) await model.close()
})

const schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'an object of all types': {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 6 },
      count: { type: 'integer', minimum: 1 },
      score: { type: 'number' },
      done: { type: 'boolean' },
      kind: { enum: ['a"b', 'c\\d', 'é\n', 7, null] },
    },
    required: ['name', 'count', 'score', 'done', 'kind'],
    additionalProperties: false,
  },
  'optional properties': {
    type: 'object',
    properties: {
      a: { type: 'boolean' },
      b: { const: { x: [1] } },
      c: { type: 'null' },
      d: { enum: [1, 2] },
    },
    required: ['c'],
    additionalProperties: false,
  },
  'only optional ones': {
    type: 'object',
    properties: { 'a b': { type: 'boolean' }, 'ü"': { type: 'boolean' } },
    additionalProperties: false,
  },
  'arrays with limits': {
    type: 'array',
    prefixItems: [{ type: 'boolean' }],
    items: { type: 'array', items: { type: ['boolean', 'null'] }, minItems: 1, maxItems: 2 },
    minItems: 2,
    maxItems: 4,
  },
  'choices and references': {
    $defs: { leaf: { anyOf: [{ const: 'x' }, { $ref: '#/$defs/pair' }] }, pair: pairOf({ type: 'boolean' }) },
    ...pairOf({ $ref: '#/$defs/leaf' }),
  },
}

function pairOf(item: unknown): Readonly<Record<string, unknown>> {
  return { type: 'array', items: item, minItems: 2, maxItems: 2 }
}

for (const [name, schema] of Object.entries(schemas)) {
  native(`a schema with ${name} is followed, whatever the seed`, async () => {
    const validate = new Ajv2020({ strict: false }).compile(schema)
    const options = {
      temperature,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    }
    const seeds = [1, 2, 3, 4, 5, 6]
    const samples = await Promise.all(
      seeds.map((seed) => answer(model, { options, seed, maxOutputTokens: 220 })),
    )
    for (const { candidate } of samples) {
      expect(candidate.finish).toBe('stop')
      const value: unknown = JSON.parse(candidate.text)
      expect(validate(value), candidate.text).toBe(true)
    }
    expect(new Set(samples.map(({ candidate }) => candidate.text)).size).toBeGreaterThan(1)
  })
}

native('json_object gives an object that parses wherever it ends by itself', async () => {
  const options = { temperature, response_format: { type: 'json_object' } }
  const seeds = Array.from({ length: 12 }, (_, index) => index)
  const samples = await Promise.all(seeds.map((seed) => answer(model, { options, seed })))
  const ended = samples.filter(({ candidate }) => candidate.finish === 'stop')
  expect(ended.length).toBeGreaterThan(0)
  for (const { candidate } of ended) expect(JSON.parse(candidate.text)).toBeTypeOf('object')
  for (const { candidate } of samples) expect(candidate.text).toMatch(/^\{/)
})

native('a grammar of the caller’s own is followed, and goes on where a partial answer ends', async () => {
  const options = { temperature, grammar: 'root ::= "ab" [0-9]{3} "cd"' }
  const user = { role: 'user', content: 'Make 24 from 3 8 1 5.' }
  expect((await answer(model, { options })).candidate.text).toMatch(/^ab\d{3}cd$/)
  const begun = (content: string) => [user, { role: 'assistant', content }]
  const rest = await answer(model, { options, messages: begun('ab1'), continues: true })
  expect(rest.candidate.text).toMatch(/^\d{2}cd$/)
  // Seven characters in all, and an end; what the partial took is no output.
  expect(rest.usage.outputTokens).toBeLessThanOrEqual(5)
  const wrong = await draw(model, { options, messages: begun('xy'), continues: true })
  expect(wrong).toMatchObject({ kind: 'failed', code: 'rejected' })
  expect(wrong).toHaveProperty('message', expect.stringContaining('does not follow the grammar'))
})

test('keywords that no grammar can follow are named', () => {
  const refused: readonly (readonly [unknown, string])[] = [
    [{ type: 'object', properties: { a: { not: {} } } }, '"not" at #/properties/a'],
    [{ allOf: [{ type: 'string' }, { minLength: 2 }] }, '"allOf" of several at #'],
    [{ $ref: 'other.json' }, '"$ref" to other.json at #'],
    [{ type: 'array', items: { type: 'tuple' } }, 'the type "tuple" at #/items'],
    [{ type: 'object', properties: {}, required: ['a'] }, '"required" of "a" at #'],
  ]
  for (const [schema, message] of refused) expect(schemaGrammar(schema)).toEqual({ refused: message })
})
