import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectedCost, forecastPrice } from '../../src/allocator/forecast-price.ts'
import { HazardIndex } from '../../src/allocator/hazard-index.ts'
import { StreamAllocator } from '../../src/allocator/stream-allocator.ts'
import { randomFrom } from '../../src/clock/random.ts'

const mix = [
  { belief: { mean: 0.7, strength: 2, hopeless: 0.05 }, share: 0.5 },
  { belief: { mean: 0.2, strength: 1, hopeless: 0.3 }, share: 0.5 },
]

describe('forecastPrice', () => {
  it('makes the expected mix cost no more than the budget, and a lower price costs more', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 12, noNaN: true }), (budget) => {
        const price = forecastPrice(mix, budget)
        expect(expectedCost(mix, price)).toBeLessThanOrEqual(budget)
        if (price > 0)
          expect(expectedCost(mix, price * 0.999 - 1e-9)).toBeGreaterThanOrEqual(expectedCost(mix, price))
      }),
    )
  })

  it('is 0 when everything can be bought', () => {
    expect(forecastPrice([{ belief: { mean: 0.9, strength: 9, hopeless: 0 }, share: 1 }], 1e6)).toBe(0)
  })

  it('is the geometric closed form for a known pass rate', () => {
    // With p known the chance never falls, so the price is p unless the budget covers all tries: 1/p of them.
    const sure = [{ belief: { mean: 0.5, strength: 1e9, hopeless: 0 }, share: 1 }]
    expect(expectedCost(sure, 0.4)).toBeCloseTo(2, 5)
    expect(expectedCost(sure, 0.6)).toBe(0)
  })
})

describe('StreamAllocator', () => {
  it('never spends more than the budget, keeps to the plan before the end, and revisits the deferred', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        (seed, prompts, tries) => {
          const budget = prompts * tries
          const random = randomFrom(seed)
          const allocator = new StreamAllocator(new HazardIndex({ wastedShare: 0 }), {
            budget,
            horizon: prompts,
            mix,
          })
          let spent = 0
          let open = 0
          const serve = () => {
            for (let arm = allocator.next(); arm !== undefined; arm = allocator.next()) {
              spent += 1
              allocator.started(arm)
              const success = random() < 0.3
              allocator.observe(arm, { kind: success ? 'solved' : 'unsolved', cost: 1 })
              if (!success) continue
              allocator.close(arm)
              open -= 1
            }
          }
          for (let arm = 0; arm < prompts; arm += 1) {
            allocator.add(arm, '')
            open += 1
            serve()
            expect(spent).toBeLessThanOrEqual((arm + 1) * tries + 1e-9)
          }
          allocator.end()
          serve()
          expect(spent).toBeLessThanOrEqual(budget)
          // Nothing is left over while there is a prompt it could go to.
          if (open > 0) expect(spent).toBe(budget)
        },
      ),
      { numRuns: 60 },
    )
  })
})
