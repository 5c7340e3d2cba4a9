import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { recordings } from '../../src/demo/asset.ts'
import type { DemoReport } from '../../src/demo/demo.ts'
import { FakeOpenAI } from '../models/fake-openai.ts'
import { outthink } from './outthink.ts'

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'demo-'))
  onTestFinished(() => rm(made, { recursive: true }))
  return made
}

/** The recordings of the shipped pair on all tasks as one recording, so that runs take seconds. */
async function recordedPair(): Promise<readonly string[]> {
  const all = await folder()
  for (const task of ['countdown', 'story', 'constraints']) {
    for (const name of ['problems.jsonl', 'samples.small.jsonl.gz', 'samples.large.jsonl.gz'])
      await appendFile(join(all, name), await readFile(join(recordings(), task, name)))
  }
  return [
    '--model',
    `replay:${all}#small`,
    '--params',
    '168384',
    '--model',
    `replay:${all}#large`,
    '--params',
    '1259136',
  ]
}

async function demo(args: readonly string[], page?: string) {
  const html = page ?? join(await folder(), 'page.html')
  return outthink(['demo', '--html', html, ...args])
}

/** For servers that know nothing: three problems. */
const short = ['--max-output-tokens', '50', '--prompts', '3', '--budget-tokens', '3000']
const few = ['--prompts', '15', '--budget-tokens', '4000']
const server = (url: string) => ['--base-url', url, '--model', 'openai:tiny', '--model', 'openai:big']

// Several runs of the demo each: seconds, but not on a busy machine.
const several = { timeout: 120_000 }

test('another strategy runs in the outthink ways alone; table, page and JSON name it', several, async () => {
  const pair = await recordedPair()
  const page = join(await folder(), 'page.html')
  const [other, plain, table] = await Promise.all([
    demo([...pair, ...few, '--strategy', 'self-consistency', '--json'], page),
    demo([...pair, ...few, '--json']),
    demo([...pair, ...few, '--strategy', 'best-of-n', '--strategy-options', '{"samples":2}']),
  ])
  const [report, usual] = [other, plain].map(({ stdout }) => JSON.parse(stdout) as DemoReport)
  expect(report?.strategy).toBe('self-consistency')
  expect(usual?.strategy).toBeUndefined()
  for (const rival of ['large_once', 'uniform', 'drop_solved'] as const)
    expect(report?.arms[rival]).toEqual(usual?.arms[rival])
  expect(report?.arms.outthink).not.toEqual(usual?.arms.outthink)
  // Votes prove nothing: what counts is whether the answer they chose is right.
  expect(report?.arms.outthink.solved).toBeGreaterThan(0)
  expect(await readFile(page, 'utf8')).toMatch(/<text[^>]*>small, outthink \(self-consistency\)</)
  expect(table.stdout).toMatch(/^small, outthink \(best-of-n\) +\d+ of 15/m)
  expect(table.stdout).toMatch(/^small, drop-solved round robin +\d+ of 15/m)
  expect(table.stdout).toMatch(/ran the strategy best-of-n \{"samples":2\}/)
})

test('what the outthink way learned is kept, and the next run begins with it', several, async () => {
  const pair = await recordedPair()
  const file = join(await folder(), 'learned.json')
  const args = [...pair, ...few, '--difficulty', file, '--json']
  const first = await demo(args)
  const kept = JSON.parse(await readFile(file, 'utf8')) as { outcomes: unknown[]; menu: object }
  const second = await demo(args)
  const plain = await demo([...pair, ...few, '--json'])
  const [one, two, none] = [first, second, plain].map(({ stdout }) => JSON.parse(stdout) as DemoReport)
  expect(one?.difficulty).toEqual({ file, outcomes: 0 })
  expect(kept.outcomes.length).toBeGreaterThan(0)
  expect(Object.keys(kept)).toContain('menu')
  expect(two?.difficulty).toEqual({ file, outcomes: kept.outcomes.length })
  expect(one?.arms).toEqual(none?.arms)
  expect(two?.arms.drop_solved).toEqual(none?.arms.drop_solved)
  expect(two?.arms.escalate).toEqual(none?.arms.escalate)
})

test(
  'two models of a server take the place of the shipped pair, billed by their parameters',
  several,
  async () => {
    await using fake = await new FakeOpenAI(({ body }) => ({
      text: body['model'] === 'big' ? '152' : 'no idea',
    })).start()
    const outcome = await demo([
      ...server(fake.url),
      '--params',
      '1000000',
      '--params',
      '9000000',
      ...short,
      '--json',
    ])
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 })
    const report = JSON.parse(outcome.stdout) as DemoReport
    expect(report).toMatchObject({
      backend: 'live',
      model: ['openai:tiny', 'openai:big'],
      budget_flops: 2 * 1_000_000 * 3000,
      parameters: { small: 1_000_000, large: 9_000_000 },
    })
    expect(report.arms.uniform.flops).toBe(2 * 1_000_000 * report.arms.uniform.tokens)
    expect(report.arms.large.flops).toBe(2 * 9_000_000 * report.arms.large.tokens)
    expect(report.arms.uniform.tokens).toBeGreaterThan(0)
    for (const arm of Object.values(report.arms)) expect(arm.overshoot).toBe(0)
    expect(new Set(fake.requests.map(({ body }) => body['model']))).toEqual(new Set(['tiny', 'big']))
  },
)

test('with prices the budget is in dollars, in page, table and JSON', several, async () => {
  await using fake = await new FakeOpenAI(() => ({ text: 'no idea' })).start()
  const page = join(await folder(), 'page.html')
  const args = [...server(fake.url), '--price', '0.1,0.3', '--price', '1,3', ...short]
  const report = JSON.parse((await demo([...args, '--json'])).stdout) as DemoReport
  expect(report.budget_usd).toBeCloseTo((3000 * 0.3) / 1e6, 12)
  expect(report.budget_flops).toBeUndefined()
  const { usd = 0, samples, overshoot } = report.arms.uniform
  // The server bills 12 tokens in and 6 out.
  expect(usd).toBeCloseTo((samples * (12 * 0.1 + 6 * 0.3)) / 1e6, 12)
  expect(usd).toBeGreaterThan(0)
  expect(overshoot).toBe(0)
  expect((await demo(args, page)).stdout).toMatch(/level 3 +usd +tokens[\s\S]*At equal dollars/)
  expect(await readFile(page, 'utf8')).toMatch(/\$0\.000900[\s\S]*compute spent, usd/)
})

test('a server that is not there: exit 1, its error, and neither page nor table', several, async () => {
  const args = [...server('http://127.0.0.1:9/v1'), '--params', '1000000', '--params', '2000000']
  const outcome = await demo([...args, '--prompts', '1', '--budget-tokens', '2000'])
  expect(outcome).toMatchObject({ code: 1, stdout: '' })
  expect(outcome.stderr).toMatch(/calls of tiny failed, the last one so: Connection error/)
})

test.each([
  ['one model', ['--model', 'openai:tiny'], /--model is given once\nGive --model twice/],
  ['prices of the shipped pair', ['--price', '1,1'], /--price says .* --model is not\n.*leave --price out/],
  ['a server of the shipped pair', ['--base-url', 'http://x'], /--base-url says/],
  [
    'a model of unknown size',
    [...server('http://127.0.0.1:9/v1'), '--params', '9'],
    /"big" has no parameter count\nGive --params for each --model/,
  ],
  [
    'a model of unknown price',
    [...server('http://127.0.0.1:9/v1'), '--price', '1,1'],
    /"big" has no price\nGive --price for each --model/,
  ],
  [
    'a free model',
    [...server('http://127.0.0.1:9/v1'), '--price', '0,0', '--price', '1,1'],
    /"tiny" is free.*\nGive it an output price/,
  ],
  [
    'a recording of other problems',
    [
      '--model',
      `replay:${join(recordings(), 'story')}#small`,
      '--params',
      '1',
      '--model',
      `replay:${join(recordings(), 'story')}#large`,
      '--params',
      '2',
    ],
    /the recording of "small" has no sample of the problem .*\n.*sweep takes any/,
  ],
  ['a search without a guide', ['--strategy', 'beam'], /process reward, and there is none\n.*--guide-model/],
  ['an unknown strategy', ['--strategy', 'luck'], /no strategy "luck"\nUse one of best-of-n/],
] as const)('%s is refused with what to do', async (_, args, message) => {
  const outcome = await demo([...args, '--prompts', '3'])
  expect(outcome).toMatchObject({ code: 2, stdout: '' })
  expect(outcome.stderr).toMatch(message)
})
