import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { LlamaModel } from '../../src/models/llama.ts'
import { answer, draw, openTiny, textOf } from './llama-tiny.ts'

const model = await openTiny()
const native = test.skipIf(model instanceof Error)
const numbers = [
  'Make 24 from 3 8 1 5.',
  'Make 17 from 2 9 6.',
  'Make 30 from 4 8 2 7 1.',
  'Make 12 from 7 5 3 9.',
]

afterAll(async () => {
  if (model instanceof LlamaModel) await model.close()
})

native(
  '80 samples have the same texts with 1, 4, 16 and 32 of them side by side, three times over',
  { timeout: 120_000 },
  async () => {
    const pairs = Array.from({ length: 80 }, (_, index) => ({
      content: numbers[index % numbers.length] ?? '',
      seed: 1 + Math.floor(index / numbers.length),
      maxOutputTokens: 8,
    }))
    let expected: readonly string[] | undefined
    for (const parallel of [1, 4, 16, 32]) {
      const wide = await openTiny({ parallel })
      for (let round = 0; round < 3; round += 1) {
        const texts = await Promise.all(pairs.map((pair) => textOf(wide, pair)))
        expected ??= texts
        expect(texts).toEqual(expected)
      }
      if (wide instanceof LlamaModel) await wide.close()
    }
    expect(new Set(expected).size).toBeGreaterThan(20)
  },
)

native('whole answers do not depend on what was drawn before or runs beside', async () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8]
  const alone: string[] = []
  for (const seed of seeds) alone.push(await textOf(model, { seed }))
  expect(new Set(alone).size).toBeGreaterThan(2)
  await Promise.all(numbers.map((content) => draw(model, { content })))
  const together = await Promise.all(seeds.toReversed().map((seed) => textOf(model, { seed })))
  expect(together.toReversed()).toEqual(alone)
})

native('a prompt of several blocks gives the same text from any state of a context', async () => {
  const wide = await openTiny({ parallel: 1, contextSize: 512 })
  const story = (length: number) => `${'Ann has 17 pens. Gets 5. '.repeat(length)}How many?`
  const long = { content: story(20), seed: 3, maxOutputTokens: 20 }
  const fresh = await textOf(wide, long)
  for (const before of [1, 12, 19]) {
    await draw(wide, { content: story(before), maxOutputTokens: 5 })
    expect(await textOf(wide, long)).toBe(fresh)
  }
  if (wide instanceof LlamaModel) await wide.close()
})

native('a greedy answer goes on from any of its tokens as it went on itself', async () => {
  for (const content of numbers.slice(0, 2)) {
    const options = { temperature: 0, logprobs: true }
    const whole = await answer(model, { content, options })
    const tokens = tokensOf(whole.raw)
    expect(tokens.join('')).toBe(whole.candidate.text)
    for (let cut = 1; cut <= tokens.length; cut += 4) {
      const partial = tokens.slice(0, cut).join('')
      const rest = await answer(model, {
        messages: [
          { role: 'user', content },
          { role: 'assistant', content: partial },
        ],
        continues: true,
        options,
      })
      expect(partial + rest.candidate.text).toBe(whole.candidate.text)
      expect(rest.usage).toEqual({
        inputTokens: whole.usage.inputTokens + cut,
        outputTokens: whole.usage.outputTokens - cut,
      })
    }
  }
})

native('an answer that was complete already is continued by nothing', async () => {
  const whole = await textOf(model, { options: { temperature: 0 } })
  const messages = [
    { role: 'user', content: 'Make 24 from 3 8 1 5.' },
    { role: 'assistant', content: whole },
  ]
  const rest = await answer(model, { messages, continues: true, options: { temperature: 0 } })
  expect(rest).toMatchObject({ candidate: { text: '', finish: 'stop' }, usage: { outputTokens: 1 } })
})

native('tokens are exact, the cap and the context hold, and log probabilities come along', async () => {
  if (model instanceof Error) return
  const messages = [{ role: 'user', content: 'Make 24 from 3 8 1 5.' }]
  const { tokens, exact } = model.inputTokens({ id: 'p', messages }, messages)
  expect(exact).toBe(true)
  const short = await answer(model, { messages, maxOutputTokens: 4 })
  expect(short).toMatchObject({
    candidate: { finish: 'length' },
    usage: { inputTokens: tokens, outputTokens: 4 },
  })
  expect(short.candidate.meanLogprob).toBeLessThan(0)
  expect(model.profile.parameters).toBeGreaterThan(100_000)
  const narrow = await openTiny({ parallel: 1, contextSize: tokens + 3 })
  const cut = await answer(narrow, { messages })
  expect(cut.candidate.finish).toBe('length')
  expect(cut.usage.inputTokens + cut.usage.outputTokens).toBe(
    narrow instanceof LlamaModel ? narrow.profile.contextWindow : 0,
  )
  if (narrow instanceof LlamaModel) await narrow.close()
})

native(
  'an abort in mid-generation frees the context within a token and bills what was generated',
  async () => {
    if (model instanceof Error) return
    // A text that does not end by itself, and a signal that aborts at the twentieth look at it.
    const options = { grammar: 'root ::= [a-z]{220}' }
    let looks = 0
    let running = 0
    const signal = {
      get aborted() {
        looks += 1
        if (looks === 10) running = 4 - model.free
        return looks >= 20
      },
    } as AbortSignal
    const sample = await draw(model, { options, signal, maxOutputTokens: 200 })
    expect(running).toBe(1)
    expect(model.free).toBe(4)
    expect(sample).toMatchObject({ kind: 'failed', code: 'cancelled', retryable: false })
    expect(sample.usage?.inputTokens).toBeGreaterThan(0)
    expect(sample.usage?.outputTokens).toBeGreaterThan(10)
    expect(sample.usage?.outputTokens).toBeLessThanOrEqual(20)
  },
)

native(
  'a sample that waits for a context leaves the line when it is aborted, and costs nothing',
  async () => {
    const running = Array.from({ length: 4 }, (_, seed) => draw(model, { seed }))
    const controller = new AbortController()
    const waiting = draw(model, { signal: controller.signal })
    controller.abort()
    expect(await waiting).toMatchObject({
      code: 'cancelled',
      usage: { inputTokens: 0, outputTokens: 0 },
    })
    for (const sample of await Promise.all(running)) expect(sample.kind).toBe('answered')
  },
)

native('closing ends what runs and what waits, and a closed model says so', async () => {
  const closing = await openTiny({ parallel: 1 })
  const options = { grammar: 'root ::= [a-z]{220}' }
  const drawing = [1, 2].map((seed) => draw(closing, { options, seed, maxOutputTokens: 200 }))
  await pause(20)
  if (closing instanceof LlamaModel) await Promise.all([closing.close(), closing.close()])
  for (const sample of await Promise.all(drawing)) {
    expect(sample).toMatchObject({ kind: 'failed', code: 'unavailable' })
  }
  expect(await draw(closing)).toMatchObject({ kind: 'failed', code: 'unavailable' })
})

native('500 samples in a row leave no memory and no context behind', { timeout: 60_000 }, async () => {
  if (model instanceof Error) return
  const many = async (count: number) => {
    for (let seed = 0; seed < count; seed += 1) {
      const content = numbers[seed % numbers.length] ?? ''
      await draw(model, { content, seed, maxOutputTokens: 5, options: { grammar: 'root ::= [0-9+*/=| -]+' } })
    }
  }
  await many(150)
  const before = process.memoryUsage.rss()
  await many(500)
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20
  expect(grown).toBeLessThan(40)
  expect(model.free).toBe(4)
})

function tokensOf(raw: unknown): readonly string[] {
  const { choices } = raw as {
    readonly choices: readonly { readonly logprobs: { readonly content: readonly { token: string }[] } }[]
  }
  return choices.flatMap(({ logprobs }) => logprobs.content.map(({ token }) => token))
}
