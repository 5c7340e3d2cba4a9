import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordings } from '../../src/demo/asset.ts'
import { readProblems } from '../../src/models/recording.ts'
import { FakeOpenAI } from '../models/fake-openai.ts'
import { fakeModel } from './fake-model.ts'
import { outthink } from './outthink.ts'

const recording = join(recordings(), 'countdown')
const model = `replay:${recording}#small`
const directory = await mkdtemp(join(tmpdir(), 'batch-'))
const problems = (await readProblems(join(recording, 'problems.jsonl'))).filter(
  // Eight of each level.
  (_, index) => index % 5 === 0,
)

let files = 0
async function file(content: string): Promise<string> {
  files += 1
  const path = join(directory, `in-${files}.jsonl`)
  await writeFile(path, content)
  return path
}

const line = (id: string, content: string, outthinkField: object = {}) =>
  JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'tiny', messages: [{ role: 'user', content }] },
    outthink: outthinkField,
  })

const whole = `${problems.map(({ id, prompt, meta }) => line(id, prompt ?? '', { task: 'countdown', meta })).join('\n')}\n`

async function batch(input: string, out: string, extra: readonly string[] = []) {
  return outthink([
    'batch',
    input,
    '--out',
    out,
    '--model',
    model,
    '--verifier',
    'countdown',
    '--json',
    ...extra,
  ])
}

test('a batch on a recording: one JSON object, a bill that holds, and the same bytes for the same seed', async () => {
  const input = await file(whole)
  const [first, second, other] = [
    join(directory, 'a.jsonl'),
    join(directory, 'b.jsonl'),
    join(directory, 'c.jsonl'),
  ]
  const outcome = await batch(input, first, ['--budget-tokens', '9000', '--concurrency', '32', '--seed', '4'])
  expect(outcome.code).toBe(3)
  const report = JSON.parse(outcome.stdout) as Record<string, number> & { spent: { tokens: number } }
  expect(report).toMatchObject({ prompts: 40, failed: 0, chosen: 0, reserved: 0, overshoot: 0, seed: 4 })
  expect((report['verified'] as number) + (report['exhausted'] as number)).toBe(40)
  expect(report.spent.tokens).toBeLessThanOrEqual(9000)
  await batch(input, second, ['--budget-tokens', '9000', '--concurrency', '32', '--seed', '4'])
  await batch(input, other, ['--budget-tokens', '9000', '--concurrency', '32', '--seed', '5'])
  const bytes = await readFile(first, 'utf8')
  expect(await readFile(second, 'utf8')).toBe(bytes)
  expect(await readFile(other, 'utf8')).not.toBe(bytes)
  const lines = bytes
    .trim()
    .split('\n')
    .map(
      (each) =>
        JSON.parse(each) as { custom_id: string; outthink: { status: string; usage: { tokens: number } } },
    )
  expect(lines.reduce((sum, each) => sum + each.outthink.usage.tokens, 0)).toBe(report.spent.tokens)
  expect(await readdir(directory)).not.toContain('a.jsonl.partial')
})

test('with faults injected the run completes, no error text is an answer, and the ledger closes', async () => {
  const input = await file(whole)
  const out = join(directory, 'faults.jsonl')
  const outcome = await batch(input, out, [
    '--budget-tokens',
    '40000',
    '--concurrency',
    '32',
    '--replay-faults',
    '429=0.05,500=0.02,hang=0.01,empty=0.01',
  ])
  expect([0, 3]).toContain(outcome.code)
  expect(JSON.parse(outcome.stdout)).toMatchObject({ prompts: 40, failed: 0, reserved: 0, overshoot: 0 })
  for (const each of (await readFile(out, 'utf8')).trim().split('\n')) {
    const { response } = JSON.parse(each) as {
      response: { body: { choices: { message: { content: string } }[] } } | null
    }
    expect(response?.body.choices[0]?.message.content ?? '').not.toMatch(/429|500|Error|never answered|empty/)
  }
})

test('what one batch learns about difficulty serves the next', async () => {
  const [first, second] = [await file(whole), await file(whole)]
  const learned = join(directory, 'difficulty.json')
  const train = await batch(first, join(directory, 'train.jsonl'), [
    '--budget-tokens',
    '12000',
    '--difficulty',
    learned,
  ])
  const { outcomes } = JSON.parse(await readFile(learned, 'utf8')) as { outcomes: unknown[] }
  expect(outcomes).toHaveLength(40)
  const outcome = await batch(second, join(directory, 'serve.jsonl'), [
    '--budget-tokens',
    '12000',
    '--difficulty',
    learned,
  ])
  expect([0, 3]).toContain(train.code)
  expect([0, 3]).toContain(outcome.code)
  await writeFile(learned, '{"version":99}')
  expect(
    await batch(first, join(directory, 'no.jsonl'), ['--budget-tokens', '99', '--difficulty', learned]),
  ).toMatchObject({ code: 2 })
})

const bad: [name: string, content: string, message: RegExp][] = [
  ['an empty file', '', /has no lines/],
  ['a line that is not JSON', `${line('a', 'x')}\nnot json\n`, /in-\d+\.jsonl:2: this is not JSON/],
  [
    'a torn last line',
    `${line('a', 'x')}\n${line('b', 'x').slice(0, 30)}`,
    /:2: this is not JSON.*was the file cut off/,
  ],
  [
    'a custom_id used twice',
    `${line('a', 'x')}\n${line('a', 'y')}\n`,
    /:2: the custom_id "a" was used in line 1/,
  ],
  ['a line without messages', '{"custom_id":"a","body":{}}\n', /:1: body\.messages/],
  [
    'another URL',
    '{"custom_id":"a","url":"/v1/embeddings","body":{"messages":[{"role":"user"}]}}\n',
    /:1: url/,
  ],
]
test.each(bad)(
  '%s is named by file and line, exit 2, and nothing is written',
  async (_name, content, message) => {
    const out = join(directory, 'never.jsonl')
    const outcome = await batch(await file(content), out, ['--budget-tokens', '100'])
    expect(outcome.code).toBe(2)
    expect(outcome.stderr).toMatch(message)
    expect(outcome.stdout).toBe('')
    expect(await readdir(directory)).not.toContain('never.jsonl')
  },
)

const wrong: [name: string, args: string[], message: RegExp][] = [
  ['a budget of zero', ['--budget-tokens', '0'], /tokens is 0/],
  ['a negative budget', ['--budget-tokens=-5'], /tokens is -5/],
  ['a budget that is no number', ['--budget-tokens', 'many'], /tokens is not a number/],
  ['no budget', [], /there is no budget/],
  [
    'a verifier that is unknown',
    ['--budget-tokens', '100', '--verifier', 'nope'],
    /there is no verifier "nope"/,
  ],
  [
    'a strategy that is unknown',
    ['--budget-tokens', '100', '--strategy', 'nope'],
    /there is no strategy "nope"/,
  ],
  ['a model that is none', ['--budget-tokens', '100', '--model', 'nope'], /"nope" is no model/],
  [
    'a recorded model that is not there',
    ['--budget-tokens', '100', '--model', `replay:${recording}#nope`],
    /no samples of "nope"/,
  ],
  ['dollars without a price', ['--budget-usd', '1'], /has no price/],
]
test.each(wrong)('%s is a clear message, exit 2', async (_name, args, message) => {
  const outcome = await batch(await file(`${line('a', 'x')}\n`), join(directory, 'never.jsonl'), args)
  expect(outcome.stderr).toMatch(message)
  expect(outcome.code).toBe(2)
})

test('an output that cannot be written is found out before anything is spent', async () => {
  const outcome = await batch(await file(whole), join(directory, 'no/such/folder/out.jsonl'), [
    '--budget-tokens',
    '100',
  ])
  expect(outcome.code).toBe(2)
  expect(outcome.stderr).toMatch(/cannot be written/)
})

test('one prompt that the recording does not have fails with file and line; the others are solved; an old output is replaced only then', async () => {
  const input = await file(`${line('stranger', 'Make 1 from 2.')}\n${whole}`)
  const out = join(directory, 'partly.jsonl')
  await writeFile(out, 'what was there before\n')
  const outcome = await batch(input, out, ['--budget-tokens', '40000'])
  expect(outcome.code).toBe(2)
  expect(outcome.stderr).toMatch(/in-\d+\.jsonl:1: "stranger" failed: the model has no more samples/)
  const report = JSON.parse(outcome.stdout) as { failed: number; verified: number }
  expect(report.failed).toBe(1)
  expect(report.verified).toBeGreaterThan(10)
  expect((await readFile(out, 'utf8')).trim().split('\n')).toHaveLength(41)
})

test('prompts over the model’s context fail alone, with file and line', async () => {
  const outcome = await batch(await file(whole), join(directory, 'long.jsonl'), [
    '--budget-tokens',
    '9000',
    '--context',
    '18',
  ])
  expect(outcome.code).toBe(2)
  expect(outcome.stderr).toMatch(
    /in-\d+\.jsonl:\d+: "countdown\/\d\/\d+" failed: the prompt has \d+ tokens, the context window of small \d+/,
  )
  const { failed, verified, exhausted } = JSON.parse(outcome.stdout) as Record<string, number>
  expect(failed).toBeGreaterThan(5)
  expect((verified ?? 0) + (exhausted ?? 0) + (failed ?? 0)).toBe(40)
})

test('Ctrl-C keeps what was finished and exits 130', async () => {
  let served = 0
  await using server = await new FakeOpenAI(() => {
    served += 1
    return served > 5 ? 'hang' : { text: 'anything' }
  }).start()
  const input = await file(
    Array.from({ length: 30 }, (_, index) => `${line(`p${index}`, 'question')}\n`).join(''),
  )
  const out = join(directory, 'interrupted.jsonl')
  const running = outthink(
    [
      'batch',
      input,
      '--out',
      out,
      ...fakeModel(server.url),
      '--strategy',
      'best-of-n',
      '--verifier',
      'numeric',
      '--budget-calls',
      '1000',
      '--concurrency',
      '8',
      '--json',
    ],
    { interruptOn: /Solving 30 prompts/ },
  )
  const outcome = await running
  expect(outcome.code).toBe(130)
  expect(JSON.parse(outcome.stdout)).toMatchObject({ prompts: 30, reserved: 0, overshoot: 0 })
  expect(
    (await readFile(out, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .every((each) => JSON.parse(each)),
  ).toBe(true)
})
