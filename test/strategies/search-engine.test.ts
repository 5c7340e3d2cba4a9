import { expect, test } from 'vitest'
import { nothing } from '../../src/budget/amount.ts'
import { uniformOf } from '../../src/clock/random.ts'
import type { Json, Strategy } from '../../src/contract.ts'
import { Engine } from '../../src/engine.ts'
import { messageText } from '../../src/models/message-text.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { strategies } from '../../strategies/index.ts'
import { guide } from '../engine/guide.ts'
import { answered, failing, ScriptedModel } from '../engine/scripted-model.ts'

const pool = new VerifierPool()

const lines = 6
const tokensOfLine = 20

/**
 * Writes lines of which 4 in 10 are right, greedily 8 in 10, from wherever the partial is and up to its cap; one call
 * in 10 fails.
 */
function engineOf(strategy: Strategy, seed: number, tokens: number): Engine {
  const writer = new ScriptedModel(
    ({ messages, stop, prompt, maxOutputTokens }, call) => {
      if (uniformOf(seed, `fails/${call}`) < 0.1) return failing('server')
      const partial = messages.find(({ role }) => role === 'assistant')
      const begun = partial ? messageText(partial).split('\n').length - 1 : 0
      const room = begun + Math.floor(maxOutputTokens / tokensOfLine)
      const until = Math.min(room, stop?.includes('\n') === true ? begun + 1 : lines)
      // Greedy, it writes the same after the same text.
      const greedy = prompt.options?.['temperature'] === 0
      const drawn = greedy ? JSON.stringify(messages) : call
      const written = Array.from({ length: until - begun }, (_, line) =>
        uniformOf(seed, `${drawn}/${line}`) < (greedy ? 0.8 : 0.4) ? 'right' : `wrong ${call}`,
      )
      return {
        ...answered(written.join('\n'), tokensOfLine * written.length),
        ...(until < lines && { stoppedAt: '\n' }),
      }
    },
    { profile: { kinds: ['sample', 'extend', 'revise'], maxOutputTokens: 2 * lines * tokensOfLine } },
  )
  // Tells how many lines are wrong so far.
  const judge = new ScriptedModel(
    ({ messages: [message] }) => {
      const text = messageText(message ?? { role: 'user' })
      const wrong = text.split('wrong').length - 1
      return answered(`${0.9 * 0.5 ** wrong}`, 1)
    },
    { profile: { name: 'guide', kinds: ['judge'], maxOutputTokens: 1 } },
  )
  return new Engine({
    models: [writer, judge],
    budget: { tokens },
    strategy,
    ...checks,
    seed,
    concurrency: 4,
  })
}

const checks = {
  checker: await pool.checker({ name: 'exact' }),
  guide: await pool.anyChecker(guide),
}

const budget = 6_000

async function solvedBy(name: string, options: { readonly [key: string]: Json } = {}): Promise<number> {
  const strategy = strategies[name]?.(options)
  if (!strategy) throw new Error(`there is no strategy ${name}`)
  let right = 0
  for (let seed = 0; seed < 10; seed += 1) {
    await using engine = engineOf(strategy, seed, budget)
    const result = await engine.solve({
      id: 'p',
      messages: [{ role: 'user', content: 'question' }],
      reference: Array.from({ length: lines }, () => 'right').join('\n'),
    })
    expect(result.usage.tokens).toBeLessThanOrEqual(budget)
    expect(engine.ledger.reserved).toEqual(nothing)
    expect(result.answer).toBeDefined()
    if (result.status === 'verified') right += 1
  }
  return right
}

test('searches that choose by process reward solve more through the engine than best-of-N at the same bill', async () => {
  const rival = await solvedBy('best-of-n')
  for (const name of ['beam', 'dvts', 'rebase']) {
    expect(await solvedBy(name), name).toBeGreaterThanOrEqual(rival)
  }
})

test.each<[string, { readonly [key: string]: Json }]>([
  ['lookahead', { ahead: 1 }],
  ['tree-search', { unit: 'step' }],
  ['tree-search', { unit: 'step', policy: 'uct' }],
  ['tree-search', {}],
])('%s %o keeps to the bill, answers, and solves some', async (name, options) => {
  expect(await solvedBy(name, options)).toBeGreaterThan(0)
})
