import { afterAll, expect, test } from 'vitest'
import type { Message } from '../../src/contract.ts'
import { LlamaValueModel, type LlamaValueOptions } from '../../src/models/llama-value.ts'
import { openModel } from '../../src/models/open-model.ts'
import { processReward } from '../../verifiers/process-reward.ts'
import { answer, draw, tinyFile } from './llama-tiny.ts'

// No value model: what stands after a line, "8" or "1", is as good as any pair of tokens to see the mechanics.
const model = await open()
const native = test.skipIf(model instanceof Error)
const user = { role: 'user', content: 'Make 24 from 3 8 1 5.' }
const lines = ['8-5=3 | 3 1 3', '3*3=9 | 1 9', '9+1=10 | 10']

afterAll(async () => {
  if (model instanceof LlamaValueModel) await model.close()
})

async function open(options: Partial<LlamaValueOptions> = {}): Promise<LlamaValueModel | Error> {
  const tokens = { goodToken: '8', badToken: '1', file: tinyFile, contextSize: 256, ...options }
  return await LlamaValueModel.open(tokens).catch((cause: unknown) => cause as Error)
}

async function values(content: string, prompt: readonly Message[] = [user]): Promise<readonly number[]> {
  const messages = [...prompt, { role: 'assistant', content }]
  return JSON.parse((await answer(model, { messages })).candidate.text) as readonly number[]
}

native(
  'there is one value a line, each a probability, and each depends on nothing that comes after',
  async () => {
    const all = await values(`${lines.join('\n')}\n`)
    expect(all).toHaveLength(3)
    for (const value of all) {
      expect(value).toBeGreaterThan(0)
      expect(value).toBeLessThan(1)
    }
    expect(new Set(all).size).toBe(3)
    for (const [index, value] of all.entries()) {
      const upToHere = await values(lines.slice(0, index + 1).join('\n') + '\n')
      expect(upToHere).toHaveLength(index + 1)
      expect(upToHere.at(-1)).toBeCloseTo(value, 4)
    }
  },
)

native('a value is what the model gives the two tokens there', async () => {
  if (model instanceof Error) return
  const swapped = await open({ goodToken: '1', badToken: '8' })
  const content = `${lines[0]}\n`
  const [value = 0] = await values(content)
  const messages = [user, { role: 'assistant', content }]
  const other = await answer(swapped, { messages })
  expect((JSON.parse(other.candidate.text) as readonly number[])[0]).toBeCloseTo(1 - value, 6)
  if (swapped instanceof LlamaValueModel) await swapped.close()
})

native('a last line without a newline is scored at its end, and blank lines are no lines', async () => {
  expect(await values(lines.join('\n'))).toHaveLength(3)
  expect(await values(`${lines[0]}\n\n  \n${lines[1]}\n`)).toHaveLength(2)
  const [first] = await values(lines[0] ?? '')
  const [ended] = await values(`${lines[0]}\n`)
  expect(first).not.toBeCloseTo(ended ?? 0, 6)
})

native(
  'nothing is generated: usage is exactly the tokens of the conversation and the scratchpad',
  async () => {
    if (model instanceof Error) return
    const messages = [user, { role: 'assistant', content: lines.join('\n') }]
    const { tokens, exact } = model.inputTokens({ id: 'p', messages }, messages)
    expect(exact).toBe(true)
    expect((await answer(model, { messages })).usage).toEqual({ inputTokens: tokens, outputTokens: 0 })
    const [head, ...rest] = messages
    expect(tokens).toBeGreaterThan(
      model.inputTokens({ id: 'p', messages }, [head ?? user, ...rest].slice(0, 1)).tokens,
    )
  },
)

native('the same scratchpad has the same values, alone and beside others', async () => {
  const texts = [1, 2, 3].map((count) => `${lines.slice(0, count).join('\n')}\n`)
  const alone: (readonly number[])[] = []
  for (const text of texts) alone.push(await values(text))
  await values('5+1=6 | 3 8 6\n', [{ role: 'user', content: 'Make 17 from 2 9 6.' }])
  const together = await Promise.all([...texts, ...texts, ...texts].map((text) => values(text)))
  expect(together).toEqual([...alone, ...alone, ...alone])
})

native('the process-reward verifier reads them, one a step', async () => {
  const verifier = processReward({ marker: '\n', delimiter: '\n' })
  const candidate = { text: lines.join('\n'), finish: 'stop' as const }
  const subject = { candidate, messages: [user] }
  const [question] = verifier.ask(subject)
  const reply = await answer(model, { messages: question?.messages ?? [] })
  const verdict = verifier.read([{ text: reply.candidate.text }], subject)
  expect(verdict).toMatchObject({ kind: 'scored', stepScores: await values(`${lines.join('\n')}\n`) })
})

native('a scratchpad longer than a block, one too long, none at all, and an abort', async () => {
  const wide = await open({ contextSize: 512, parallel: 1 })
  const messages = (count: number) => [user, { role: 'assistant', content: '8-5=3 | 3 1 3\n'.repeat(count) }]
  const long = await answer(wide, { messages: messages(24) })
  expect(long.usage.inputTokens).toBeGreaterThan(300)
  expect(JSON.parse(long.candidate.text)).toHaveLength(24)
  expect(await draw(wide, { messages: messages(60) })).toMatchObject({ code: 'rejected' })
  expect(await draw(wide, { messages: [user] })).toMatchObject({ code: 'rejected' })
  expect(await draw(wide, { messages: messages(0) })).toMatchObject({ code: 'rejected' })
  const signal = AbortSignal.abort()
  expect(await draw(wide, { messages: messages(3), signal })).toMatchObject({ code: 'cancelled' })
  if (wide instanceof LlamaValueModel) await wide.close()
  expect(await draw(wide, { messages: messages(3) })).toMatchObject({ code: 'unavailable' })
})

native('it only judges', () => {
  if (model instanceof Error) return
  expect(model.profile).toMatchObject({ kinds: ['judge'], maxOutputTokens: 1 })
})

native('a file without one of the two tokens is no value model, and the error says so', async () => {
  expect(await open({ badToken: '<|absent|>' })).toMatchObject({
    code: 'bad-argument',
    message: expect.stringContaining('has no token <|absent|>') as string,
  })
})

native('it is opened by name', async () => {
  await expect(openModel('llama-value:no/such.gguf')).rejects.toMatchObject({
    code: 'bad-argument',
    message: 'there is no model file no/such.gguf',
  })
})
