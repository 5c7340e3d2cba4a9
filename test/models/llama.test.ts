import { afterAll, expect, test } from 'vitest'
import { asset } from '../../src/demo/asset.ts'
import { demoModelFile } from '../../src/demo/demo.ts'
import { LlamaModel } from '../../src/models/llama.ts'
import type { AnsweredSample } from '../../src/models/model.ts'

const messages = [{ role: 'user', content: 'Make 24 from 3 8 1 5.' }]
const model = await LlamaModel.open({ file: asset(demoModelFile), contextSize: 256 }).catch(
  (cause: unknown) => cause as Error,
)
if (model instanceof Error) console.warn(`SKIPPED: the native model: ${model.message}`)

afterAll(async () => {
  if (model instanceof LlamaModel) await model.close()
})

async function draw(
  seed: number,
  signal = new AbortController().signal,
  maxOutputTokens = 120,
  content = messages,
) {
  const step = { id: 's', kind: 'sample' as const, model: 'm', parents: [], index: seed }
  return (model as LlamaModel).sample(
    { step, prompt: { id: 'p', messages: content }, messages: content, maxOutputTokens, attempt: 0, seed },
    signal,
  )
}

test.skipIf(model instanceof Error)(
  'the same seed gives the same text, alone and beside others, in any order',
  async () => {
    const alone: (string | undefined)[] = []
    for (let seed = 1; seed <= 24; seed += 1)
      alone.push(((await draw(seed)) as AnsweredSample).candidate?.text)
    expect(new Set(alone).size).toBeGreaterThan(3)
    // Another prompt in between: what the context holds must not matter.
    await draw(5, undefined, 120, [{ role: 'user', content: 'Make 17 from 2 9 6.' }])
    for (let round = 0; round < 3; round += 1) {
      const together = await Promise.all(alone.map((_, index) => draw(index + 1)))
      expect(together.map((sample) => (sample as AnsweredSample).candidate?.text)).toEqual(alone)
    }
  },
)

test.skipIf(model instanceof Error)(
  'tokens are exact, caps hold, and log probabilities come along',
  async () => {
    expect((model as LlamaModel).inputTokens({ id: 'p', messages }, messages)).toEqual({
      tokens: 17,
      exact: true,
    })
    const short = (await draw(1, undefined, 4)) as AnsweredSample
    expect(short).toMatchObject({
      candidate: { finish: 'length' },
      usage: { inputTokens: 17, outputTokens: 4 },
    })
    expect(short.candidate.meanLogprob).toBeLessThan(0)
    expect((model as LlamaModel).profile.parameters).toBe(1_259_136)
  },
)

test.skipIf(model instanceof Error)(
  'an abort in mid-generation frees the context and bills what was generated',
  async () => {
    const controller = new AbortController()
    const drawing = draw(1, controller.signal)
    setTimeout(() => controller.abort(), 5)
    const sample = await drawing
    expect(sample).toMatchObject({ kind: 'failed', code: 'cancelled' })
    expect(sample.usage?.outputTokens).toBeLessThan(60)
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => draw(seed)))).toHaveLength(8)
  },
)

test('a file that is not there is a clear error', async () => {
  await expect(LlamaModel.open({ file: 'no/such/model.gguf' })).rejects.toMatchObject({
    code: model instanceof Error ? 'package-missing' : 'bad-argument',
  })
})
