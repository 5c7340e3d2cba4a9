import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Tally } from '../../src/aggregate/tally.ts'
import { votesOf } from '../../src/aggregate/votes.ts'
import type { Tree } from '../../src/contract.ts'

describe('Tally', () => {
  it('counts as votesOf does, at every moment', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 30 }), (votes) => {
        const tally = new Tally(5)
        const nodes: Tree['nodes'][number][] = []
        for (const [index, vote] of votes.entries()) {
          tally.add(vote)
          nodes.push({
            step: { id: String(index), kind: 'sample', model: 'm', parents: [], index },
            state: 'done',
            verdict: { kind: 'scored', score: 1, ...(vote >= 0 && { answer: String(vote) }) },
          })
          const counted = votesOf({ prompt: { id: 'p', messages: [] }, nodes, node: () => undefined })
          expect(tally.most).toBe(counted[0]?.votes ?? 0)
          expect(tally.second).toBe(counted[1]?.votes ?? 0)
          expect(tally.leader).toBe(counted[0] ? Number(counted[0].answer) : -1)
          expect(tally.total).toBe(index + 1)
          expect(tally.distinct).toBe(counted.length)
        }
        tally.clear()
        expect([tally.most, tally.second, tally.total, tally.leader]).toEqual([0, 0, 0, -1])
      }),
    )
  })
})
