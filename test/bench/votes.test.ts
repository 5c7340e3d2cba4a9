import { describe, expect, it } from 'vitest'
import { votePools } from '../../bench/votes/pool.ts'
import { votesReport } from '../../bench/votes.ts'
import { numbersOf, syntheticRecording } from './synthetic-recording.ts'

const recordings = [
  syntheticRecording({ model: 'often-right', skill: 0.75 }),
  syntheticRecording({ model: 'deep', samples: 41, prompts: 30 }),
]
const strip = ({ wall_s: _wall, ...rest }: ReturnType<typeof votesReport>) => rest

describe('bench votes', () => {
  const report = votesReport(recordings, { seed: 1, quick: true })

  it('reports finite numbers, a saving against each depth, and how far below its bound it is', () => {
    for (const value of numbersOf(report)) expect(Number.isFinite(value)).toBe(true)
    expect(Object.keys(report.at).toSorted()).toEqual(['10', '40'])
    for (const { depths } of report.recordings) {
      for (const { n, policies, certificate } of depths) {
        expect(certificate.gap).toBeLessThan(0.05)
        const ours = policies['ours']
        expect(ours?.votes_to_match).toBeLessThanOrEqual(n)
        // With every vote cast ours is self-consistency itself.
        expect(ours?.end.minus_sc[0]).toBeCloseTo(0, 9)
      }
    }
  })

  it('saves more than uniform voting where votes help', () => {
    const saving = (policy: string) => report.at['40']?.mean_saving[policy]?.[0] ?? 0
    expect(saving('ours')).toBeGreaterThan(saving('uniform'))
  })

  it('is the same for the same seed and another for another', () => {
    expect(strip(votesReport(recordings, { seed: 1, quick: true }))).toEqual(strip(report))
    expect(strip(votesReport(recordings, { seed: 2, quick: true }))).not.toEqual(strip(report))
  })

  it('refuses recordings that cannot be voted on, with a reason each', () => {
    const thin = syntheticRecording({ model: 'thin', samples: 3 })
    expect(votePools(thin).reason).toMatch(/fewer than/)
    expect(() => votesReport([thin], { seed: 1, quick: true })).toThrow(/none of the recordings/)
    const mixed = votesReport([thin, ...recordings], { seed: 1, quick: true })
    expect(mixed.skipped).toHaveLength(1)
  })
})
