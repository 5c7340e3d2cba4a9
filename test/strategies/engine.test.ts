import { afterAll, expect, it } from 'vitest'
import { nothing } from '../../src/budget/amount.ts'
import type { Prompt, Strategy } from '../../src/contract.ts'
import { Engine } from '../../src/engine.ts'
import { messageText } from '../../src/models/message-text.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { actionOf } from '../../src/steps/action-of.ts'
import { diverse } from '../../strategies/diverse.ts'
import { strategies } from '../../strategies/index.ts'
import { revise } from '../../strategies/revise.ts'
import { thinkLonger } from '../../strategies/think-longer.ts'
import { answered, ScriptedModel } from '../engine/scripted-model.ts'

const pool = new VerifierPool()
afterAll(() => pool.close())
const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
const prompt: Prompt = { id: 'p', messages: [{ role: 'user', content: 'question' }], reference: 'right' }

async function solved(
  strategy: Strategy,
  models: readonly ScriptedModel[],
  asked = prompt,
  verifier = 'exact',
) {
  const checker = await pool.checker({ name: verifier })
  const engine = new Engine({ models, budget: { tokens: 2000 }, strategy, checker, concurrency: 1 })
  const result = await engine.solve(asked)
  await engine.close()
  expect(engine.ledger.reserved).toEqual(nothing)
  return result
}

it('revises by patch until the verifier accepts', async () => {
  const model = new ScriptedModel(({ step }) =>
    answered(
      step.kind === 'sample' ? '{\n  "a": "x",\n  "b": 2\n}' : '[{"op":"replace","path":"/a","value":1}]',
    ),
  )
  const result = await solved(
    revise({ form: 'patch', chains: 1 }),
    [model],
    { ...prompt, reference: schema },
    'json-schema',
  )
  expect(result).toMatchObject({ status: 'verified', answer: { text: '{\n  "a": 1,\n  "b": 2\n}' } })
  expect(model.calls).toBe(2)
})

it('thinks longer where an answer was cut at the caller’s cap', async () => {
  const model = new ScriptedModel(
    ({ maxOutputTokens }) => {
      const whole = answered('right', Math.min(40, maxOutputTokens))
      if (maxOutputTokens >= 40 || whole.kind !== 'answered') return whole
      return { ...whole, candidate: { text: 'rig', finish: 'length' } }
    },
    { profile: { efforts: [{ name: 'high', maxOutputTokens: 80 }] } },
  )
  const result = await solved(thinkLonger(), [model])
  expect(result.status).toBe('verified')
  expect(result.trace.at(-1)?.step.effort).toBe('high')
})

it('varies a request that gives one answer at temperature 0', async () => {
  const model = new ScriptedModel(({ messages }) =>
    answered(messageText(messages[0] ?? { role: '' }).includes('backwards') ? 'right' : 'wrong'),
  )
  const result = await solved(diverse(), [model], { ...prompt, options: { temperature: 0 } })
  expect(result.status).toBe('verified')
  expect(result.trace.filter(({ step }) => !step.variation)).toHaveLength(1)
})

it('auto solves under one budget what only revision, more effort or a larger model solves', async () => {
  const small = new ScriptedModel(
    ({ prompt: { id }, step }) => {
      const kind = id.split(' ')[0]
      const able =
        (kind === 'revised' && step.kind === 'revise') || (kind === 'thought' && step.effort === 'high')
      return answered(able ? 'right' : `wrong ${step.index}`)
    },
    { profile: { name: 'small', efforts: [{ name: 'high' }] } },
  )
  const large = new ScriptedModel(
    ({ prompt: { id } }) => answered(id.startsWith('large') ? 'right' : 'wrong'),
    {
      profile: { name: 'large' },
    },
  )
  const engine = new Engine({
    models: [small, large],
    budget: { tokens: 20_000 },
    strategy: strategies['auto']?.({}) as Strategy,
    checker: await pool.checker({ name: 'exact' }),
    concurrency: 4,
  })
  const ids = Array.from(
    { length: 30 },
    (_, index) => `${['revised', 'thought', 'large'][index % 3]} ${index}`,
  )
  const results = await Promise.all(ids.map((id) => engine.solve({ ...prompt, id })))
  await engine.close()
  expect(results.filter(({ status }) => status === 'verified')).toHaveLength(30)
  const bought = new Set(results.flatMap(({ trace }) => trace.map(({ step }) => actionOf(step, 'small'))))
  expect(bought.size).toBeGreaterThanOrEqual(4)
  expect(engine.overshoot).toEqual(nothing)
})
