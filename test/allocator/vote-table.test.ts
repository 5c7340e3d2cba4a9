import jstat from 'jstat'
import { describe, expect, it } from 'vitest'
import { leaderProbability, voteValue } from '../../src/allocator/vote-table.ts'

describe('leaderProbability', () => {
  it('is the tail of a Beta distribution above one half', () => {
    for (let leader = 0; leader <= 40; leader += 1) {
      for (let second = 0; second <= leader; second += 1) {
        const tail = 1 - jstat.ibeta(0.5, leader + 1, second + 1)
        expect(leaderProbability(leader, second)).toBeCloseTo(tail, 7)
      }
    }
  })

  it('gives the stopping table of Adaptive-Consistency at 0.95', () => {
    const needed = [0, 1, 2, 3, 4, 5, 6, 8, 10].map((second) => {
      let leader = second
      while (leaderProbability(leader, second) < 0.95) leader += 1
      return leader
    })
    expect(needed).toEqual([4, 6, 8, 9, 11, 12, 14, 17, 19])
  })
})

describe('voteValue', () => {
  it('sees a gain beyond the next vote where one vote cannot change the leader', () => {
    expect(voteValue(2, 0)).toBeGreaterThan(0)
    expect(voteValue(3, 1)).toBeGreaterThan(0)
  })

  it('falls as the leader pulls ahead', () => {
    for (let leader = 2; leader < 8; leader += 1)
      expect(voteValue(leader + 1, 1)).toBeLessThan(voteValue(leader, 1))
  })
})
