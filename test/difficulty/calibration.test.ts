import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isotonic, mapped } from '../../src/difficulty/isotonic.ts'
import { reliability } from '../../src/difficulty/reliability.ts'

const points = fc.array(
  fc.record({
    predicted: fc.integer({ min: 0, max: 20 }).map((value) => value / 20),
    observed: fc.integer({ min: 0, max: 10 }).map((value) => value / 10),
    weight: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 30 },
)

describe('isotonic', () => {
  it('pools adjacent violators as in the textbook (Barlow et al. 1972)', () => {
    const observed = [1, 3, 2, 4, 3.5, 5]
    const map = isotonic(observed.map((value, index) => ({ predicted: index, observed: value, weight: 1 })))
    expect(map.to).toEqual([1, 2.5, 3.75, 5])
    expect(map.from).toEqual([0, 1.5, 3.5, 5])
    expect(mapped(map, 0.75)).toBeCloseTo(1.75, 12)
    expect(mapped(map, -3)).toBe(1)
    expect(mapped(map, 9)).toBe(5)
  })

  it('never falls, and keeps the weighted mean', () => {
    fc.assert(
      fc.property(points, (each) => {
        const map = isotonic(each)
        for (let knot = 1; knot < map.to.length; knot += 1) {
          expect(map.to[knot]).toBeGreaterThan(map.to[knot - 1] as number)
          expect(map.from[knot]).toBeGreaterThan(map.from[knot - 1] as number)
        }
        for (let value = 0; value < 1; value += 0.05) {
          expect(mapped(map, value + 0.05)).toBeGreaterThanOrEqual(mapped(map, value) - 1e-12)
        }
      }),
    )
  })
})

describe('reliability', () => {
  it('is the expected calibration error and log loss, by hand', () => {
    const { ece, logLoss, table } = reliability([
      { chance: 0.15, observed: 0 },
      { chance: 0.15, observed: 1 },
      { chance: 0.95, observed: 1, weight: 2 },
    ])
    expect(table).toHaveLength(2)
    expect(table[0]).toMatchObject({ low: 0.1, high: 0.2, weight: 2, observed: 0.5 })
    expect(ece).toBeCloseTo((2 * 0.35 + 2 * 0.05) / 4, 12)
    expect(logLoss).toBeCloseTo(-(Math.log(0.85) + Math.log(0.15) + 2 * Math.log(0.95)) / 4, 12)
  })

  it('has no bins and no error without predictions', () => {
    expect(reliability([])).toEqual({ ece: 0, logLoss: 0, table: [] })
  })
})
