import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { Engine } from '../../src/engine.ts'
import type { EngineOptions } from '../../src/engine-options.ts'
import { OpenAIModel } from '../../src/models/openai.ts'
import { retryAfterOf } from '../../src/models/retry-after.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { right } from '../engine/right.ts'
import { FakeOpenAI, type FakeAnswer, type FakeRequest } from './fake-openai.ts'

const checker = await new VerifierPool().checker(right)

async function solve(
  answer: (request: FakeRequest) => FakeAnswer,
  options: Partial<EngineOptions> = {},
  asked: object = {},
) {
  await using server = await new FakeOpenAI(answer).start()
  const client = new OpenAI({ baseURL: server.url, apiKey: 'test', maxRetries: 5 })
  const model = new OpenAIModel(client, { profile: { name: 'fake', maxOutputTokens: 50 } })
  const engine = new Engine({
    models: [model],
    budget: { tokens: 20_000 },
    strategy: bestOfN(),
    checker,
    concurrency: 1,
    ...options,
  })
  const result = await engine.solve({
    id: 'p',
    messages: [{ role: 'user', content: 'question' }],
    options: { model: 'fake', ...asked },
  })
  return { result, server, engine }
}

test('sample 0 is the caller’s request with the output cap set, later samples add the seed, unknown fields stay', async () => {
  const { server } = await solve(
    ({ number }) => ({ text: number < 3 ? 'wrong' : 'right' }),
    {},
    { temperature: 0.7, top_k: 5, n: 4 },
  )
  expect(server.requests[0]?.body).toEqual({
    model: 'fake',
    temperature: 0.7,
    top_k: 5,
    messages: [{ role: 'user', content: 'question' }],
    max_tokens: 50,
  })
  expect(server.requests.map(({ body }) => body['seed'])).toEqual([undefined, 1, 2])
})

test('a 429 is tried again after retry-after, by us and not by the client, each attempt on the bill', async () => {
  const started = performance.now()
  const { result, server } = await solve(({ number }) =>
    number === 1 ? { status: 429, headers: { 'retry-after-ms': '120' } } : { text: 'right' },
  )
  expect(result).toMatchObject({ status: 'verified', usage: { calls: 2, tokens: 18 } })
  expect(server.requests).toHaveLength(2)
  expect(performance.now() - started).toBeGreaterThan(115)
})

test('without usage the bill is an upper bound, and says so', async () => {
  const { result } = await solve(() => ({ text: 'right', usage: null }))
  expect(result.estimated).toBe(true)
  expect(result.usage.outputTokens).toBeGreaterThanOrEqual(5)
  expect(result.usage.inputTokens).toBeGreaterThan(20)
})

test('choices that nobody asked for are counted when the server does not say', async () => {
  const one = await solve(() => ({ text: 'right', usage: null }))
  const three = await solve(() => ({ text: 'right', usage: null, choices: 3 }))
  expect(three.result.usage.outputTokens).toBe(3 * one.result.usage.outputTokens)
})

test('an empty answer and an error’s text are never answers', async () => {
  const { result } = await solve(
    ({ number }) => (number % 2 === 0 ? { text: '' } : { status: 500, error: { message: 'right' } }),
    { attempts: 1 },
  )
  expect(result.status).toBe('failed')
  expect(result.answer).toBeUndefined()
  expect(result.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(['empty', 'server']))
})

test('a server that wants max_completion_tokens is asked again with it, and from then on', async () => {
  const { server, result } = await solve(({ body, number }) =>
    body['max_tokens'] === undefined
      ? { text: number < 3 ? 'wrong' : 'right' }
      : { status: 400, error: { message: "Unsupported parameter: 'max_tokens'." } },
  )
  expect(result.status).toBe('verified')
  expect(server.requests.map(({ body }) => body['max_completion_tokens'])).toEqual([undefined, 50, 50])
})

test('a provider that ignores its cap is charged in full, and the budget stops', async () => {
  const { result, engine } = await solve(() => ({
    text: 'wrong',
    usage: { prompt_tokens: 12, completion_tokens: 900 },
  }))
  expect(result.usage.outputTokens).toBe(900)
  expect(result.reasons.map(({ code }) => code)).toContain('overrun')
  expect(engine.ledger.stopped).toBeDefined()
})

test('a call that is cancelled closes its connection', async () => {
  await using server = await new FakeOpenAI(() => 'hang').start()
  const client = new OpenAI({ baseURL: server.url, apiKey: 'test' })
  const engine = new Engine({
    models: [new OpenAIModel(client, { profile: { name: 'fake' } })],
    budget: { tokens: 20_000 },
    strategy: bestOfN(),
    checker,
    timeout: 100,
    attempts: 1,
    concurrency: 1,
  })
  const result = await engine.solve({ id: 'p', messages: [{ role: 'user', content: 'question' }] })
  expect(result.status).toBe('failed')
  expect(result.reasons).toContainEqual(expect.objectContaining({ code: 'timeout', count: 3 }))
  await expect.poll(() => server.disconnected).toBe(3)
})

test('retry-after is read in milliseconds, seconds and as a date', () => {
  expect(retryAfterOf(new Headers({ 'retry-after-ms': '15' }))).toBe(15)
  expect(retryAfterOf({ 'retry-after': '2' })).toBe(2000)
  expect(retryAfterOf(new Headers({ 'retry-after': 'Thu, 01 Jan 1970 00:00:10 GMT' }), () => 4000)).toBe(6000)
  expect(retryAfterOf(new Headers({ 'retry-after': 'soon' }))).toBeUndefined()
})
