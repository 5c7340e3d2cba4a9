import { describe, expect, it } from 'vitest'
import { noisyReport } from '../../bench/noisy.ts'
import { numbersOf, syntheticRecording } from './synthetic-recording.ts'

const recordings = [syntheticRecording({ model: 'tested', tests: true, samples: 16, prompts: 24 })]
const strip = ({ wall_s: _wall, ...rest }: ReturnType<typeof noisyReport>) => rest

describe('bench noisy', () => {
  const report = noisyReport(recordings, { seed: 1, quick: true })

  it('measures recorded tests and simulated verifiers, all numbers finite', () => {
    for (const value of numbersOf(report)) expect(Number.isFinite(value)).toBe(true)
    expect(report.results.filter(({ simulated }) => !simulated)).toHaveLength(1)
    expect(report.results.filter(({ simulated }) => simulated)).toHaveLength(7)
  })

  it('starts every policy from the same single sample, and accepts no more than plain best-of-N', () => {
    for (const { points } of report.results) {
      const [first] = points
      for (const interval of Object.values(first?.minus_best_of_n ?? {}))
        expect(interval[0]).toBeCloseTo(0, 9)
      for (const point of points) {
        for (const wrong of Object.values(point.wrong_but_accepted)) {
          expect(wrong).toBeGreaterThanOrEqual(0)
          expect(wrong).toBeLessThanOrEqual(1)
        }
      }
    }
  })

  it('is the same for the same seed and another for another; refuses what has too few samples', () => {
    expect(strip(noisyReport(recordings, { seed: 1, quick: true }))).toEqual(strip(report))
    expect(strip(noisyReport(recordings, { seed: 2, quick: true }))).not.toEqual(strip(report))
    const thin = syntheticRecording({ model: 'thin', samples: 2 })
    expect(() => noisyReport([thin], { seed: 1, quick: true })).toThrow(/enough samples/)
  })
})
