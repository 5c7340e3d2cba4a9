import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stepId } from '../../src/contract.ts'
import { promptOf, readRecording } from '../../src/models/recording.ts'
import { ReplayModel } from '../../src/models/replay.ts'
import { requestKey } from '../../src/models/request-key.ts'

const problem = { id: 'a', prompt: 'question', task: 'test' }

async function recordingOf(lines: readonly object[], name = 'm') {
  const directory = await mkdtemp(join(tmpdir(), 'recording-'))
  await writeFile(join(directory, 'problems.jsonl'), `${JSON.stringify(problem)}\n`)
  await writeFile(
    join(directory, `samples.${name}.jsonl`),
    lines.map((line) => JSON.stringify(line)).join('\n'),
  )
  return { directory, recording: await readRecording(directory, name) }
}

const request = (index: number, maxOutputTokens = 100) => {
  const step = { kind: 'sample' as const, model: 'm', parents: [], index }
  return {
    step: { ...step, id: stepId(step) },
    prompt: promptOf(problem),
    messages: promptOf(problem).messages,
    maxOutputTokens,
    attempt: 0,
  }
}

test('samples are drawn without replacement in an order that only seed and prompt decide', async () => {
  const { recording } = await recordingOf(
    Array.from({ length: 20 }, (_, i) => ({ id: 'a', i, text: `t${i}`, completion_tokens: i + 1 })),
  )
  const drawn = async (seed: number) => {
    const model = new ReplayModel(recording, { seed })
    const texts: string[] = []
    for (let index = 0; index < 20; index += 1) {
      const sample = await model.sample(request(index))
      if (sample.kind === 'answered') texts.push(sample.candidate.text)
    }
    return texts
  }
  const first = await drawn(1)
  expect(new Set(first).size).toBe(20)
  expect(await drawn(1)).toEqual(first)
  expect(await drawn(2)).not.toEqual(first)
})

test('recorded tokens are charged, characters ÷ 4 where none were recorded, and a lower cap cuts', async () => {
  const { recording } = await recordingOf([
    { id: 'a', i: 0, text: 'x'.repeat(40), completion_tokens: null, chars: 40 },
  ])
  const model = new ReplayModel(recording)
  expect(await model.sample(request(0))).toMatchObject({
    usage: { outputTokens: 10, estimated: true },
    candidate: { finish: 'stop' },
  })
  expect(await model.sample(request(0, 5))).toMatchObject({
    usage: { outputTokens: 5 },
    candidate: { text: 'x'.repeat(20), finish: 'length' },
  })
})

test('a prompt whose samples are used up offers nothing more and is reported', async () => {
  const { recording } = await recordingOf([{ id: 'a', i: 0, text: 'x' }])
  const model = new ReplayModel(recording)
  expect(model.offers(promptOf(problem), request(0).step)).toBe(true)
  expect(model.offers(promptOf(problem), request(1).step)).toBe(false)
  expect([...model.exhausted]).toEqual(['a'])
})

test('a prompt is found by its text when the caller names it himself', async () => {
  const { recording } = await recordingOf([{ id: 'a', i: 0, text: 'x' }])
  const model = new ReplayModel(recording)
  expect(model.offers({ ...promptOf(problem), id: 'mine' }, request(0).step)).toBe(true)
})

test('a broken line is named by file and number, a missing model by the ones there are', async () => {
  const { directory } = await recordingOf([{ id: 'a', i: 0, text: 'x' }])
  await expect(readRecording(directory, 'other')).rejects.toMatchObject({ advice: 'It has m.' })
  await writeFile(join(directory, 'samples.bad.jsonl'), '{"id":"a","i":0}\n{"id":')
  await expect(readRecording(directory, 'bad')).rejects.toThrow(/samples\.bad\.jsonl:2:/)
  await expect(readRecording('/nowhere/at/all', 'm')).rejects.toThrow(/problems\.jsonl does not exist/)
})

test('steps that build on others are replayed by their messages, in their order, and are no plain samples', async () => {
  const messages = [
    { role: 'user', content: 'question' },
    { role: 'assistant', content: 'x' },
    { role: 'user', content: 'no' },
  ]
  const key = requestKey('m', { id: '', messages })
  const { recording } = await recordingOf([
    { id: 'a', i: 0, text: 'x', completion_tokens: 1, prompt_tokens: 9 },
    { id: 'a', i: 1, kind: 'revise', key, text: 'first', completion_tokens: 2, prompt_tokens: 33 },
    { id: 'a', i: 2, kind: 'revise', key, text: 'second', completion_tokens: 2, prompt_tokens: 33 },
  ])
  const model = new ReplayModel(recording)
  expect(model.profile.kinds).toEqual(['sample', 'revise'])
  const revise = (index: number) => {
    const step = { kind: 'revise' as const, model: 'm', parents: ['s'], index }
    return { ...request(0), step: { ...step, id: stepId(step) }, messages }
  }
  const prompt = { ...promptOf(problem), messages }
  expect(model.offers(prompt, revise(1).step)).toBe(true)
  expect(model.offers(prompt, revise(2).step)).toBe(false)
  expect(model.offers(promptOf(problem), revise(0).step)).toBe(false)
  expect(model.offers(promptOf(problem), request(1).step)).toBe(false)
  expect(await model.sample(revise(1))).toMatchObject({
    candidate: { text: 'second' },
    usage: { inputTokens: 33, outputTokens: 2 },
  })
})
