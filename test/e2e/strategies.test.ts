import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FakeOpenAI } from '../models/fake-openai.ts'
import { fakeModel } from './fake-model.ts'
import { outthink } from './outthink.ts'

const solve = ['solve', 'Make 24 from 10 4 5 1.', '--verifier', 'countdown', '--json']
const right = '(10-4)*(5-1) = 24'

test('auto goes to the second --model where the first keeps failing, each at its own price', async () => {
  await using server = await new FakeOpenAI(({ body }) => ({
    text: body['model'] === 'large' ? right : 'no idea',
  })).start()
  const outcome = await outthink([
    ...solve,
    '--model',
    'openai:small',
    '--price',
    '1,1',
    '--model',
    'openai:large',
    '--price',
    '10,10',
    '--base-url',
    server.url,
    '--budget-usd',
    '1',
    '--max-output-tokens',
    '100',
  ])
  expect(outcome.code).toBe(0)
  const result = JSON.parse(outcome.stdout) as {
    usage: { usd: number }
    trace: { step: { kind: string; model: string }; inputTokens: number; outputTokens: number }[]
  }
  expect(result).toMatchObject({ status: 'verified', answer: { text: right } })
  const bought = result.trace.map(({ step }) => `${step.kind} ${step.model}`)
  expect(bought[0]).toBe('sample small')
  expect(bought.at(-1)).toBe('sample large')
  // It gives the cheap one a fair chance, and no more.
  expect(bought.length).toBeLessThan(200)
  const billed = result.trace.reduce(
    (sum, { step, inputTokens, outputTokens }) =>
      sum + ((inputTokens + outputTokens) * (step.model === 'large' ? 10 : 1)) / 1e6,
    0,
  )
  expect(result.usage.usd).toBeCloseTo(billed, 9)
})

test('what was learned of difficulty and of each kind of step is kept in one file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'learned-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'learned.json')
  await using server = await new FakeOpenAI(({ body }) => ({
    // Solves it once it is told what is wrong.
    text: body.messages.length > 1 ? right : 'no idea',
  })).start()
  const args = [...solve, ...fakeModel(server.url), '--budget-tokens', '90000', '--difficulty', file]
  expect((await outthink(args)).code).toBe(0)
  const first = JSON.parse(await readFile(file, 'utf8')) as { menu: Record<string, { mean: number[] }> }
  expect(Object.keys(first.menu)).toContain('revise/fake///')
  expect((await outthink(args)).code).toBe(0)
  const second = JSON.parse(await readFile(file, 'utf8')) as typeof first
  expect(second.menu['revise/fake///']?.mean[0]).toBeGreaterThan(first.menu['revise/fake///']?.mean[0] ?? 0)
})

test('an effort is bought where the plain request fails, with its own cap', async () => {
  await using server = await new FakeOpenAI(({ body }) => ({
    text: body['reasoning_effort'] === 'high' ? right : 'no idea',
  })).start()
  const outcome = await outthink([
    ...solve,
    ...fakeModel(server.url),
    '--budget-tokens',
    '90000',
    '--effort',
    'high:77',
    '--max-output-tokens',
    '50',
  ])
  expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'verified' })
  const thinking = server.requests.filter(({ body }) => body['reasoning_effort'] === 'high')
  expect(thinking.length).toBeGreaterThan(0)
  for (const { body } of thinking) expect(body['max_tokens'] ?? body['max_completion_tokens']).toBe(77)
})

test('a guided strategy says what it needs, and prices are counted against models', async () => {
  const model = [...fakeModel('http://127.0.0.1:9/v1'), '--budget-tokens', '9000']
  const unguided = await outthink([...solve, ...model, '--strategy', 'beam'])
  expect(unguided.code).toBe(2)
  expect(unguided.stderr).toMatch(/process reward, and there is none\n.*--guide-model/)
  const priced = await outthink([...solve, ...model, '--price', '1,1', '--price', '2,2'])
  expect(priced.code).toBe(2)
  expect(priced.stderr).toMatch(/--price is given 2 times, and --model 1/)
})

test('every strategy runs from the command line', { timeout: 120_000 }, async () => {
  await using server = await new FakeOpenAI(({ number }) => ({
    text: number < 3 ? 'no idea' : right,
  })).start()
  const model = [...fakeModel(server.url), '--budget-tokens', '90000']
  const names = [
    'best-of-n',
    'best-of-majority',
    'revise',
    'diverse',
    'escalate',
    'think-longer',
    'tree-search',
  ]
  const outcomes = await Promise.all(names.map((name) => outthink([...solve, ...model, '--strategy', name])))
  for (const [index, outcome] of outcomes.entries())
    expect(outcome, `${names[index]}: ${outcome.stderr}`).toMatchObject({ code: 0 })
})
