import OpenAI from 'openai'
import { expect, expectTypeOf, test } from 'vitest'
import { computeHeaders, computeOf } from '../../src/wrap/compute.ts'
import { wrapOpenAI, type WrapOptions } from '../../src/wrap/openai.ts'
import { right } from '../engine/right.ts'
import { FakeOpenAI, type FakeAnswer, type FakeRequest } from '../models/fake-openai.ts'

async function wrapped(answer: (request: FakeRequest) => FakeAnswer, options: Partial<WrapOptions> = {}) {
  const server = await new FakeOpenAI(answer).start()
  const plain = new OpenAI({ baseURL: server.url, apiKey: 'test' })
  const client = wrapOpenAI(plain, {
    budget: { tokens: 100_000 },
    verifiers: [right],
    profile: { maxOutputTokens: 50 },
    concurrency: 1,
    ...options,
  })
  return { server, client }
}

const body = { model: 'fake', messages: [{ role: 'user' as const, content: 'question' }] }

test('the wrapped client is the client: type, class, promise helpers; the answer is the verified one and usage the whole bill', async () => {
  const { server, client } = await wrapped(({ number }) => ({ text: number < 3 ? 'wrong' : 'right' }))
  await using _ = server
  expectTypeOf(client).toEqualTypeOf<OpenAI>()
  expect(client).toBeInstanceOf(OpenAI)
  const { data, response } = await client.chat.completions.create(body).withResponse()
  expect(data.choices[0]?.message.content).toBe('right')
  expect(data.id).toBe('chatcmpl-3')
  expect(data.usage).toMatchObject({ prompt_tokens: 36, completion_tokens: 18, total_tokens: 54 })
  expect(computeOf(data)).toMatchObject({
    status: 'verified',
    samples: 3,
    selected_usage: { inputTokens: 12, outputTokens: 6 },
  })
  expect(response.headers.get('x-compute-samples')).toBe('3')
})

test('calls that are no chat completions go through untouched', async () => {
  const { server, client } = await wrapped(() => ({ text: 'right' }))
  await using _ = server
  expect((await client.models.list()).data[0]?.id).toBe('fake')
  expect(server.requests).toHaveLength(0)
})

test('without room in the budget the call fails with 429 budget_exceeded, and is not tried again', async () => {
  const { server, client } = await wrapped(() => ({ text: 'wrong' }), { budget: { calls: 1 } })
  await using _ = server
  const first = await client.chat.completions.create(body)
  expect(computeOf(first)).toMatchObject({ status: 'exhausted' })
  const second = client.chat.completions.create(body)
  await expect(second).rejects.toBeInstanceOf(OpenAI.RateLimitError)
  await expect(second).rejects.toMatchObject({
    status: 429,
    type: 'budget_exceeded',
    code: 'budget_exceeded',
  })
  expect(server.requests).toHaveLength(1)
})

test('a call’s own budget comes in a header', async () => {
  const { server, client } = await wrapped(() => ({ text: 'wrong' }))
  await using _ = server
  const completion = await client.chat.completions.create(body, { headers: computeHeaders({ calls: 2 }) })
  expect(computeOf(completion)).toMatchObject({ samples: 2, status: 'exhausted' })
  await expect(
    client.chat.completions.create(body, { headers: { 'x-compute-budget': '{"calls":-1}' } }),
  ).rejects.toBeInstanceOf(OpenAI.BadRequestError)
})

test('the provider’s own error comes through as the client’s own class', async () => {
  const { server, client } = await wrapped(() => ({
    status: 401,
    error: { message: 'bad key', code: 'invalid_api_key' },
  }))
  await using _ = server
  const failing = client.chat.completions.create(body)
  await expect(failing).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  await expect(failing).rejects.toMatchObject({ code: 'invalid_api_key' })
})

test('an abort of the caller ends the inner calls', async () => {
  const { server, client } = await wrapped(() => 'hang')
  await using _ = server
  const controller = new AbortController()
  const calling = client.chat.completions.create(body, { signal: controller.signal })
  setTimeout(() => controller.abort(), 50)
  await expect(calling).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
  await expect.poll(() => server.disconnected).toBe(1)
})

test('tools, formats and tool calls pass through', async () => {
  const toolCalls = [{ id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }]
  const { server, client } = await wrapped(() => ({ text: 'right', toolCalls, finish: 'tool_calls' }))
  await using _ = server
  const tools = [{ type: 'function' as const, function: { name: 'add', parameters: { type: 'object' } } }]
  const completion = await client.chat.completions.create({
    ...body,
    tools,
    response_format: { type: 'json_object' },
  })
  expect(server.requests[0]?.body).toMatchObject({ tools, response_format: { type: 'json_object' } })
  expect(completion.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: toolCalls },
  })
})

test('a stream replays the chosen answer in chunks, with usage in its own chunk', async () => {
  const { server, client } = await wrapped(({ number }) => ({ text: number === 1 ? 'wrong' : 'right' }))
  await using _ = server
  const stream = await client.chat.completions.create({
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('right')
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 36 } })
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
})

test('n above 1 is refused with the parameter’s name, before anything is spent', async () => {
  const { server, client } = await wrapped(() => ({ text: 'right' }))
  await using _ = server
  await expect(client.chat.completions.create({ ...body, n: 3 })).rejects.toMatchObject({
    status: 400,
    param: 'n',
  })
  expect(server.requests).toHaveLength(0)
})

test('without verifiers one sample is taken', async () => {
  const { server, client } = await wrapped(() => ({ text: 'anything' }), { verifiers: [] })
  await using _ = server
  expect(computeOf(await client.chat.completions.create(body))).toMatchObject({
    status: 'chosen',
    samples: 1,
  })
})
