import { describe, expect, it } from 'vitest'
import { FairCapIndex } from '../../src/allocator/fair-cap-index.ts'
import { randomFrom } from '../../src/clock/random.ts'

describe('FairCapIndex', () => {
  it('comes to E[(X − best)⁺] of the law of scores: (1 − b)²/2 for uniform scores', () => {
    const policy = new FairCapIndex()
    const random = randomFrom(3)
    for (let sample = 0; sample < 20_000; sample += 1) {
      policy.after('', policy.first, { kind: 'unsolved', score: random(), cost: 1 })
    }
    for (const best of [0.1, 0.5, 0.8]) {
      const state = policy.after('', policy.first, { kind: 'unsolved', score: best, cost: 1 })
      expect(policy.value('', state, 0)).toBeCloseTo((1 - best) ** 2 / 2, 1)
    }
    expect(policy.value('', policy.first, 0)).toBeCloseTo(0.5, 1)
  })

  it('only falls as the best score grows, and a worse sample changes nothing', () => {
    const policy = new FairCapIndex()
    const good = policy.after('', policy.first, { kind: 'unsolved', score: 0.7, cost: 1 })
    expect(policy.after('', good, { kind: 'unsolved', score: 0.2, cost: 1 })).toBe(good)
    const better = policy.after('', good, { kind: 'unsolved', score: 0.9, cost: 1 })
    expect(policy.value('', better, 0)).toBeLessThan(policy.value('', good, 0))
  })
})
