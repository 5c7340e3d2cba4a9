import { expect, test } from 'vitest'
import { nothing } from '../../src/budget/amount.ts'
import {
  stepId,
  type Prompt,
  type Proposal,
  type Step,
  type Strategy,
  type Tree,
  type View,
} from '../../src/contract.ts'
import { MenuIndex } from '../../src/allocator/menu-index.ts'
import { StreamAllocator } from '../../src/allocator/stream-allocator.ts'
import { Engine } from '../../src/engine.ts'
import { messageText } from '../../src/models/message-text.ts'
import type { ModelRequest } from '../../src/models/model.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { guide } from './guide.ts'
import { answered, ScriptedModel } from './scripted-model.ts'

const pool = new VerifierPool()
const prompt: Prompt = {
  id: 'p',
  messages: [{ role: 'user', content: 'question' }],
  reference: 'one\ntwo\nthree',
}

/** One answer, a line at a time; ends when it is finished or a candidate is right. */
function chain(span: Step['span'] = { delimiter: '\n' }): Strategy {
  return {
    id: 'chain',
    decides: 'scores',
    guided: true,
    *propose(tree: Tree): Generator<Proposal> {
      const own = tree.nodes.filter(({ step: { kind } }) => kind === 'extend')
      const last = own.at(-1)
      if (last?.state === 'pending') yield proposed(last.step)
      if (last?.candidate || last?.state === 'pending') return
      const parents = last?.partial === undefined ? [] : [last.step.id]
      yield proposed({ kind: 'extend', model: 'scripted', parents, index: 0, ...(span && { span }) }, 3)
    },
    rank: (tree) => tree.nodes.filter(({ state }) => state === 'done').map(({ step }) => step.id),
  }
}

function proposed(step: Omit<Step, 'id'>, calls = 1): Proposal {
  return { step: { ...step, id: stepId(step) }, expected: { calls } }
}

/** Values a partial by its number of lines. */
function guiding(): ScriptedModel {
  return new ScriptedModel(
    ({ messages }) =>
      answered(String(messageText(messages[0] ?? { role: 'user' }).split('\n').length / 10), 1),
    { profile: { name: 'guide', kinds: ['judge'], maxOutputTokens: 1 } },
  )
}

/** Writes one, two, three, a line a call, from wherever the partial is; stops at delimiters when asked to. */
function writer(kinds: readonly Step['kind'][], requests: ModelRequest[]): ScriptedModel {
  const whole = 'one\ntwo\nthree'
  return new ScriptedModel(
    (request) => {
      requests.push(request)
      const partial = request.messages.find(({ role }) => role === 'assistant')
      const rest = whole.slice(partial ? messageText(partial).length : 0)
      const [line = ''] = rest.split('\n')
      if (request.stop?.includes('\n') === true && rest.includes('\n')) {
        return { ...answered(line, 2), stoppedAt: '\n' }
      }
      return answered(rest, 6)
    },
    { profile: { kinds } },
  )
}

test('an extension goes on where its partial stops, the guide sees partials and the verifier only the answer', async () => {
  const requests: ModelRequest[] = []
  const judge = guiding()
  const engine = new Engine({
    models: [writer(['sample', 'extend'], requests), judge],
    budget: { tokens: 1000 },
    strategy: chain(),
    checker: await pool.checker({ name: 'exact' }),
    guide: await pool.anyChecker(guide),
  })
  const result = await engine.solve(prompt)
  expect(result).toMatchObject({ status: 'verified', answer: { text: 'one\ntwo\nthree' } })
  expect(requests.map(({ messages, continues, stop }) => [messages.length, continues, stop])).toEqual([
    [1, undefined, ['\n']],
    [2, true, ['\n']],
    [2, true, ['\n']],
  ])
  expect(messageText(requests[2]?.messages[1] ?? { role: '' })).toBe('one\ntwo\n')
  const extensions = result.trace.filter(({ step }) => step.kind === 'extend')
  // A partial has a value and no verdict; what is proven needs no opinion.
  expect(extensions.map(({ value, verdict }) => [value, verdict !== undefined])).toEqual([
    [0.2, false],
    [0.3, false],
    [undefined, true],
  ])
  // Three extensions of 10 + 2, 10 + 2 and 10 + 6 tokens, and two questions of 10 + 1.
  expect(result.usage).toMatchObject({ calls: 5, tokens: 12 + 12 + 16 + 2 * 11 })
  expect(engine.ledger.reserved).toEqual(nothing)
})

test('a model that cannot extend is asked by prompt to go on, cut at the delimiter, and the result says so', async () => {
  const requests: ModelRequest[] = []
  const engine = new Engine({
    models: [writer(['sample'], requests)],
    budget: { tokens: 1000 },
    strategy: { ...chain(), guided: false },
    checker: await pool.checker({ name: 'exact' }),
  })
  const result = await engine.solve(prompt)
  expect(result).toMatchObject({ status: 'verified', answer: { text: 'one\ntwo\nthree' } })
  expect(result.reasons).toContainEqual(expect.objectContaining({ code: 'emulated', count: 3 }))
  expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  expect(requests.every(({ continues, stop }) => continues === undefined && stop === undefined)).toBe(true)
})

test('an extension of some tokens pauses at them and never writes more than is left of the cap', async () => {
  const caps: number[] = []
  const model = new ScriptedModel(
    ({ maxOutputTokens }) => {
      caps.push(maxOutputTokens)
      return {
        kind: 'answered',
        candidate: { text: 'x', finish: 'length' },
        usage: { inputTokens: 10, outputTokens: maxOutputTokens },
        milliseconds: 1,
      }
    },
    { profile: { kinds: ['sample', 'extend'], maxOutputTokens: 20 } },
  )
  const strategy = chain({ tokens: 8 })
  const engine = new Engine({
    models: [model],
    budget: { tokens: 1000 },
    strategy: {
      ...strategy,
      *propose(tree: Tree, view: View) {
        if (tree.nodes.length < 3 || tree.nodes.at(-1)?.state === 'pending')
          yield* strategy.propose(tree, view)
      },
    },
  })
  const result = await engine.solve(prompt)
  expect(caps).toEqual([8, 8, 4])
  // Partials are never returned.
  expect(result).toMatchObject({ status: 'failed' })
  expect(result.answer).toBeUndefined()
})

/** Samples once, then revises what came before. */
function revising(form: Step['form']): Strategy {
  return {
    id: 'revising',
    decides: 'scores',
    *propose(tree: Tree): Generator<Proposal> {
      const last = tree.nodes.at(-1)
      if (last?.verdict?.kind === 'scored' && last.verdict.score === 1) return
      if (last?.state === 'pending') yield proposed(last.step)
      else if (!last) yield proposed({ kind: 'sample', model: 'scripted', parents: [], index: 0 })
      else
        yield proposed({
          kind: 'revise',
          model: 'scripted',
          parents: [last.step.id],
          index: 0,
          ...(form && { form }),
        })
    },
    rank: (tree) => tree.nodes.filter(({ state }) => state === 'done').map(({ step }) => step.id),
  }
}

test('a revision shows the attempt and its feedback, and counts every token of the longer conversation', async () => {
  const requests: ModelRequest[] = []
  const model = new ScriptedModel((request, call) => {
    requests.push(request)
    return answered(call === 1 ? '{"a": "x"}' : '{"a": 1}')
  })
  const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
  const engine = new Engine({
    models: [model],
    budget: { tokens: 1000 },
    strategy: revising(undefined),
    checker: await pool.checker({ name: 'json-schema' }),
  })
  const result = await engine.solve({ ...prompt, reference: schema })
  expect(result).toMatchObject({ status: 'verified', answer: { text: '{"a": 1}' } })
  expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  expect(messageText(requests[1]?.messages[2] ?? { role: '' })).toMatch(/number/)
  expect(requests[0]?.seed).toBeUndefined()
  expect(requests[1]?.seed).toEqual(expect.any(Number))
})

test('a patch is applied to the attempt it is for, and one that cannot be leaves it as it was', async () => {
  const replies = ['{\n  "a": "x",\n  "b": 2\n}', 'no patch', '[{"op":"replace","path":"/a","value":1}]']
  const model = new ScriptedModel((_, call) => answered(replies[call - 1] ?? ''))
  const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
  const engine = new Engine({
    models: [model],
    budget: { tokens: 1000 },
    strategy: revising('patch'),
    checker: await pool.checker({ name: 'json-schema' }),
  })
  const result = await engine.solve({ ...prompt, reference: schema })
  expect(result.answer?.text).toBe('{\n  "a": 1,\n  "b": 2\n}')
  expect(result.reasons).toContainEqual(expect.objectContaining({ code: 'patch' }))
})

/** Every model's next sample, the caller's first. */
const everyModel: Strategy = {
  id: 'every-model',
  decides: 'scores',
  *propose(tree: Tree, view: View): Generator<Proposal> {
    if (tree.nodes.some(({ verdict }) => verdict?.kind === 'scored' && verdict.score === 1)) return
    for (const model of view.models) {
      const own = tree.nodes.filter(({ step }) => step.model === model)
      for (const { step, state } of own) if (state === 'pending') yield proposed(step)
      yield proposed({ kind: 'sample', model, parents: [], index: own.length })
    }
  },
  rank: (tree) => tree.nodes.filter(({ state }) => state === 'done').map(({ step }) => step.id),
}

/** Two models: the small one is right on `easy`, the large one on all. */
function pair() {
  const small = new ScriptedModel(
    ({ prompt: { id } }) => answered(id.startsWith('easy') ? 'right' : 'wrong'),
    {
      profile: { name: 'small', parameters: 1e6 },
    },
  )
  const large = new ScriptedModel(() => answered('right'), { profile: { name: 'large', parameters: 1e7 } })
  return { small, large }
}

test('steps on a larger model are bought from the same budget where the smaller one keeps failing', async () => {
  const { small, large } = pair()
  const engine = new Engine({
    models: [small, large],
    budget: { flops: 48 * 2e7 * 15 },
    strategy: everyModel,
    checker: await pool.checker({ name: 'exact' }),
    concurrency: 1,
  })
  const ids = Array.from({ length: 60 }, (_, index) => `${index % 2 === 0 ? 'easy' : 'hard'}-${index}`)
  const results = await Promise.all(ids.map((id) => engine.solve({ ...prompt, id, reference: 'right' })))
  expect(results.filter(({ status }) => status === 'verified')).toHaveLength(60)
  const escalated = results.filter(({ trace }) => trace.some(({ step }) => step.model === 'large'))
  // Nothing tells the prompts apart beforehand: the large model is for those that the small one failed.
  expect(escalated.filter(({ id }) => id.startsWith('easy')).length).toBeLessThanOrEqual(5)
  expect(escalated.filter(({ id }) => id.startsWith('hard'))).toHaveLength(30)
  expect(engine.overshoot).toEqual(nothing)
})

test('where the larger model no longer fits the budget, what fits is bought instead', async () => {
  const { small, large } = pair()
  const engine = new Engine({
    models: [small, large],
    // Room for some small samples of at most 30 tokens, and for no large one.
    budget: { flops: 2e6 * 30 * 4 },
    strategy: everyModel,
    checker: await pool.checker({ name: 'exact' }),
  })
  const result = await engine.solve({ ...prompt, id: 'hard', reference: 'right' })
  expect(result.status).toBe('exhausted')
  expect(small.calls).toBeGreaterThanOrEqual(4)
  expect(large.calls).toBe(0)
})

test('an effort changes the options and the cap that its profile names, and nothing else', async () => {
  const requests: ModelRequest[] = []
  const model = new ScriptedModel(
    (request) => {
      requests.push(request)
      return answered('x')
    },
    {
      profile: {
        efforts: [{ name: 'high', options: { reasoning_effort: 'high' }, maxOutputTokens: 50 }],
      },
    },
  )
  const engine = new Engine({
    models: [model],
    budget: { tokens: 1000 },
    strategy: {
      ...everyModel,
      *propose(tree: Tree, view: View): Generator<Proposal> {
        const [effort] = view.efforts('scripted')
        if ((tree.nodes.length === 0 || tree.nodes[0]?.state === 'pending') && effort !== undefined)
          yield proposed({ kind: 'sample', model: 'scripted', effort, parents: [], index: 0 })
      },
    },
  })
  await engine.solve({ ...prompt, options: { max_tokens: 7, top_p: 0.5 } })
  expect(requests).toHaveLength(1)
  expect(requests[0]).toMatchObject({
    maxOutputTokens: 50,
    prompt: { options: { reasoning_effort: 'high', top_p: 0.5 } },
  })
})

test('a strategy that branches waits for nobody: a failed step lifts the barrier', async () => {
  const model = new ScriptedModel(({ step }) =>
    step.index === 0
      ? {
          kind: 'failed',
          code: 'rejected',
          message: 'no',
          retryable: false,
          usage: { inputTokens: 0, outputTokens: 0 },
        }
      : answered('right'),
  )
  const engine = new Engine({
    models: [model],
    budget: { tokens: 1000 },
    strategy: {
      ...everyModel,
      *propose(tree: Tree): Generator<Proposal> {
        const nodes = tree.nodes.filter(({ state }) => state !== 'pending')
        if (nodes.length >= 2) return
        for (const index of [0, 1]) {
          const node = tree.nodes.find(({ step }) => step.index === index)
          if (!node || node.state === 'pending')
            yield proposed({ kind: 'extend', model: 'scripted', parents: [], index })
        }
      },
    },
    checker: await pool.checker({ name: 'exact' }),
  })
  expect(await engine.solve({ ...prompt, reference: 'right' })).toMatchObject({ status: 'verified' })
})

test('where a model’s opinion is all there is, the next sample goes to the prompt it thinks least of', async () => {
  const model = new ScriptedModel(({ prompt: { id } }) => answered(id === 'good' ? '0.9' : '0.1'))
  const judge = new ScriptedModel(
    ({ messages: [message] }) => answered(message ? messageText(message) : '', 1),
    {
      profile: { name: 'guide', kinds: ['judge'], maxOutputTokens: 1 },
    },
  )
  const engine = new Engine({
    models: [model, judge],
    budget: { calls: 20 },
    strategy: everyModel,
    checker: await pool.anyChecker(guide),
    concurrency: 1,
  })
  const [good, bad] = await Promise.all(['good', 'bad'].map((id) => engine.solve({ ...prompt, id })))
  expect(good?.trace.length).toBeLessThan(bad?.trace.length ?? 0)
})

test('prompts of a stream wait for their price until it ends, and nothing is lost', async () => {
  const model = new ScriptedModel(({ step }) => answered(step.index > 2 ? 'right' : 'wrong'))
  const engine = new Engine({
    models: [model],
    budget: { calls: 24 },
    strategy: everyModel,
    checker: await pool.checker({ name: 'exact' }),
    allocator: new StreamAllocator(new MenuIndex({ wastedShare: 0 }), {
      budget: 1,
      horizon: 6,
      mix: [{ share: 1, belief: { mean: 0.2, strength: 2, hopeless: 0.2 } }],
    }),
    concurrency: 2,
  })
  const promises: Promise<unknown>[] = []
  for (let index = 0; index < 6; index += 1) {
    promises.push(engine.solve({ ...prompt, id: `p${index}`, reference: 'right' }))
    // Each arrives when the one before it has had its turn.
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
  }
  let settled = 0
  for (const promise of promises) void promise.then(() => (settled += 1))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(settled).toBeLessThan(6)
  engine.end()
  expect(await Promise.all(promises)).toMatchObject(Array.from({ length: 6 }, () => ({ status: 'verified' })))
  expect(model.calls).toBe(24)
})
