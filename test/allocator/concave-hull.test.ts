import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concaveHull, slope } from '../../src/allocator/concave-hull.ts'

const menu = fc.array(
  fc.record({ cost: fc.integer({ min: 1, max: 50 }), value: fc.integer({ min: 1, max: 1000 }) }),
  { minLength: 1, maxLength: 20 },
)

describe('concaveHull', () => {
  it('rises ever more slowly, keeps only plans of the menu, and no plan lies above it', () => {
    fc.assert(
      fc.property(menu, (plans) => {
        const hull = concaveHull(plans)
        expect(hull.length).toBeGreaterThan(0)
        for (const [index, point] of hull.entries()) {
          expect(plans).toContain(point)
          const before = hull[index - 1]
          const after = hull[index + 1]
          expect(slope(before, point)).toBeGreaterThan(0)
          if (after) expect(slope(point, after)).toBeLessThan(slope(before, point))
        }
        for (const { cost, value } of plans) {
          const next = hull.findIndex((point) => point.cost >= cost)
          const to = hull[next]
          const from = hull[next - 1]
          const most = to
            ? (from?.value ?? 0) + slope(from, to) * (cost - (from?.cost ?? 0))
            : (hull.at(-1)?.value ?? 0)
          expect(value).toBeLessThanOrEqual(most + 1e-9)
        }
      }),
    )
  })

  it('skips the middle of an S-shaped plan', () => {
    const plans = [
      { cost: 1, value: 0.05 },
      { cost: 2, value: 0.2 },
      { cost: 4, value: 0.8 },
      { cost: 8, value: 0.9 },
      { cost: 9, value: 0.85 },
    ]
    expect(concaveHull(plans)).toEqual([plans[2], plans[3]])
  })

  it('has nothing where no plan is worth anything', () => {
    expect(concaveHull([{ cost: 3, value: 0 }])).toEqual([])
  })
})
