import { getEventListeners } from 'node:events'
import { assert, asyncProperty, array, constantFrom, integer, nat } from 'fast-check'
import { expect, test } from 'vitest'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { selfConsistency } from '../../strategies/self-consistency.ts'
import { nothing, units } from '../../src/budget/amount.ts'
import type { Prompt, Verifier } from '../../src/contract.ts'
import { Engine } from '../../src/engine.ts'
import type { EngineEvent, EngineOptions } from '../../src/engine-options.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import type { Result } from '../../src/result.ts'
import { right } from './right.ts'
import { answered, failing, ScriptedModel } from './scripted-model.ts'

const pool = new VerifierPool()
const checker = await pool.checker(right)

const prompts = (count: number): Prompt[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    messages: [{ role: 'user', content: `question ${index}` }],
  }))

/** What one call may do: most of the ways in which calls end. */
const outcomes = [
  'right',
  'wrong',
  'rate-limited',
  'server',
  'empty',
  'connection',
  'rejected',
  'hang',
  'throws',
  'over',
] as const

async function run(
  script: readonly (typeof outcomes)[number][],
  options: Partial<EngineOptions> & { readonly prompts?: number },
): Promise<{ results: Result[]; engine: Engine; events: EngineEvent[]; overruns: number }> {
  const events: EngineEvent[] = []
  let overruns = 0
  const model = new ScriptedModel(({ maxOutputTokens }, call) => {
    const outcome = script[call % script.length] as (typeof outcomes)[number]
    if (outcome === 'right' || outcome === 'wrong')
      return answered(outcome, Math.min(maxOutputTokens, call % 20), 50 + (call % 7) * 10)
    if (outcome === 'hang') return { ...failing('connection'), milliseconds: Infinity }
    if (outcome === 'throws') throw new Error('a model that throws')
    if (outcome === 'over') {
      overruns += 1
      return answered('wrong', maxOutputTokens + 3)
    }
    return failing(outcome)
  })
  const engine: Engine = new Engine({
    models: [model],
    budget: { tokens: 300 },
    strategy: bestOfN(),
    checker,
    timeout: 1000,
    ...options,
    onEvent: (event) => {
      events.push(event)
      for (const unit of units) {
        const { spent, reserved, overrun, limits } = engine.ledger
        // An overrun is the provider's; without it the sum never passes the limit, at any instant.
        expect(spent[unit] - overrun[unit] + reserved[unit]).toBeLessThanOrEqual(limits[unit] ?? Infinity)
      }
    },
  })
  const results = await Promise.all(prompts(options.prompts ?? 5).map((prompt) => engine.solve(prompt)))
  return { results, engine, events, overruns }
}

test('laws 1 and 2: a hard budget, settled once, for any mix of success, failure, hang and overrun', async () => {
  await assert(
    asyncProperty(
      array(constantFrom(...outcomes), { minLength: 1, maxLength: 12 }),
      integer({ min: 1, max: 600 }),
      integer({ min: 1, max: 12 }),
      nat(9),
      async (script, tokens, concurrency, count) => {
        const { results, engine, overruns } = await run(script, {
          budget: { tokens, calls: 60 },
          concurrency,
          prompts: count,
        })
        expect(results).toHaveLength(count)
        expect(engine.ledger.reserved).toEqual(nothing)
        const { spent, overrun } = engine.ledger
        expect(spent.tokens - overrun.tokens).toBeLessThanOrEqual(tokens)
        expect(spent.calls).toBeLessThanOrEqual(60)
        if (overruns === 0) expect(engine.overshoot).toEqual(nothing)
        else expect(engine.ledger.stopped).toBeDefined()
        // Law 4: the caller's bills add up to the whole bill.
        for (const unit of ['tokens', 'calls'] as const) {
          expect(results.reduce((sum, { usage }) => sum + usage[unit], 0)).toBe(spent[unit])
        }
        // Law 3: an answer is something the model answered.
        for (const { answer, status } of results) {
          if (answer) expect(['right', 'wrong']).toContain(answer.text)
          if (status === 'verified') expect(answer?.text).toBe('right')
          if (status === 'failed') expect(answer).toBeUndefined()
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('law 6: the same seed gives the same events byte for byte at any concurrency', async () => {
  await assert(
    asyncProperty(
      array(constantFrom(...outcomes), { minLength: 1, maxLength: 8 }),
      integer({ min: 1, max: 16 }),
      async (script, concurrency) => {
        const [first, second] = [await run(script, { concurrency }), await run(script, { concurrency })]
        expect(JSON.stringify(second.events)).toBe(JSON.stringify(first.events))
      },
    ),
    { numRuns: 40 },
  )
})

test('law 3: a failed verdict is neither a vote nor a score of 0', async () => {
  const breaks: Verifier = {
    ...right,
    verify: ({ candidate }) =>
      candidate.text === 'breaks'
        ? { kind: 'failed', code: 'crashed', message: 'broken' }
        : { kind: 'scored', score: 0, answer: candidate.text },
  }
  const texts = ['breaks', 'breaks', 'breaks', 'a', 'b', 'b']
  const model = new ScriptedModel((_, call) => answered(texts[(call - 1) % texts.length] as string))
  const engine = new Engine({
    models: [model],
    budget: { calls: 6 },
    strategy: selfConsistency(),
    checker: await pool.checker(breaks),
    concurrency: 1,
  })
  const result = await engine.solve(prompts(1)[0] as Prompt)
  expect(result.answer?.text).toBe('b')
  expect(result.reasons.find(({ code }) => code === 'verifier')).toMatchObject({ count: 3 })
})

test('law 5: a live model that never answers and ignores its signal costs its timeout and nothing else', async () => {
  const model = new ScriptedModel(
    (_, call) => (call === 1 ? new Promise(() => undefined) : answered('right')),
    { time: 'live' },
  )
  const engine = new Engine({
    models: [model],
    budget: { tokens: 300 },
    strategy: bestOfN(),
    checker,
    timeout: 50,
  })
  const started = performance.now()
  const result = await engine.solve(prompts(1)[0] as Prompt)
  expect(result.status).toBe('verified')
  expect(performance.now() - started).toBeLessThan(5000)
  // What it had generated is unknown: its whole reservation is charged.
  expect(result.usage.tokens).toBe(10 + 20 + 10 + 5)
  expect(engine.ledger.reserved).toEqual(nothing)
})

test('law 1: milliseconds are a deadline: everything ends within 250 ms of it, and nothing starts after', async () => {
  const model = new ScriptedModel(() => new Promise(() => undefined), { time: 'live' })
  const engine = new Engine({
    models: [model],
    budget: { milliseconds: 100 },
    strategy: bestOfN(),
    checker,
    concurrency: 4,
  })
  const started = performance.now()
  const results = await Promise.all(prompts(6).map((prompt) => engine.solve(prompt)))
  expect(performance.now() - started).toBeLessThan(100 + 250 + 100)
  expect(model.calls).toBe(4)
  for (const { status, reasons } of results) {
    expect(status).toBe('exhausted')
    expect(reasons[0]?.code).toBe('deadline')
  }
})

test('a solved prompt cancels its other tries, and they are billed for what they had generated', async () => {
  const model = new ScriptedModel((_, call) =>
    call === 3 ? answered('right', 5, 10) : answered('wrong', 20, 100),
  )
  const allocator = (await import('../../src/allocator/bucket-allocator.ts')).BucketAllocator
  const { roundRobin } = await import('../../src/allocator/round-robin.ts')
  const engine = new Engine({
    models: [model],
    budget: { tokens: 1000 },
    strategy: bestOfN({ samples: 4 }),
    checker,
    concurrency: 4,
    allocator: new allocator(roundRobin({ whileInFlight: true })),
  })
  const result = await engine.solve(prompts(1)[0] as Prompt)
  expect(result.status).toBe('verified')
  expect(result.trace.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'done', 'cancelled'])
  // A tenth of their time had passed, and with it a tenth of their 20 tokens.
  expect(result.usage.outputTokens).toBe(5 + 3 * 2)
})

test('10,000 early stops leave no reservation, timer or listener behind', async () => {
  const model = new ScriptedModel((_, call) => answered(call % 3 === 0 ? 'right' : 'wrong'))
  const engine = new Engine({
    models: [model],
    budget: { calls: 100_000 },
    strategy: bestOfN({ samples: 8 }),
    checker,
  })
  const controller = new AbortController()
  const results = await Promise.all(
    prompts(10_000).map((prompt) => engine.solve(prompt, { signal: controller.signal })),
  )
  expect(results.filter(({ status }) => status === 'verified').length).toBeGreaterThan(9000)
  expect(engine.ledger.reserved).toEqual(nothing)
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length).toBeLessThan(10)
})

test('an abort ends the prompt, and its promise settles when its calls have', async () => {
  const model = new ScriptedModel(() => new Promise(() => undefined), { time: 'live' })
  const engine = new Engine({ models: [model], budget: { tokens: 300 }, strategy: bestOfN(), checker })
  const controller = new AbortController()
  const solving = engine.solve(prompts(1)[0] as Prompt, { signal: controller.signal })
  setTimeout(() => controller.abort(), 20)
  const result = await solving
  expect(result).toMatchObject({ status: 'failed', reasons: [{ code: 'cancelled' }] })
  expect(engine.ledger.reserved).toEqual(nothing)
  expect(model.aborted).toBeGreaterThan(0)
})

test('a prompt over the context window fails before anything is spent, and the others go on', async () => {
  const model = new ScriptedModel(() => answered('right'), { profile: { contextWindow: 15 } })
  const long = Object.assign(model, {
    inputTokens: (prompt: Prompt) => ({ tokens: prompt.id === 'p1' ? 20 : 10, exact: true }),
  })
  const engine = new Engine({ models: [long], budget: { tokens: 300 }, strategy: bestOfN(), checker })
  const results = await Promise.all(prompts(3).map((prompt) => engine.solve(prompt)))
  expect(results.map(({ status }) => status)).toEqual(['verified', 'failed', 'verified'])
  expect(results[1]).toMatchObject({ reasons: [{ code: 'context' }], usage: { tokens: 0 } })
})

test('a budget in usd is refused for a model without a price, and kept for one with', async () => {
  const model = new ScriptedModel(() => answered('wrong', 20))
  expect(() => new Engine({ models: [model], budget: { usd: 1 }, strategy: bestOfN() })).toThrow(
    /has no price/,
  )
  const priced = new ScriptedModel(() => answered('wrong', 20), {
    profile: { price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 }, parameters: 1e9 },
  })
  const engine = new Engine({
    models: [priced],
    budget: { usd: 0.001, flops: 1e15 },
    strategy: bestOfN(),
    checker,
  })
  const result = await engine.solve(prompts(1)[0] as Prompt)
  // 10 × $1 + 20 × $2 a million = $0.00005 a call: 20 calls fit a tenth of a cent.
  expect(result.usage).toMatchObject({ calls: 20, usd: 0.001, flops: 20 * 30 * 2 * 1e9 })
})

test('the output cap shrinks to the rest of the budget, and what is cut there is never an answer', async () => {
  const model = new ScriptedModel(({ maxOutputTokens }) =>
    maxOutputTokens < 20
      ? {
          kind: 'answered',
          candidate: { text: 'cut', finish: 'length' },
          usage: { inputTokens: 10, outputTokens: maxOutputTokens },
          milliseconds: 1,
        }
      : answered('wrong', 4),
  )
  const engine = new Engine({
    models: [model],
    budget: { tokens: 40 },
    strategy: bestOfN(),
    checker,
    concurrency: 1,
  })
  const result = await engine.solve(prompts(1)[0] as Prompt)
  expect(result.answer?.text).toBe('wrong')
  expect(result.reasons.map(({ code }) => code)).toContain('cut')
  expect(engine.overshoot).toEqual(nothing)
})

test('at temperature 0 clones are noticed and sampling stops', async () => {
  const model = new ScriptedModel(() => answered('wrong'))
  const engine = new Engine({
    models: [model],
    budget: { calls: 50 },
    strategy: bestOfN(),
    checker,
    concurrency: 1,
  })
  const result = await engine.solve({ ...(prompts(1)[0] as Prompt), options: { temperature: 0 } })
  expect(result.usage.calls).toBe(2)
})

test('sample 0 is the caller’s request; later samples change only the seed', async () => {
  const seeds: (number | undefined)[] = []
  const model = new ScriptedModel(({ seed, maxOutputTokens, prompt }) => {
    seeds.push(seed)
    expect(maxOutputTokens).toBe(7)
    expect(prompt.options).toEqual({ seed: 40, max_tokens: 7, tools: [{ a: 1 }] })
    return answered('wrong')
  })
  const engine = new Engine({
    models: [model],
    budget: { calls: 3 },
    strategy: bestOfN(),
    checker,
    concurrency: 1,
  })
  await engine.solve({
    ...(prompts(1)[0] as Prompt),
    options: { seed: 40, max_tokens: 7, tools: [{ a: 1 }] },
  })
  expect(seeds).toEqual([40, 41, 42])
})

test('a model that always fails gives every prompt up with its reasons', async () => {
  const model = new ScriptedModel(() => failing('rejected'))
  const engine = new Engine({ models: [model], budget: { calls: 100 }, strategy: bestOfN(), checker })
  const results = await Promise.all(prompts(2).map((prompt) => engine.solve(prompt)))
  for (const { status, reasons } of results) {
    expect(status).toBe('failed')
    expect(reasons.map(({ code }) => code)).toContain('rejected')
  }
  expect(model.calls).toBe(6)
})
