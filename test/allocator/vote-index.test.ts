import { describe, expect, it } from 'vitest'
import { VoteIndex } from '../../src/allocator/vote-index.ts'

const votes = (leader: number, second: number, cast = leader + second) =>
  ({ kind: 'votes', leader, second, cast, cost: 1 }) as const

describe('VoteIndex', () => {
  it('gives everyone a first vote before anyone a second', () => {
    const index = new VoteIndex()
    const one = index.after('task', index.first, votes(1, 0))
    expect(index.value('task', index.first, 0)).toBeGreaterThan(index.value('task', one, 0))
  })

  it('prefers a tie to a settled prompt, and leaves a settled one alone', () => {
    const index = new VoteIndex()
    let split = index.first
    split = index.after('task', split, votes(1, 0))
    split = index.after('task', split, votes(1, 1))
    let settled = index.first
    for (let vote = 1; vote <= 20; vote += 1) settled = index.after('task', settled, votes(vote, 0))
    expect(index.value('task', split, 0)).toBeGreaterThan(0)
    expect(index.value('task', settled, 0)).toBe(0)
  })

  it('gives up a prompt whose samples never have an answer', () => {
    const index = new VoteIndex()
    let state = index.first
    for (let vote = 0; vote < 20; vote += 1) state = index.after('task', state, votes(0, 0, 0))
    expect(index.value('task', state, 0)).toBe(0)
    expect(index.value('task', index.after('task', state, votes(1, 0)), 0)).toBeGreaterThan(0)
  })

  it('stops sooner once a batch has shown that samples agree', () => {
    const index = new VoteIndex()
    const two = index.after('task', index.after('task', index.first, votes(1, 0)), votes(2, 0))
    const before = index.value('task', two, 0)
    for (let prompt = 0; prompt < 60; prompt += 1) {
      let state = index.first
      for (let vote = 1; vote <= 3; vote += 1) state = index.after('task', state, votes(vote, 0))
    }
    expect(index.revision).toBeGreaterThan(0)
    expect(index.value('task', two, 0)).toBeLessThan(before)
  })

  it('asks less for a vote while others are out, and counts past its horizon', () => {
    const index = new VoteIndex({ horizon: 6 })
    let state = index.first
    for (let vote = 1; vote <= 9; vote += 1)
      state = index.after('task', state, votes(Math.ceil(vote / 2), Math.floor(vote / 2)))
    expect(index.value('task', state, 0)).toBe(0)
    const one = index.after('task', index.first, votes(1, 0))
    expect(index.value('task', one, 1)).toBeCloseTo(index.value('task', one, 0) / 2, 12)
  })
})
