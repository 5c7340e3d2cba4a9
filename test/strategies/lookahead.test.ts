import { describe, expect, it } from 'vitest'
import { beam } from '../../strategies/beam.ts'
import { lookahead } from '../../strategies/lookahead.ts'
import { candidate, drive, Play, scored, type Script } from './driver.ts'
import { reasoner } from './search-scripts.ts'

/** A wrong step looks better than a right one until the step after it; greedy steps keep to what was begun. */
const trap =
  (seed: number): Script =>
  (step, [parent]) => {
    const before = parent?.partial ?? ''
    const wrong = before.includes('w') || (step.variation === undefined && (step.index + seed) % 2 === 0)
    const text = `${before}${wrong ? 'w' : 'r'}`
    const value = before.includes('w') ? 0.1 : wrong ? 0.9 : 0.5
    if (text.length < 4) return { partial: text, value }
    return { candidate: candidate(text), verdict: scored(wrong ? 0 : 1), value }
  }

describe('lookahead search', () => {
  it('looking 0 steps ahead is beam search', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const options = { seed, budget: 80 }
      const looked = drive(lookahead({ ahead: 0 }), reasoner({ seed, failing: 0.1 }), options)
      expect(looked.events).toEqual(drive(beam(), reasoner({ seed, failing: 0.1 }), options).events)
    }
  })

  it('sees a mistake that shows one step later, where a beam follows it', () => {
    const rounds = { beams: 2, width: 2, rounds: 1 }
    for (let seed = 0; seed < 10; seed += 1) {
      expect(drive(lookahead(rounds), trap(seed), { seed }).best?.verdict).toMatchObject({ score: 1 })
      expect(drive(beam(rounds), trap(seed), { seed }).best?.verdict).toMatchObject({ score: 0 })
    }
  })

  it('looks ahead with greedy steps, charged like any other, and uses them again as children', () => {
    const play = new Play(lookahead({ beams: 2, width: 2, ahead: 1 }))
    for (const { step } of play.ask()) play.start(step)
    for (const { step } of play.pending) play.tell(step.id, { partial: `${step.index}`, value: 0.5 })
    const ahead = play.ask().map(({ step }) => step)
    expect(ahead.map((step) => step.variation)).toEqual([{ temperature: 0 }, { temperature: 0 }])
    for (const step of ahead) {
      play.start(step)
      play.tell(step.id, { partial: `${play.parents(step)[0]?.partial}greedy`, value: 0.6 })
    }
    // The greedy child of the kept one looks ahead already; one more child is sampled beside it.
    const next = play.ask().map(({ step }) => step)
    expect(next.filter((step) => step.variation).map((step) => step.parents)).toEqual([[ahead[0]?.id]])
    expect(next.filter((step) => !step.variation).map((step) => step.parents)).toEqual([ahead[0]?.parents])
    expect(play.spent).toBe(4)
  })

  it('judges a step by itself when looking ahead fails', () => {
    const script: Script = (step, parents) => {
      const outcome = reasoner({ lines: 4 })(step, parents)
      return step.variation ? 'failed' : outcome
    }
    const play = drive(lookahead({ beams: 4, width: 2, rounds: 1 }), script)
    expect(play.candidates.length).toBeGreaterThan(0)
    const failed = play.tree.nodes.filter((node) => node.step.variation)
    expect(new Set(failed.map((node) => node.step.index))).toEqual(new Set([0, 1, 2]))
  })

  it('refuses to look back', () => {
    expect(() => lookahead({ ahead: -1 })).toThrow('ahead is -1; give a whole number of at least 0.')
  })
})
