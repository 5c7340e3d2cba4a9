import { afterAll, expect, test } from 'vitest'
import { LlamaModel } from '../../src/models/llama.ts'
import { answer, draw, openTiny, textOf } from './llama-tiny.ts'

const model = await openTiny()
const native = test.skipIf(model instanceof Error)

afterAll(async () => {
  if (model instanceof LlamaModel) await model.close()
})

native('a delimiter of the step ends an unfinished answer, and the text is without it', async () => {
  const options = { temperature: 0 }
  const whole = await textOf(model, { options })
  const [line = ''] = whole.split('\n')
  const cut = await answer(model, { options, stop: ['\n'] })
  expect(cut).toMatchObject({ candidate: { text: line, finish: 'stop' }, stoppedAt: '\n' })
  expect(cut.usage.outputTokens).toBeLessThan((await answer(model, { options })).usage.outputTokens)
  const rest = await textOf(model, {
    options,
    messages: [
      { role: 'user', content: 'Make 24 from 3 8 1 5.' },
      { role: 'assistant', content: `${line}\n` },
    ],
    continues: true,
  })
  expect(`${line}\n${rest}`).toBe(whole)
})

native('the caller’s own stop ends a finished answer, also where it spans several tokens', async () => {
  const whole = await textOf(model, { options: { temperature: 0 } })
  const stop = whole.slice(4, 9)
  const options = { temperature: 0, stop: [stop, 'never'], logprobs: true }
  const cut = await answer(model, { options, stop: ['never'] })
  expect(cut.candidate).toMatchObject({ text: whole.slice(0, whole.indexOf(stop)), finish: 'stop' })
  expect(cut.stoppedAt).toBeUndefined()
  expect(spelled(cut.raw).join('')).toBe(cut.candidate.text)
  expect(spelled(cut.raw).length).toBeLessThan(cut.usage.outputTokens)
  const both = await answer(model, { options: { temperature: 0, stop: '\n' }, stop: ['\n'] })
  expect(both.candidate.text).toBe(whole.split('\n')[0])
  expect(both.stoppedAt).toBeUndefined()
})

native('the first of several stops counts', async () => {
  const whole = await textOf(model, { options: { temperature: 0 } })
  const cut = await answer(model, { options: { temperature: 0 }, stop: ['\n', '='] })
  expect(cut).toMatchObject({ candidate: { text: whole.split('=')[0] }, stoppedAt: '=' })
})

native(
  'temperature 0, top_k 1, a tiny top_p and min_p 1 are all greedy, and the seed is without effect',
  async () => {
    const greedy = await textOf(model, { options: { temperature: 0 } })
    for (const options of [{ top_k: 1 }, { top_p: 0.000_1 }, { min_p: 1 }]) {
      for (const seed of [1, 2]) {
        expect(await textOf(model, { options: { temperature: 1.5, ...options }, seed })).toBe(greedy)
      }
    }
    const hot = await Promise.all(
      [1, 2, 3].map((seed) => textOf(model, { options: { temperature: 2 }, seed })),
    )
    expect(new Set(hot).size).toBe(3)
  },
)

native(
  'the caller’s seed holds where the step has none, and negative ones are seeds like others',
  async () => {
    const seeded = (seed: number) => textOf(model, { options: { seed, temperature: 2 } })
    expect(await seeded(7)).toBe(await textOf(model, { options: { temperature: 2 }, seed: 7 }))
    expect(await seeded(-1)).toBe(await seeded(-1))
    expect(await seeded(-1)).not.toBe(await seeded(-2))
  },
)

native('log probabilities come in the OpenAI shape when asked for, one a token of the text', async () => {
  const options = { logprobs: true, top_logprobs: 3, temperature: 1 }
  const sample = await answer(model, { options, seed: 4 })
  const content = entriesOf(sample.raw)
  expect(sample.raw).toMatchObject({ choices: [{ message: { content: sample.candidate.text } }] })
  expect(spelled(sample.raw).join('')).toBe(sample.candidate.text)
  // The end token is generated and billed, and is not in the text.
  expect(content).toHaveLength(sample.usage.outputTokens - 1)
  for (const { logprob, bytes, token, top_logprobs: top } of content) {
    expect(logprob).toBeLessThanOrEqual(0)
    expect(Buffer.from(bytes).toString()).toBe(token)
    expect(top).toHaveLength(3)
    expect(top[0]?.logprob).toBeGreaterThanOrEqual(logprob)
    expect(top.reduce((sum, other) => sum + Math.exp(other.logprob), 0)).toBeLessThan(1.000_01)
  }
  expect((await answer(model)).raw).toBeUndefined()
  expect((await answer(model, { options: { ...options, top_logprobs: 0 }, seed: 4 })).candidate).toEqual(
    sample.candidate,
  )
})

native('what this backend has not is refused with what to do instead, at no cost', async () => {
  const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ tools: [{ type: 'function', function: { name: 'f' } }] }, /has no tools\. Leave tools out/],
    [{ frequency_penalty: 0.5 }, /has no frequency_penalty\. Leave/],
    [{ logit_bias: { 50: -100 } }, /has no logit_bias\. Leave/],
    [{ temperature: -1 }, /temperature is -1\. Give a number of at least 0/],
    [{ top_p: 1.5 }, /top_p is 1\.5\. Give a number from 0 to 1/],
    [{ stop: [''] }, /stop is \[""\]\. Give/],
    [{ response_format: { type: 'xml' } }, /response_format is "xml"\. Give/],
    [{ grammar: 'this is none' }, /cannot read the grammar \(.+\)\. Give/],
    [{ grammar: 'root ::= "a"', response_format: { type: 'json_object' } }, /both given\. Give one/],
  ]
  for (const [options, message] of refused) {
    expect(await draw(model, { options })).toMatchObject({
      kind: 'failed',
      code: 'rejected',
      retryable: false,
      message: expect.stringMatching(message) as string,
      usage: { inputTokens: 0, outputTokens: 0 },
    })
  }
})

native('options that ask for nothing, and those that change nothing, are ignored', async () => {
  const options = {
    tools: [],
    frequency_penalty: 0,
    presence_penalty: null,
    logit_bias: {},
    repetition_penalty: 1,
    user: 'u',
    n: 1,
    response_format: { type: 'text' },
    temperature: 0,
  }
  expect(await textOf(model, { options })).toBe(await textOf(model, { options: { temperature: 0 } }))
})

native('messages that it cannot read, and prompts that do not fit, are refused with what to do', async () => {
  const user = { role: 'user', content: 'Make 24 from 3 8 1 5.' }
  const image = { type: 'image_url', image_url: { url: 'data:' } }
  const refused = [
    [{ messages: [{ role: 'user', content: [image] }] }, /reads text only\. Leave out/],
    [{ messages: [user, { role: 'tool', content: '1' }] }, /no "tool" messages\. Leave/],
    [{ messages: [user], continues: true }, /no partial answer to continue/],
    [{ content: 'Ann has 17 pens. '.repeat(60) }, /tokens, and the context 256\. Shorten it, or/],
  ] as const
  for (const [how, message] of refused) {
    const sample = await draw(model, how)
    expect(sample).toMatchObject({ kind: 'failed', code: 'rejected', retryable: false })
    expect(sample).toHaveProperty('message', expect.stringMatching(message))
  }
})

interface Entry {
  readonly token: string
  readonly logprob: number
  readonly bytes: readonly number[]
  readonly top_logprobs: readonly { readonly token: string; readonly logprob: number }[]
}

function entriesOf(raw: unknown): readonly Entry[] {
  const { choices } = raw as {
    readonly choices: readonly { readonly logprobs: { readonly content: readonly Entry[] } }[]
  }
  return choices.flatMap(({ logprobs }) => logprobs.content)
}

function spelled(raw: unknown): readonly string[] {
  return entriesOf(raw).map(({ token }) => token)
}
