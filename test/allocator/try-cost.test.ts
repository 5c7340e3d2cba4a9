import { describe, expect, it } from 'vitest'
import { BucketAllocator } from '../../src/allocator/bucket-allocator.ts'
import { HazardIndex } from '../../src/allocator/hazard-index.ts'
import { TryCost } from '../../src/allocator/try-cost.ts'

describe('TryCost', () => {
  it('expects of a try its input, and what successes and failures of its class generate', () => {
    const costs = new TryCost()
    const long = costs.open(300)
    const short = costs.open()
    expect(costs.of(long, 0.5)).toBe(1)
    for (let tries = 0; tries < 400; tries += 1) {
      costs.add(long, 300 + 100, true)
      costs.add(long, 300 + 500, false)
      costs.add(short, 100, true)
      costs.add(short, 200, false)
    }
    const mean = (400 + 800 + 100 + 200) / 4
    for (const chance of [0, 0.25, 1]) {
      expect(costs.of(long, chance) * mean).toBeCloseTo(300 + 100 * chance + 500 * (1 - chance), -1)
      expect(costs.of(short, chance) * mean).toBeCloseTo(100 * chance + 200 * (1 - chance), -1)
    }
  })

  it('takes a new class for the mean of all', () => {
    const costs = new TryCost()
    const known = costs.open()
    for (let tries = 0; tries < 100; tries += 1) costs.add(known, 40, tries % 2 === 0)
    expect(costs.of(costs.open(), 0.3)).toBeCloseTo(1, 1)
  })
})

describe('HazardIndex with costs', () => {
  const belief = { mean: 0.4, strength: 2, hopeless: 0.1 }
  /** Prompt 0 has a long input and prompt 1 a short one; both have the same belief. */
  const served = (inputs: readonly [number, number] | undefined) => {
    const allocator = new BucketAllocator(new HazardIndex({ wastedShare: 0 }))
    for (const arm of [0, 1]) allocator.add(arm, '', belief, inputs?.[arm])
    const order: number[] = []
    for (let tries = 0; tries < 6; tries += 1) {
      const arm = allocator.next() as number
      order.push(arm)
      allocator.started(arm)
      allocator.observe(arm, { kind: 'unsolved', cost: 100 + (inputs?.[arm] ?? 0) })
    }
    return order
  }

  it('serves a prompt with a short input more often than one with a long input', () => {
    expect(served(undefined).filter((arm) => arm === 1)).toHaveLength(3)
    expect(served([4000, 100]).filter((arm) => arm === 1).length).toBeGreaterThanOrEqual(4)
  })

  it('goes by cost where success never is, without any belief', () => {
    const index = new HazardIndex()
    const [long, short] = [4000, 100].map((cost) => index.classFor('', undefined, cost)) as [string, string]
    expect(long).not.toBe(short)
    expect(index.classFor('', undefined)).toBe('')
    index.after(long, 0, { kind: 'unsolved', cost: 4100 })
    index.after(short, 0, { kind: 'unsolved', cost: 200 })
    expect(index.value(short, 1, 0)).toBeGreaterThan(5 * index.value(long, 1, 0))
  })

  it('tells dear failures from cheap successes: of two classes with the same mean cost, the likelier is served first', () => {
    const index = new HazardIndex()
    const likely = index.classFor('', { mean: 0.8, strength: 20, hopeless: 0.01 })
    const unlikely = index.classFor('', { mean: 0.2, strength: 20, hopeless: 0.01 })
    const before = index.value(likely, 0, 0) / index.value(unlikely, 0, 0)
    for (let tries = 0; tries < 20; tries += 1) {
      index.after(likely, 0, { kind: tries < 16 ? 'solved' : 'unsolved', cost: tries < 16 ? 10 : 90 })
      index.after(unlikely, 0, { kind: tries < 4 ? 'solved' : 'unsolved', cost: tries < 4 ? 10 : 90 })
    }
    expect(index.value(likely, 0, 0) / index.value(unlikely, 0, 0)).toBeGreaterThan(1.5 * before)
  })
})
