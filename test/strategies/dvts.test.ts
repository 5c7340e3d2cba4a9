import { describe, expect, it } from 'vitest'
import { beam } from '../../strategies/beam.ts'
import { dvts } from '../../strategies/dvts.ts'
import { drive, Play } from './driver.ts'
import { reasoner } from './search-scripts.ts'

describe('DVTS', () => {
  it('with one subtree is a beam that keeps 1 of M', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const options = { seed, budget: 80 }
      const subtree = drive(dvts({ beams: 4, width: 4 }), reasoner({ seed, failing: 0.1 }), options)
      const beamed = drive(beam({ beams: 4, width: 4 }), reasoner({ seed, failing: 0.1 }), options)
      expect(subtree.events).toEqual(beamed.events)
    }
  })

  it('gives every subtree its own best, however poor, where a beam follows the favourite', () => {
    // The first steps 0 and 1 are good, the others poor.
    const value = (text: string) => (Number(text.split('\n')[0]?.split(' ').at(-1)) < 2 ? 0.9 : 0.2)
    const starts = (strategy: typeof dvts) => {
      const play = drive(strategy({ beams: 4, width: 2, rounds: 1 }), reasoner({ value, chance: 0 }), {
        budget: 1_000_000,
      })
      return [...new Set(play.candidates.map((node) => node.candidate?.text.split('\n')[0]?.at(-1)))]
    }
    expect(starts(beam)).toEqual(['0'])
    // The second subtree's first steps have the indices 5 to 9: two and three replacements are the first's.
    expect(new Set(starts(dvts))).toEqual(new Set(['0', '5']))
  })

  it('does not wait for one subtree to go on with another', () => {
    const play = new Play(dvts({ beams: 4, width: 2 }))
    for (const { step } of play.ask()) play.start(step)
    const [first, second] = play.pending
    for (const node of [first, second]) if (node) play.tell(node.step.id, { partial: 'a', value: 0.5 })
    const asked = play.ask().map(({ step }) => step.parents[0])
    expect(asked.filter((parent) => parent === first?.step.id)).toHaveLength(2)
    expect(asked.filter((parent) => parent === undefined)).toHaveLength(2)
  })

  it('starts a new subtree where one ended, up to the rounds', () => {
    const script = reasoner({ lines: 2, chance: 0 })
    const play = drive(dvts({ beams: 4, width: 2, rounds: 3 }), script, { budget: 1_000_000 })
    const starts = play.tree.nodes.filter((node) => node.step.parents.length === 0)
    expect(starts).toHaveLength(3 * 4)
    expect(play.ask()).toEqual([])
  })

  it('goes on with the subtrees that are left when one cannot start', () => {
    const play = new Play(dvts({ beams: 2, width: 1 }))
    for (let turn = 0; turn < 4; turn += 1) {
      const step = play.ask().find((proposal) => proposal.step.index < 4)?.step
      if (!step) break
      play.start(step)
      play.tell(step.id, 'failed')
    }
    expect(play.ask().map(({ step }) => step.index)).toEqual([4])
  })
})
