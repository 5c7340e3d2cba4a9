import { describe, expect, it } from 'vitest'
import { minimise } from '../../src/difficulty/minimise.ts'

describe('minimise', () => {
  it('finds the minimum of Rosenbrock’s banana (1960), at (1, 1)', () => {
    const [x = 0, y = 0] = minimise(([a = 0, b = 0]) => 100 * (b - a * a) ** 2 + (1 - a) ** 2, [-1.2, 1])
    expect(x).toBeCloseTo(1, 1)
    expect(y).toBeCloseTo(1, 1)
  })

  it('finds that of a tilted bowl in five dimensions, the same each time', () => {
    const bowl = (point: readonly number[]) =>
      point.reduce((sum, value, axis) => sum + (axis + 1) * (value - axis / 4) ** 2, 0)
    const found = minimise(bowl, [0, 0, 0, 0, 0])
    for (const [axis, value] of found.entries()) expect(Math.abs(value - axis / 4)).toBeLessThan(0.05)
    expect(minimise(bowl, [0, 0, 0, 0, 0])).toEqual(found)
  })
})
