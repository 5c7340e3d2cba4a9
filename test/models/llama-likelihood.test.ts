import { afterAll, expect, test } from 'vitest'
import { LlamaLikelihoodModel } from '../../src/models/llama-likelihood.ts'
import { LlamaModel } from '../../src/models/llama.ts'
import { openModel } from '../../src/models/open-model.ts'
import { processReward } from '../../verifiers/process-reward.ts'
import { answer, tinyFile } from './llama-tiny.ts'

const options = { file: tinyFile, contextSize: 256 }
const reader = await LlamaLikelihoodModel.open(options).catch((cause: unknown) => cause as Error)
const writer = await LlamaModel.open(options).catch((cause: unknown) => cause as Error)
const native = test.skipIf(reader instanceof Error || writer instanceof Error)
const user = { role: 'user', content: 'Make 24 from 3 8 1 5.' }

afterAll(async () => {
  if (reader instanceof LlamaLikelihoodModel) await reader.close()
  if (writer instanceof LlamaModel) await writer.close()
})

async function likelihoods(content: string): Promise<readonly number[]> {
  const messages = [user, { role: 'assistant', content }]
  return JSON.parse((await answer(reader, { messages })).candidate.text) as readonly number[]
}

native('a line is as likely as its writer says, token by token', async () => {
  const written = await answer(writer, { messages: [user], options: { temperature: 0 }, maxOutputTokens: 3 })
  const { text, meanLogprob = 0 } = written.candidate
  expect(text.length).toBeGreaterThan(0)
  const [read = 0] = await likelihoods(text)
  expect(Math.log(read)).toBeCloseTo(meanLogprob * written.usage.outputTokens, 3)
})

native('the continuations of a line are no likelier together than the line itself', async () => {
  const [line = 0] = await likelihoods('8-5=')
  const longer = await Promise.all(
    Array.from({ length: 10 }, async (_, digit) => (await likelihoods(`8-5=${digit}`))[0] ?? 0),
  )
  const sum = longer.reduce((total, each) => total + each, 0)
  expect(sum).toBeLessThanOrEqual(line * 1.0001)
  expect(sum).toBeGreaterThan(line / 2)
  // It can subtract.
  expect(Math.max(...longer)).toBe(longer[3])
})

native('a line counts the same with its newline and without, and each line by itself', async () => {
  const [first, second] = await likelihoods('8-5=3 | 3 1 3\n3*3=9 | 1 9')
  expect(await likelihoods('8-5=3 | 3 1 3\n3*3=9 | 1 9\n')).toEqual([first, second])
  expect((await likelihoods('8-5=3 | 3 1 3'))[0]).toBeCloseTo(first ?? 0, 5)
  expect(await likelihoods('8-5=3 | 3 1 3\n\n3*3=9 | 1 9')).toHaveLength(2)
})

native('the process reward that is their product is the likelihood of the whole answer', async () => {
  const verifier = processReward({ marker: '\n', delimiter: '\n', combine: 'product' })
  const text = '8-5=3 | 3 1 3\n3*3=9 | 1 9'
  const subject = { candidate: { text, finish: 'stop' as const }, messages: [user] }
  const [question] = verifier.ask(subject)
  const reply = await answer(reader, { messages: question?.messages ?? [] })
  const [first = 0, second = 0] = await likelihoods(text)
  const verdict = verifier.read([{ text: reply.candidate.text }], subject)
  expect(verdict).toMatchObject({ kind: 'scored', score: expect.closeTo(first * second, 6) })
})

test('a spec names it, and a file that is not there is said to be missing', async () => {
  await expect(openModel('llama-likelihood:no/such.gguf')).rejects.toMatchObject({
    code: reader instanceof Error ? 'package-missing' : 'bad-argument',
  })
})
