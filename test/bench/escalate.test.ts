import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costAt, frontier } from '../../bench/escalate/frontier.ts'
import { modelPairs } from '../../bench/escalate/pair.ts'
import { escalateReport } from '../../bench/escalate.ts'
import { numbersOf, syntheticRecording } from './synthetic-recording.ts'

const small = syntheticRecording({ model: 'small', skill: 0.45, samples: 8 })
const large = syntheticRecording({ model: 'large', skill: 0.9, samples: 2 })
const strip = ({ wall_s: _wall, ...rest }: ReturnType<typeof escalateReport>) => rest

describe('bench escalate', () => {
  const report = escalateReport([small, large], { seed: 1, quick: true })

  it('compares bills at equal accuracy for both prices, all numbers finite', () => {
    for (const value of numbersOf(report)) expect(Number.isFinite(value)).toBe(true)
    expect(report.pairs.map(({ price }) => price)).toEqual([10, 50])
    for (const { levels, curves, accuracy } of report.pairs) {
      expect(levels).toHaveLength(4)
      // Asking the large model for everything is on our menu, and costs 1; draws of it vary.
      const ours = (curves['ours'] ?? []).map(({ policy, bill, accuracy: right }) => ({
        name: policy,
        cost: bill,
        accuracy: right,
      }))
      expect(costAt(ours, accuracy.large - 0.03)).toBeLessThanOrEqual(1.01)
    }
  })

  it('only escalates upwards, within a set', () => {
    expect(modelPairs([small, large]).map((pair) => [pair.small, pair.large])).toEqual([['small', 'large']])
    expect(modelPairs([small, { ...large, directory: 'elsewhere' }])).toEqual([])
  })

  it('is the same for the same seed and another for another; refuses a single model', () => {
    expect(strip(escalateReport([small, large], { seed: 1, quick: true }))).toEqual(strip(report))
    expect(strip(escalateReport([small, large], { seed: 2, quick: true }))).not.toEqual(strip(report))
    expect(() => escalateReport([small], { seed: 1, quick: true })).toThrow(/two models/)
  })
})

describe('frontier', () => {
  it('lies on or above every point, and never asks more than a point costs', () => {
    const points = fc.array(
      fc.record({
        name: fc.constant('p'),
        cost: fc.double({ min: 0.01, max: 5, noNaN: true }),
        accuracy: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 25 },
    )
    fc.assert(
      fc.property(points, (list) => {
        const hull = frontier(list)
        for (const { cost, accuracy } of list) expect(costAt(hull, accuracy)).toBeLessThanOrEqual(cost + 1e-9)
        expect(costAt(hull, 2)).toBeUndefined()
      }),
    )
  })
})
