import { describe, expect, it } from 'vitest'
import { againstBest, type ArmRun } from '../../bench/strategies/compare-arms.ts'
import { ComputedOnce } from '../../bench/strategies/computed-once.ts'
import { auto, singles } from '../../bench/strategies/live-arms.ts'
import { LiveRuns } from '../../bench/strategies/run-live.ts'
import { treeSearchCost } from '../../bench/strategies/tree-search-cost.ts'
import { strategiesReport } from '../../bench/strategies.ts'
import { randomFrom } from '../../src/clock/random.ts'
import type { Prompt } from '../../src/contract.ts'
import { messageText } from '../../src/models/message-text.ts'
import type { Model, ModelRequest } from '../../src/models/model.ts'
import { scriptedPair, scriptedPrompts } from './scripted-pair.ts'
import { numbersOf } from './synthetic-recording.ts'

describe('bench strategies', () => {
  it('has only finite numbers, and names a best kind that was left out once', async () => {
    const input = { models: scriptedPair(), prompts: scriptedPrompts(10), seed: 1 }
    const report = await strategiesReport(input, { seed: 1, quick: true })
    for (const value of numbersOf(report)) expect(Number.isFinite(value)).toBe(true)
    expect(report.ablation.best_kind in report.ablation.without).toBe(true)
  })

  it('does the same for the same seed, and something else for another', async () => {
    const outcomes = async (seed: number) => {
      const runs = new LiveRuns({ models: scriptedPair(), prompts: scriptedPrompts(10), seed })
      return Promise.all([auto, ...singles].map((arm) => runs.run(arm, 40)))
    }
    const first = await outcomes(1)
    expect(await outcomes(1)).toEqual(first)
    expect(await outcomes(2)).not.toEqual(first)
  })

  it('holds every arm to the same budget, larger models in FLOPs', async () => {
    const prompts = scriptedPrompts(20)
    const runs = new LiveRuns({ models: scriptedPair(), prompts, seed: 3 })
    const budget = 60
    for (const arm of [...singles, auto]) {
      const outcomes = await runs.run(arm, budget)
      const spent = outcomes.reduce((sum, { tokens }) => sum + tokens, 0)
      expect(spent).toBeLessThanOrEqual(budget * prompts.length)
      const large = outcomes.some(({ steps }) => (steps['sample large'] ?? 0) > 0)
      expect(large && !arm.models.includes('large')).toBe(false)
    }
  })

  it('measures decisions on a tree of the wanted size', () => {
    for (const { nodes, ms_per_decision } of treeSearchCost(60, 1)) {
      expect(nodes).toBe(60)
      expect(ms_per_decision).toBeGreaterThan(0)
    }
  })
})

describe('auto against the best single strategy', () => {
  it('chooses the single strategy on the other half of the bin', () => {
    const run = (name: string, right: (prompt: number) => boolean): ArmRun => ({
      name,
      outcomes: Array.from({ length: 8 }, (_, prompt) => ({ right: right(prompt), tokens: 1, steps: {} })),
    })
    const halves = [0, 1, 0, 1, 0, 1, 0, 1]
    // One is right on the even prompts only, so it is chosen for the odd ones, where it is wrong; the even ones get the
    // first of two that were never right on the odd ones.
    const [row] = againstBest(
      run('auto', () => true),
      [run('never', () => false), run('even', (prompt) => prompt % 2 === 0)],
      halves.map(() => 0),
      halves,
      randomFrom(1),
      50,
    )
    expect(row?.single).toEqual(['never', 'even'])
    expect(row?.best_single).toBe(0)
    expect(row?.minus_best_single[0]).toBe(1)
  })
})

describe('ComputedOnce', () => {
  const prompt: Prompt = { id: 'p', messages: [{ role: 'user', content: 'How many?' }] }
  const request = (messages: ModelRequest['messages'], continues?: true): ModelRequest => ({
    step: { id: 's', kind: 'sample', model: 'm', parents: [], index: 0 },
    prompt,
    messages,
    maxOutputTokens: 10,
    attempt: 0,
    ...(continues && { continues }),
  })
  // A token a character, so that what is new can be counted by hand.
  const length = (messages: Prompt['messages']) =>
    messages.reduce((sum, message) => sum + messageText(message).length, 0)
  const model = (options: { readonly promptsAnew?: boolean } = {}) => {
    const bare: Model = {
      time: 'virtual',
      profile: { name: 'm' },
      inputTokens: (_prompt, messages) => ({ tokens: length(messages), exact: true }),
      sample: ({ messages }) =>
        Promise.resolve({
          kind: 'answered',
          candidate: { text: 'seven', finish: 'stop' },
          usage: { inputTokens: length(messages), outputTokens: 5 },
        }),
    }
    return new ComputedOnce(bare, options)
  }
  const inputOf = async (arm: ComputedOnce, asked: ModelRequest) =>
    (await arm.sample(asked, new AbortController().signal)).usage?.inputTokens

  it('charges a prompt once, and only what is new of what goes on from it', async () => {
    const arm = model()
    const [user] = prompt.messages
    if (!user) throw new Error('no message')
    expect(await inputOf(arm, request([user]))).toBe(9)
    expect(await inputOf(arm, request([user]))).toBe(0)
    const answered = [user, { role: 'assistant', content: 'seven' }]
    expect(arm.inputTokens(prompt, [...answered, { role: 'user', content: 'No.' }]).tokens).toBe(3)
    expect(await inputOf(arm, request([...answered, { role: 'user', content: 'No.' }]))).toBe(3)
    expect(await inputOf(arm, request(answered, true))).toBe(0)
    expect(await inputOf(arm, request([user, { role: 'assistant', content: 'seven plus' }], true))).toBe(5)
    expect(arm.sent).toBe(9 + 9 + 17 + 14 + 19)
  })

  it('charges the prompt with every answer that begins, where prompts are paid anew', async () => {
    const arm = model({ promptsAnew: true })
    const [user] = prompt.messages
    if (!user) throw new Error('no message')
    expect(await inputOf(arm, request([user]))).toBe(9)
    expect(await inputOf(arm, request([user]))).toBe(9)
    const answered = [user, { role: 'assistant', content: 'seven' }]
    expect(await inputOf(arm, request([...answered, { role: 'user', content: 'No.' }]))).toBe(9 + 3)
    expect(await inputOf(arm, request(answered, true))).toBe(0)
  })

  it('charges another arm, and another prompt, anew', async () => {
    expect(await inputOf(model(), request(prompt.messages))).toBe(9)
    const arm = model()
    await inputOf(arm, request(prompt.messages))
    expect(await inputOf(arm, { ...request(prompt.messages), prompt: { ...prompt, id: 'q' } })).toBe(9)
  })
})
