import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { join } from 'node:path'
import { recordings } from '../../src/demo/asset.ts'
import { budgetShares, type DemoReport } from '../../src/demo/demo.ts'
import { FakeOpenAI } from '../models/fake-openai.ts'
import { fakeModel } from './fake-model.ts'
import { outthink } from './outthink.ts'

const recording = join(recordings(), 'countdown')
const sweep = ['sweep', recording, '--model', `replay:${recording}#small`, '--verifier', 'countdown']

test('solve prints the answer alone on standard output, the bill on standard error', async () => {
  await using server = await new FakeOpenAI(({ number }) => ({
    text: number < 3 ? 'no idea' : '(10-4)*(5-1) = 24',
  })).start()
  const outcome = await outthink([
    'solve',
    'Make 24 from 10 4 5 1.',
    ...fakeModel(server.url),
    '--verifier',
    'countdown',
    '--budget-tokens',
    '50000',
  ])
  expect(outcome).toMatchObject({ code: 0, stdout: '(10-4)*(5-1) = 24\n' })
  expect(outcome.stderr).toMatch(/^verified: .*54 tokens in 3 calls/m)
})

test('solve takes a reference, and exits 3 when the budget ends first', async () => {
  await using server = await new FakeOpenAI(() => ({ text: '7*3 = 21' })).start()
  const args = [
    'solve',
    'Which?',
    '--reference',
    '{"numbers":[7,3],"target":22}',
    ...fakeModel(server.url),
    '--verifier',
    'countdown',
    '--budget-calls',
    '2',
    '--json',
  ]
  const outcome = await outthink(args)
  expect(outcome.code).toBe(3)
  expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'exhausted', usage: { calls: 2 } })
})

test('a server that is not there fails with exit 1 and says so', async () => {
  const outcome = await outthink([
    'solve',
    'x',
    ...fakeModel('http://127.0.0.1:9/v1'),
    '--budget-tokens',
    '50000',
  ])
  expect(outcome.code).toBe(1)
  expect(outcome.stderr).toMatch(/Connection error/)
})

test('sweep prints coverage with intervals for three policies, the bill and no overshoot, the same twice', async () => {
  const args = [...sweep, '--budgets', '1,3', '--unit', 'calls-per-prompt', '--orders', '3', '--json']
  const [first, second] = [await outthink(args), await outthink(args)]
  expect(first.code).toBe(0)
  expect(second.stdout).toBe(first.stdout)
  const report = JSON.parse(first.stdout) as {
    points: {
      policies: Record<string, { coverage: number[]; spent: { calls: number }; overshoot: number }>
    }[]
  }
  expect(report.points).toHaveLength(2)
  for (const [index, { policies }] of report.points.entries()) {
    for (const name of ['uniform', 'drop_solved', 'outthink']) {
      const { coverage, spent, overshoot } = policies[name] as (typeof policies)[string]
      const [mean = 0, low = 0, high = 0] = coverage
      expect(low).toBeLessThanOrEqual(mean)
      expect(mean).toBeLessThanOrEqual(high)
      expect(overshoot).toBe(0)
      expect(spent.calls).toBeLessThanOrEqual([200, 600][index] as number)
    }
  }
})

test('sweep prints a table and CSV', async () => {
  const outcome = await outthink([
    ...sweep,
    '--budgets',
    '1',
    '--orders',
    '1',
    '--strategy',
    'self-consistency',
  ])
  expect(outcome.code).toBe(0)
  expect(outcome.stdout).toMatch(/calls-per-prompt +uniform %/)
  expect(outcome.stdout).toMatch(/^unit,budget,policy,coverage/m)
})

test(
  'the demo spends one budget in six ways, never overspends, writes its page, and gives the same twice',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const page = join(folder, 'page.html')
    const args = [
      'demo',
      '--prompts',
      '15',
      '--seed',
      '3',
      '--budget-tokens',
      '6000',
      '--json',
      '--html',
      page,
    ]
    const [first, second] = [await outthink(args), await outthink(args)]
    expect(first).toMatchObject({ code: 0 })
    const report = JSON.parse(first.stdout) as Required<DemoReport>
    expect(report).toMatchObject({ seed: 3, prompts: 15, budget_tokens: 6000 })
    const { small, large } = report.parameters
    expect(large / small).toBeGreaterThan(7)
    expect(report.budget_flops).toBe(2 * small * 6000)
    expect(Object.keys(report.arms)).toEqual(
      expect.arrayContaining(['large_once', 'large', 'uniform', 'drop_solved', 'outthink', 'escalate']),
    )
    for (const [name, arm] of Object.entries(report.arms)) {
      expect(arm.overshoot, name).toBe(0)
      expect(arm.flops, name).toBeLessThanOrEqual(report.budget_flops)
      expect(arm.curve, name).toHaveLength(budgetShares.length)
    }
    expect(report.arms.uniform.flops).toBe(2 * small * report.arms.uniform.tokens)
    expect(report.arms.large.flops).toBe(2 * large * report.arms.large.tokens)
    expect(await readFile(page, 'utf8')).toMatch(/<svg[\s\S]*small or large, outthink/)
    expect({ ...(JSON.parse(second.stdout) as DemoReport), wall_s: 0 }).toEqual({ ...report, wall_s: 0 })
  },
)

test('where the native model cannot load the demo says so in one line and replays its recording; --live exits 4', async () => {
  // A loader that hides the package stands for a machine without it.
  const hide = `data:text/javascript,${encodeURIComponent(
    `import { registerHooks } from 'node:module'; registerHooks({ resolve(name, context, next) { if (name === 'node-llama-cpp') throw new Error('hidden'); return next(name, context) } })`,
  )}`
  const folder = await mkdtemp(join(tmpdir(), 'demo-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const page = join(folder, 'page.html')
  const outcome = await outthink(['demo', '--prompts', '60', '--json', '--live', '--html', page], {
    env: { NODE_OPTIONS: `--import ${hide}` },
  })
  expect(outcome.code).toBe(4)
  expect(outcome.stderr).toMatch(/^The native models were not used .*replayed\.$/m)
  const report = JSON.parse(outcome.stdout) as DemoReport
  expect(report).toMatchObject({ backend: 'replay', prompts: 60 })
  expect(report.arms.outthink.solved).toBeGreaterThan(0)
  expect(report.arms.outthink.overshoot).toBe(0)
})

test('help and an unknown command', async () => {
  expect(await outthink(['--help'])).toMatchObject({ code: 0 })
  expect(await outthink(['nonsense'])).toMatchObject({ code: 2 })
})

test('a judge model scores what the model answers, within the same budget', async () => {
  await using server = await new FakeOpenAI(({ body, number }) =>
    body['model'] === 'critic'
      ? { text: `Score: ${String(body.messages.at(-1)?.content).includes('better') ? 9 : 2}` }
      : { text: number === 1 ? 'worse' : 'better' },
  ).start()
  const args = ['solve', 'Say something.', ...fakeModel(server.url), '--judge-model', 'openai:critic']
  const outcome = await outthink([
    ...args,
    '--verifier',
    'judge',
    '--samples',
    '2',
    '--budget-tokens',
    '200000',
    '--json',
  ])
  expect(outcome.stderr).toMatch(/^chosen: /m)
  expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'chosen', answer: { text: 'better' } })
  expect(new Set(server.requests.map(({ body }) => body['model']))).toEqual(new Set(['fake', 'critic']))
})

test('several verifiers compose by name', async () => {
  await using server = await new FakeOpenAI(({ number }) => ({
    text: number === 1 ? 'It is 8' : '{"value": 7}',
  })).start()
  const args = ['solve', 'x', ...fakeModel(server.url), '--budget-tokens', '90000', '--json']
  const outcome = await outthink([...args, '--verifier', 'any:exact+numeric', '--reference', '8'])
  expect(JSON.parse(outcome.stdout)).toMatchObject({ status: 'verified', answer: { text: 'It is 8' } })
})
