import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runBatch } from '../../src/batch/run-batch.ts'
import type { Verifier } from '../../src/contract.ts'
import { messageText } from '../../src/models/message-text.ts'
import type { AnsweredSample, ModelRequest } from '../../src/models/model.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { strategyNamed } from '../../src/registry.ts'
import { guide } from '../engine/guide.ts'
import { answered, ScriptedModel } from '../engine/scripted-model.ts'

/** What solves a prompt, and nothing else does. */
const kinds = ['sample', 'revise', 'extend', 'large'] as const

const right = (text: string) => text.includes('right')

/** Accepts what says it is right; its feedback is what a revision needs. */
const verifier: Verifier = {
  id: 'right',
  version: '1',
  runs: 'inline',
  exact: 'always',
  verify: ({ candidate }) => ({
    kind: 'scored',
    score: right(candidate.text) ? 1 : 0,
    feedback: 'say right',
  }),
}

function small({ prompt, step, messages, stop }: ModelRequest): AnsweredSample {
  const kind = prompt.id.split('-')[0]
  const said = (text: string) => answered(text) as AnsweredSample
  if (step.kind === 'revise') return said(kind === 'revise' ? 'right' : 'wrong')
  if (step.kind !== 'extend')
    return said(
      kind === 'sample' && (step.index + Number(prompt.id.split('-')[1])) % 8 < 4 ? 'right' : 'wrong',
    )
  const partial = messages.find(({ role }) => role === 'assistant')
  if (partial === undefined && stop)
    return { ...said(step.index % 4 === 3 ? 'good' : 'bad'), stoppedAt: '\n' }
  return said(kind === 'extend' && partial && messageText(partial).startsWith('good') ? 'right' : 'wrong')
}

test('one batch under one budget buys samples, revisions, a guided search and a larger model, each where it helps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'menu-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const models = [
    new ScriptedModel(small, {
      profile: { name: 'small', parameters: 1e6, kinds: ['sample', 'revise', 'extend'] },
    }),
    new ScriptedModel(({ prompt }) => answered(prompt.id.startsWith('large') ? 'right' : 'wrong'), {
      profile: { name: 'large', parameters: 1e7 },
    }),
    // Likes partials that began well.
    new ScriptedModel(
      ({ messages: [message] }) =>
        answered(message && messageText(message).startsWith('good') ? '0.9' : '0.1', 1),
      {
        profile: { name: 'guide', parameters: 1e5, kinds: ['judge'], maxOutputTokens: 1 },
      },
    ),
  ]
  await using pool = new VerifierPool()
  const checker = await pool.anyChecker(guide)
  const lines = Array.from({ length: 48 }, (_, index) => {
    const id = `${kinds[index % kinds.length]}-${index}`
    return {
      line: index + 1,
      method: 'POST',
      url: '/v1/chat/completions',
      prompt: { id, messages: [{ role: 'user', content: 'question' }] },
    }
  })
  const outcome = await runBatch({
    lines,
    out: join(folder, 'out.jsonl'),
    models,
    pool,
    verifier: verifier as never,
    guide: checker,
    strategy: strategyNamed('auto', { guided: true }),
    budget: { flops: 2e11 },
    seed: 1,
  })
  const { report } = outcome
  expect(report).toMatchObject({ prompts: 48, verified: 48, overshoot: 0, reserved: 0 })
  const [bin] = report.bins
  expect(bin).toMatchObject({ bin: 1, prompts: 48, verified: 48 })
  const bought = bin?.steps ?? {}
  for (const kind of ['sample', 'revise', 'extend', 'sample large', 'judge guide']) {
    expect(bought[kind]?.count, kind).toBeGreaterThan(0)
  }
  // What is proven was delivered from the kind of step that its prompt needed.
  for (const kind of ['sample', 'revise', 'extend', 'sample large'])
    expect(bought[kind]?.verified, kind).toBe(12)
  const tokens = Object.values(bought).reduce((sum, each) => sum + each.tokens, 0)
  expect(tokens).toBe(report.spent.tokens)
})
