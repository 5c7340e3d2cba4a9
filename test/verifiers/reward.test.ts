import { InferenceClient } from '@huggingface/inference'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { stepId, type ModelVerifier, type Question, type Subject, type Verdict } from '../../src/contract.ts'
import type { ModelRequest, Sample } from '../../src/models/model.ts'
import { RewardServerModel, type RewardServerOptions } from '../../src/models/reward-server.ts'
import { processReward } from '../../verifiers/process-reward.ts'
import { reward } from '../../verifiers/reward.ts'

interface Asked {
  readonly path: string
  readonly body: Record<string, unknown>
  readonly headers: IncomingMessage['headers']
}
type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown }
  | 'hang'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

/** A reward server on loopback that says what it is told to and remembers what it was asked. */
async function serverSaying(answer: (asked: Asked) => Answer): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = []
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>
    asked.push({ path: request.url ?? '', body, headers: request.headers })
    const said = answer(asked.at(-1) as Asked)
    if (said === 'hang') return
    response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers })
    response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body))
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const subject: Subject = {
  candidate: { text: 'It is 42.', finish: 'stop' },
  messages: [{ role: 'user', content: 'What is 6 times 7?' }],
}

function requestOf(question: Question | undefined): ModelRequest {
  const { messages = [], options = {} } = question ?? {}
  const step = { kind: 'judge' as const, model: 'rm', parents: [], index: 0 }
  return {
    step: { ...step, id: stepId(step) },
    prompt: { id: 'p', messages, options },
    messages,
    maxOutputTokens: 1,
    attempt: 0,
  }
}

async function sampleOf(
  server: RewardServerOptions['server'],
  verifier: ModelVerifier,
  signal = new AbortController().signal,
): Promise<Sample> {
  const model = new RewardServerModel({ profile: { name: 'rm' }, server })
  expect(model.profile.kinds).toEqual(['judge'])
  return model.sample(requestOf(verifier.ask(subject)[0]), signal)
}

/** What the engine would make of a sample. */
function verdictOf(sample: Sample, verifier: ModelVerifier, of = subject): Verdict {
  return verifier.read([sample.kind === 'answered' ? { text: sample.candidate.text } : null], of)
}

const pooling = (data: unknown, tokens: number | null = 17) => ({
  id: 'pool-1',
  object: 'list',
  model: 'rm',
  data: [{ index: 0, object: 'pooling', data }],
  ...(tokens !== null && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
})

describe('vLLM', () => {
  test('/pooling gets the conversation with the answer, and its reward becomes a score', async () => {
    const { url, asked } = await serverSaying(() => ({ body: pooling([2]) }))
    const verifier = reward({ request: { truncate_prompt_tokens: 100, max_tokens: 5 } })
    const sample = await sampleOf({ kind: 'vllm-pooling', baseUrl: `${url}/v1/`, apiKey: 'key' }, verifier)
    expect(sample).toMatchObject({
      kind: 'answered',
      candidate: { text: '[2]', finish: 'stop' },
      usage: { inputTokens: 17, outputTokens: 0 },
    })
    expect(asked[0]?.path).toBe('/pooling')
    expect(asked[0]?.headers.authorization).toBe('Bearer key')
    expect(asked[0]?.body).toEqual({
      model: 'rm',
      truncate_prompt_tokens: 100,
      encoding_format: 'float',
      messages: [...subject.messages, { role: 'assistant', content: 'It is 42.' }],
    })
    expect(verdictOf(sample, verifier)).toEqual({
      kind: 'scored',
      score: expect.closeTo(1 / (1 + Math.exp(-2)), 12),
    })
  })

  test('/pooling of a process reward model scores the steps', async () => {
    const steps: Subject = { ...subject, candidate: { text: '6 × 7\n= 42', finish: 'stop' } }
    const { url } = await serverSaying(() => ({
      body: pooling([
        [0.1, 0.9],
        [0.2, 0.8],
      ]),
    }))
    const verifier = processReward({ marker: '<extra_0>', combine: 'product' })
    const sample = await sampleOf({ kind: 'vllm-pooling', baseUrl: url }, verifier)
    expect(verdictOf(sample, verifier, steps)).toMatchObject({
      score: expect.closeTo(0.72),
      stepScores: [0.9, 0.8],
    })
    expect(verdictOf(sample, reward())).toMatchObject({ kind: 'failed', code: 'unsupported' })
  })

  test('/score gets the prompt and the answer as a pair', async () => {
    const { url, asked } = await serverSaying(() => ({
      body: { data: [{ index: 0, object: 'score', score: 0.7 }], usage: { prompt_tokens: 9 } },
    }))
    const verifier = reward({ scale: { kind: 'identity' } })
    const sample = await sampleOf({ kind: 'vllm-score', baseUrl: url }, verifier)
    expect(asked[0]).toMatchObject({
      path: '/score',
      body: { model: 'rm', text_1: 'What is 6 times 7?', text_2: 'It is 42.' },
    })
    expect(sample).toMatchObject({ usage: { inputTokens: 9, outputTokens: 0 } })
    expect(verdictOf(sample, verifier)).toEqual({ kind: 'scored', score: 0.7 })
  })

  test('without usage the byte bound is charged', async () => {
    const { url } = await serverSaying(() => ({ body: pooling([1], null) }))
    const model = new RewardServerModel({
      profile: { name: 'rm' },
      server: { kind: 'vllm-pooling', baseUrl: url },
    })
    const request = requestOf(reward().ask(subject)[0])
    const bound = model.inputTokens(request.prompt, request.messages)
    const sample = await model.sample(request, new AbortController().signal)
    expect(bound.exact).toBe(false)
    expect(sample.usage).toEqual({ inputTokens: bound.tokens, outputTokens: 0, estimated: true })
  })

  test.each([
    [429, 'rate-limited', true],
    [503, 'server', true],
    [408, 'server', true],
    [400, 'rejected', false],
    [401, 'rejected', false],
  ])('status %d is %s', async (status, code, retryable) => {
    const { url } = await serverSaying(() => ({
      status,
      headers: { 'retry-after': '2' },
      body: { error: 'no' },
    }))
    expect(await sampleOf({ kind: 'vllm-pooling', baseUrl: url }, reward())).toMatchObject({
      kind: 'failed',
      code,
      retryable,
      retryAfter: 2000,
      usage: { inputTokens: 0, outputTokens: 0 },
    })
  })

  test.each([
    ['NaN', '{"data":[{"data":[NaN]}]}'],
    ['no JSON', '<html>'],
    ['no reward', { data: [] }],
    ['null', null],
  ])('%s is a failed sample', async (_, body) => {
    const { url } = await serverSaying(() => ({ body }))
    const verifier = reward()
    const sample = await sampleOf({ kind: 'vllm-pooling', baseUrl: url }, verifier)
    expect(sample).toMatchObject({ kind: 'failed', code: 'rejected', retryable: false })
    expect(verdictOf(sample, verifier)).toMatchObject({ kind: 'failed' })
  })

  test('an abort ends a call that hangs, and a dead port is a broken connection', async () => {
    const { url } = await serverSaying(() => 'hang')
    const started = performance.now()
    const sample = await sampleOf({ kind: 'vllm-score', baseUrl: url }, reward(), AbortSignal.timeout(100))
    expect(sample).toMatchObject({ kind: 'failed', code: 'cancelled', retryable: false })
    expect(performance.now() - started).toBeLessThan(2000)
    const dead = await sampleOf({ kind: 'vllm-score', baseUrl: 'http://127.0.0.1:9' }, reward())
    expect(dead).toMatchObject({ kind: 'failed', code: 'connection', retryable: true })
    expect(dead.usage).toBeUndefined()
  })
})

describe('Hugging Face text classification', () => {
  const client = new InferenceClient('hf_test')

  test('the only label’s score is the reward', async () => {
    const { url, asked } = await serverSaying(() => ({ body: [[{ label: 'LABEL_0', score: -1.5 }]] }))
    const verifier = reward()
    const parameters = { function_to_apply: 'none' }
    const server = { kind: 'text-classification', client, endpointUrl: url, parameters } as const
    const sample = await sampleOf(server, verifier)
    expect(asked[0]?.body).toEqual({ inputs: 'user: What is 6 times 7?\n\nassistant: It is 42.', parameters })
    expect(sample).toMatchObject({ candidate: { text: '-1.5' }, usage: { outputTokens: 0, estimated: true } })
    expect(verdictOf(sample, verifier)).toEqual({
      kind: 'scored',
      score: expect.closeTo(1 / (1 + Math.exp(1.5)), 12),
    })
  })

  test('of several labels one must be named', async () => {
    const labels = [
      { label: 'bad', score: 0.2 },
      { label: 'good', score: 0.8 },
    ]
    const { url } = await serverSaying(() => ({ body: [labels] }))
    const server = { kind: 'text-classification', client, endpointUrl: url } as const
    expect(await sampleOf({ ...server, label: 'good' }, reward())).toMatchObject({
      candidate: { text: '0.8' },
    })
    const unnamed = await sampleOf(server, reward())
    expect(unnamed).toMatchObject({
      kind: 'failed',
      code: 'rejected',
      message: expect.stringContaining('bad, good'),
    })
  })

  test('errors keep their status and the wish to wait, and the client does not retry by itself', async () => {
    const { url, asked } = await serverSaying(() => ({
      status: 503,
      headers: { 'retry-after': '3' },
      body: { error: 'loading' },
    }))
    const sample = await sampleOf({ kind: 'text-classification', client, endpointUrl: url }, reward())
    expect(sample).toMatchObject({ kind: 'failed', code: 'server', retryable: true, retryAfter: 3000 })
    expect(asked).toHaveLength(1)
  })

  test('an answer that is no classification is not asked for again', async () => {
    const { url } = await serverSaying(() => ({ body: { nothing: true } }))
    const sample = await sampleOf({ kind: 'text-classification', client, endpointUrl: url }, reward())
    expect(sample).toMatchObject({ kind: 'failed', code: 'rejected', retryable: false })
  })
})

describe('reading a reward', () => {
  test.each(['NaN', 'null', '"2"', '[]', '[null]', 'Infinity', '1e999', '', '[[1,2,3]]', '{}'])(
    '%j is failed',
    (text) => {
      expect(reward().read([{ text }], subject)).toMatchObject({ kind: 'failed' })
    },
  )

  test('a declared 0..1 is held to', () => {
    const verifier = reward({ scale: { kind: 'identity' } })
    expect(verifier.read([{ text: '0.25' }], subject)).toEqual({ kind: 'scored', score: 0.25 })
    expect(verifier.read([{ text: '1.01' }], subject)).toMatchObject({ kind: 'failed', code: 'crashed' })
    expect(() => reward({ scale: { kind: 'logistic', scale: 0 } })).toThrow(RangeError)
  })

  test('no reply is failed, and an empty answer is not asked about', () => {
    expect(reward().read([null], subject)).toMatchObject({ kind: 'failed', code: 'crashed' })
    const empty: Subject = { ...subject, candidate: { text: '', finish: 'stop' } }
    expect(reward().ask(empty)).toEqual([])
    expect(reward().read([], empty)).toMatchObject({ kind: 'failed', code: 'unsupported' })
  })
})
