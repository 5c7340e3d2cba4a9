import { expect, test } from 'vitest'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { nothing } from '../../src/budget/amount.ts'
import type { ModelVerifier, Prompt } from '../../src/contract.ts'
import { Engine } from '../../src/engine.ts'
import { messageText } from '../../src/models/message-text.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { answered, failing, ScriptedModel } from './scripted-model.ts'

const pool = new VerifierPool()
const prompt: Prompt = { id: 'p', messages: [{ role: 'user', content: 'question' }] }

/** Asks twice how good the text is, and takes the mean of what can be read. */
const opinion: ModelVerifier = {
  id: 'opinion',
  version: '1',
  runs: 'model',
  exact: 'never',
  ask: ({ candidate }) =>
    [0, 1].map(() => ({ model: 'judge', messages: [{ role: 'user', content: candidate.text }] })),
  read(replies) {
    const scores = replies.flatMap((reply) => (reply ? Number(reply.text) : []))
    if (scores.length === 0) return { kind: 'failed', code: 'crashed', message: 'no judge answered' }
    return { kind: 'scored', score: scores.reduce((sum, score) => sum + score, 0) / scores.length }
  },
}

const quality: Readonly<Record<string, number>> = { bad: 0.1, fair: 0.5, good: 0.9 }
const texts = ['bad', 'good', 'fair']
const sampler = () => new ScriptedModel((_, call) => answered(texts[(call - 1) % 3] as string))

function judge(script = (text: string) => answered(String(quality[text]), 2, 30)) {
  return new ScriptedModel(({ messages }) => script(messages[0] ? messageText(messages[0]) : ''), {
    profile: { name: 'judge', kinds: ['judge'], maxOutputTokens: 3 },
  })
}

test('every question of a model verifier is a step: reserved, settled and on the bill of its prompt', async () => {
  const [model, judging] = [sampler(), judge()]
  const engine = new Engine({
    models: [model, judging],
    budget: { tokens: 1000 },
    strategy: bestOfN({ samples: 3 }),
    checker: await pool.anyChecker(opinion),
    concurrency: 2,
  })
  const result = await engine.solve(prompt)
  expect(result).toMatchObject({ status: 'chosen', answer: { text: 'good' }, verdict: { score: 0.9 } })
  expect(judging.calls).toBe(6)
  // 3 samples of 10 + 5 tokens, 6 questions of 10 + 2.
  expect(result.usage).toMatchObject({ calls: 9, tokens: 3 * 15 + 6 * 12 })
  expect(engine.ledger.reserved).toEqual(nothing)
  expect(result.trace.filter(({ step }) => step.kind === 'judge')).toHaveLength(6)
})

test('one step at a time is enough: a candidate that waits for its judges gives them its place', async () => {
  const engine = new Engine({
    models: [sampler(), judge()],
    budget: { tokens: 1000 },
    strategy: bestOfN({ samples: 2 }),
    checker: await pool.anyChecker(opinion),
    concurrency: 1,
  })
  expect(await engine.solve(prompt)).toMatchObject({ status: 'chosen', answer: { text: 'good' } })
})

test('a judge that fails leaves its candidate without a verdict, never with a score of 0', async () => {
  const silent = judge((text) =>
    text === 'bad' ? failing('rejected') : answered(String(quality[text]), 2, 30),
  )
  const engine = new Engine({
    models: [sampler(), silent],
    budget: { tokens: 1000 },
    strategy: bestOfN({ samples: 2 }),
    checker: await pool.anyChecker(opinion),
    concurrency: 2,
  })
  const result = await engine.solve(prompt)
  expect(result.answer?.text).toBe('good')
  expect(result.trace.find(({ step }) => step.kind === 'sample')?.verdict).toMatchObject({ kind: 'failed' })
  expect(result.reasons.map(({ code }) => code)).toContain('verifier')
})

test('when no budget is left for judges the candidate is still returned, and nothing is overspent', async () => {
  const engine = new Engine({
    models: [sampler(), judge()],
    budget: { tokens: 31 },
    strategy: bestOfN({ samples: 2 }),
    checker: await pool.anyChecker(opinion),
    concurrency: 1,
  })
  const result = await engine.solve(prompt)
  expect(result.answer).toBeDefined()
  expect(result.usage.tokens).toBeLessThanOrEqual(31)
  expect(engine.overshoot).toEqual(nothing)
  expect(engine.ledger.reserved).toEqual(nothing)
})

test('without a model that can judge the verdict fails and says so', async () => {
  const alone = new ScriptedModel(() => answered('good'), { profile: { kinds: ['sample'] } })
  const engine = new Engine({
    models: [alone],
    budget: { tokens: 1000 },
    strategy: bestOfN({ samples: 1 }),
    checker: await pool.anyChecker(opinion),
  })
  const result = await engine.solve(prompt)
  expect(result.reasons.map(({ code }) => code)).toContain('unavailable')
  expect(result.status).toBe('chosen')
})

test('an abort while judges are out settles them all', async () => {
  const controller = new AbortController()
  const slow = new ScriptedModel(() => new Promise(() => undefined), {
    time: 'live',
    profile: { name: 'judge', kinds: ['judge'] },
  })
  const live = new ScriptedModel(() => answered('good'), { time: 'live' })
  const engine = new Engine({
    models: [live, slow],
    budget: { tokens: 100_000 },
    strategy: bestOfN({ samples: 1 }),
    checker: await pool.anyChecker(opinion),
  })
  const solving = engine.solve(prompt, { signal: controller.signal })
  setTimeout(() => controller.abort(), 50)
  expect(await solving).toMatchObject({
    reasons: expect.arrayContaining([expect.objectContaining({ code: 'cancelled' })]) as unknown,
  })
  expect(engine.ledger.reserved).toEqual(nothing)
})
