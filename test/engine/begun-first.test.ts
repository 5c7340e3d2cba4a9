import { expect, test } from 'vitest'
import { Engine } from '../../src/engine.ts'
import { messageText } from '../../src/models/message-text.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { beam } from '../../strategies/beam.ts'
import { answered, ScriptedModel } from './scripted-model.ts'

const pool = new VerifierPool()
const lines = 4

test('where the budget is for some prompts only, searches that were begun are finished before others begin', async () => {
  const model = new ScriptedModel(
    ({ messages, stop }) => {
      const partial = messages.find(({ role }) => role === 'assistant')
      const begun = partial ? messageText(partial).split('\n').length - 1 : 0
      const until = stop?.includes('\n') === true ? begun + 1 : lines
      return {
        ...answered(Array.from({ length: until - begun }, () => 'line').join('\n'), 5 * (until - begun)),
        ...(until < lines && { stoppedAt: '\n' }),
      }
    },
    { profile: { kinds: ['sample', 'extend'] } },
  )
  // One line is 15 tokens with its input, so this is 20 lines: one for each prompt, or whole answers for five.
  const budget = 300
  await using engine = new Engine({
    models: [model],
    budget: { tokens: budget },
    strategy: beam({ beams: 1, width: 1, rounds: 1 }),
    checker: await pool.checker({ name: 'exact' }),
    concurrency: 1,
  })
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      engine.solve({ id: `${index}`, messages: [{ role: 'user', content: 'question' }], reference: 'other' }),
    ),
  )
  const answers = results.filter(({ answer }) => answer !== undefined)
  expect(answers.length).toBeGreaterThanOrEqual(3)
})
