import { expect, test } from 'vitest'
import type { Step } from '../../src/contract.ts'
import { SharedDraws } from '../../src/demo/shared-draws.ts'
import type { Model, ModelRequest, Sample } from '../../src/models/model.ts'

const step: Step = { id: 's', kind: 'sample', model: 'm', parents: [], index: 0 }
const usage = { inputTokens: 1, outputTokens: 1 }

function request(change: Partial<ModelRequest> = {}): ModelRequest {
  const messages = [{ role: 'user', content: 'x' }]
  return { step, prompt: { id: 'p', messages }, messages, maxOutputTokens: 9, attempt: 0, ...change }
}

/** A model that answers as told; the number is 1 for the first call. */
function draws(answer: (call: number) => Sample) {
  let calls = 0
  const model: Model = {
    time: 'live',
    profile: { name: 'm' },
    inputTokens: () => ({ tokens: 1, exact: true }),
    sample: () => {
      calls += 1
      return Promise.resolve(answer(calls))
    },
  }
  return { shared: new SharedDraws(model, 1), calls: () => calls }
}

const answered = (call: number): Sample => ({
  kind: 'answered',
  candidate: { text: String(call), finish: 'stop' },
  usage,
})

test('one request is drawn once for all arms, and another temperature or effort is another draw', async () => {
  const { shared, calls } = draws(answered)
  const [one, other] = [shared.arm(), shared.arm()]
  expect(await one.sample(request())).toEqual(await other.sample(request()))
  expect(calls()).toBe(1)
  const { prompt } = request()
  await one.sample(request({ prompt: { ...prompt, options: { temperature: 1.2 } } }))
  await one.sample(request({ prompt: { ...prompt, options: { reasoning_effort: 'high' } } }))
  expect(calls()).toBe(3)
  expect(one).toMatchObject({ samples: 3, tokens: 6, outputTokens: 3 })
})

test('another attempt is another call, no sooner than the server wished', async () => {
  const wish = 60
  const { shared } = draws((call) =>
    call === 1
      ? { kind: 'failed', code: 'rate-limited', message: '429', retryable: true, retryAfter: wish, usage }
      : answered(call),
  )
  const arm = shared.arm()
  expect(await arm.sample(request())).toMatchObject({ kind: 'failed' })
  const started = performance.now()
  expect(await arm.sample(request({ attempt: 1 }))).toMatchObject({ candidate: { text: '2' } })
  // Timers may fire a millisecond early.
  expect(performance.now() - started).toBeGreaterThan(wish - 2)
  expect(shared.failures).toMatchObject({ count: 1, last: { message: '429' } })
})
