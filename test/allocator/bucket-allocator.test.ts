import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BucketAllocator } from '../../src/allocator/bucket-allocator.ts'
import { HazardIndex } from '../../src/allocator/hazard-index.ts'
import type { IndexPolicy } from '../../src/allocator/index-policy.ts'
import { roundRobin } from '../../src/allocator/round-robin.ts'
import { randomFrom } from '../../src/clock/random.ts'

/** Values that change with the revision; some classes are worth nothing in some states. */
class Scripted implements IndexPolicy {
  readonly first = 0
  revision = 0
  after(_className: string, state: number): number {
    return state + 1
  }
  value(className: string, state: number, inFlight: number): number {
    return ((Number(className) * 7 + state * 5 + inFlight * 3 + this.revision * 11) % 13) - 1
  }
}

interface Known {
  className: string
  state: number
  inFlight: number
  blocked: boolean
  /** When it joined the queue it stands in. */
  since: number
}

type Action = {
  readonly kind: 'add' | 'start' | 'observe' | 'block' | 'close' | 'reprice'
  readonly pick: number
}

describe('BucketAllocator', () => {
  it('always names a prompt of the largest value, the one that waited longest in its bucket', () => {
    const action = fc.record({
      kind: fc.constantFrom('add', 'add', 'start', 'start', 'observe', 'block', 'close', 'reprice'),
      pick: fc.nat(1000),
    }) as fc.Arbitrary<Action>
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
        const policy = new Scripted()
        const allocator = new BucketAllocator(policy)
        const known = new Map<number, Known>()
        let clock = 0
        let arms = 0
        for (const { kind, pick } of actions) {
          clock += 1
          const arm =
            kind === 'start'
              ? (allocator.next() ?? -1)
              : ([...known.keys()][pick % Math.max(1, known.size)] ?? -1)
          const prompt = known.get(arm)
          if (kind === 'add') {
            const className = String(pick % 5)
            allocator.add(arms, className)
            known.set(arms, { className, state: 0, inFlight: 0, blocked: false, since: clock })
            arms += 1
          } else if (kind === 'reprice') policy.revision += 1
          else if (prompt && kind === 'start') {
            allocator.started(arm)
            prompt.inFlight += 1
            prompt.since = clock
          } else if (prompt && kind === 'observe' && prompt.inFlight > 0) {
            allocator.observe(arm, { kind: 'unsolved', cost: 1 })
            Object.assign(prompt, {
              state: prompt.state + 1,
              inFlight: prompt.inFlight - 1,
              blocked: false,
              since: clock,
            })
          } else if (prompt && kind === 'block') {
            allocator.block(arm)
            prompt.blocked = true
          } else if (prompt && kind === 'close') {
            allocator.close(arm)
            known.delete(arm)
          }
          const values = [...known].map(([each, now]) => ({
            arm: each,
            ...now,
            value: now.blocked ? -1 : policy.value(now.className, now.state, now.inFlight),
          }))
          const most = Math.max(0, ...values.map(({ value }) => value))
          const next = allocator.next()
          if (most <= 0) {
            expect(next).toBeUndefined()
            continue
          }
          const named = values.find((each) => each.arm === next)
          expect(named?.value).toBe(most)
          const queue = values.filter(
            (each) =>
              !each.blocked &&
              each.className === named?.className &&
              each.state === named.state &&
              each.inFlight === named.inFlight,
          )
          expect(named?.since).toBe(Math.min(...queue.map(({ since }) => since)))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('takes at most 64 bytes a prompt with a prior for every prompt', () => {
    const allocator = new BucketAllocator(new HazardIndex())
    const random = randomFrom(1)
    const prompts = 40_000
    for (let arm = 0; arm < prompts; arm += 1) {
      allocator.add(arm, 'task', { mean: random() * 0.98 + 0.01, strength: 2, hopeless: 0.1 })
    }
    expect(allocator.bytes / prompts).toBeLessThanOrEqual(64)
    expect(allocator.buckets).toBeLessThanOrEqual(64)
  })

  it('moves a known prompt to another class and keeps its failures', () => {
    const allocator = new BucketAllocator(new HazardIndex({ recalibrates: false }))
    allocator.add(0, '', { mean: 0.5, strength: 2, hopeless: 1e-6 })
    allocator.add(1, '', { mean: 0.2, strength: 2, hopeless: 1e-6 })
    expect(allocator.next()).toBe(0)
    allocator.add(0, '', { mean: 0.01, strength: 2, hopeless: 1e-6 })
    expect(allocator.next()).toBe(1)
  })
})

describe('HazardIndex without beliefs', () => {
  it('serves exactly like drop-solved round robin, whatever comes back', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, prompts) => {
        const order = (allocator: BucketAllocator) => {
          const random = randomFrom(seed)
          const chances = Array.from({ length: prompts }, () => random())
          for (let arm = 0; arm < prompts; arm += 1) allocator.add(arm, 'task')
          const served: number[] = []
          for (let tries = 0; tries < 6 * prompts; tries += 1) {
            const arm = allocator.next()
            if (arm === undefined) break
            served.push(arm)
            allocator.started(arm)
            const success = random() < (chances[arm] as number)
            allocator.observe(arm, { kind: success ? 'solved' : 'unsolved', cost: 0.5 + random() })
            if (success) allocator.close(arm)
          }
          return served
        }
        const ours = order(new BucketAllocator(new HazardIndex({ wastedShare: 0 })))
        expect(ours).toEqual(order(new BucketAllocator(roundRobin({ whileInFlight: false }))))
      }),
      { numRuns: 60 },
    )
  })
})

describe('HazardIndex with beliefs', () => {
  it('serves the likelier prompt first and comes to the hopeless last', () => {
    const allocator = new BucketAllocator(new HazardIndex({ wastedShare: 0, recalibrates: false }))
    const means = [0.05, 0.9, 0.4]
    for (const [arm, mean] of means.entries()) allocator.add(arm, '', { mean, strength: 4, hopeless: 0.01 })
    const served: number[] = []
    for (let tries = 0; tries < 3; tries += 1) {
      const arm = allocator.next() as number
      served.push(arm)
      allocator.started(arm)
      allocator.observe(arm, { kind: 'solved', cost: 1 })
      allocator.close(arm)
    }
    expect(served).toEqual([1, 2, 0])
  })

  it('learns within a run that beliefs are noise and stops following them', () => {
    const spread = (informative: boolean) => {
      const policy = new HazardIndex({ wastedShare: 0 })
      const allocator = new BucketAllocator(policy)
      const random = randomFrom(7)
      const means = Array.from({ length: 400 }, () => 0.05 + 0.9 * random())
      for (const [arm, mean] of means.entries()) allocator.add(arm, '', { mean, strength: 8, hopeless: 0.01 })
      for (let tries = 0; tries < 400; tries += 1) {
        const arm = allocator.next() as number
        allocator.started(arm)
        const success = random() < (informative ? (means[arm] as number) : 0.3)
        allocator.observe(arm, { kind: success ? 'solved' : 'unsolved', cost: 1 })
        if (success) allocator.close(arm)
      }
      const high = policy.value(policy.classFor('', { mean: 0.9, strength: 8, hopeless: 0.01 }), 0, 0)
      const low = policy.value(policy.classFor('', { mean: 0.1, strength: 8, hopeless: 0.01 }), 0, 0)
      return high / low
    }
    expect(spread(true)).toBeGreaterThan(4)
    expect(spread(false)).toBeLessThan(spread(true) / 2)
  })
})
