import { describe, expect, it } from 'vitest'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { rebase } from '../../strategies/rebase.ts'
import { candidate, drive, Play, type Outcome } from './driver.ts'
import { rightAnswers } from './right-answers.ts'
import { reasoner } from './search-scripts.ts'

/** How many children each first step gets, by what the first steps came back with. */
function widths(outcomes: readonly Outcome[], options: Parameters<typeof rebase>[0] = {}): number[] {
  const play = new Play(rebase({ width: outcomes.length, ...options }), { budget: 1_000_000 })
  for (const { step } of play.ask()) play.start(step)
  const first = play.pending
  for (const [order, node] of first.entries()) play.tell(node.step.id, outcomes[order] ?? 'failed')
  const parents = play.ask().map(({ step }) => step.parents[0])
  return first.map((node) => parents.filter((id) => id === node.step.id).length)
}

/** Texts that nothing but their values tell apart would be merged. */
const texts = ['we add them up', 'try another way instead', 'consider cases', 'by symmetry it follows']

const partials = (...values: (number | undefined)[]): Outcome[] =>
  values.map((value, order) => ({
    partial: texts[order] as string,
    ...(value === undefined ? {} : { value }),
  }))

describe('REBASE', () => {
  it('splits the width by the softmax of the process reward, rounded up, best first', () => {
    // Weights e^(0.9/0.2), e^(0.7/0.2), e^(0.3/0.2), 1: ⌈4 × 0.695⌉ = 3, then ⌈1 × 0.838⌉ = 1.
    expect(widths(partials(0.9, 0.7, 0.3, 0))).toEqual([3, 1, 0, 0])
    expect(widths(partials(0.3, 0.9, 0, 0.7))).toEqual([0, 3, 0, 1])
    expect(widths(partials(0.5, 0.5, 0.5, 0.5))).toEqual([1, 1, 1, 1])
  })

  it('follows the best with a small temperature, and everything with a large one', () => {
    expect(widths(partials(0.9, 0.7, 0.3, 0), { temperature: 0.01 })).toEqual([4, 0, 0, 0])
    expect(widths(partials(0.9, 0.7, 0.3, 0), { temperature: 1e6 })).toEqual([2, 1, 1, 0])
  })

  it('counts absent, undefined and impossible rewards as the lowest', () => {
    for (const value of [undefined, NaN, -0.5, 7, Infinity]) {
      expect(widths(partials(value, 0.7, 0.1, 0.1))[0]).toBe(0)
    }
    expect(widths(partials(undefined, undefined, undefined, undefined))).toEqual([1, 1, 1, 1])
  })

  it('takes one from the width for every finished answer', () => {
    const done: Outcome = { candidate: candidate('done'), value: 0.2 }
    expect(widths([done, done, ...partials(0.5)])).toEqual([0, 0, 1])
    expect(widths([done, done, done])).toEqual([0, 0, 0])
  })

  it('merges partials that say nearly the same before it splits, unless their numbers differ', () => {
    const say = (partial: string): Outcome => ({ partial, value: 0.5 })
    const alike = [
      say('First, we add 12 and 30.'),
      say('first we add 12 and 30'),
      say('We multiply 12 by 30.'),
    ]
    expect(widths([...alike, say('Guess 7.')])).toEqual([2, 0, 1, 1])
    expect(widths([say('So x = 5.'), say('So x = 6.')])).toEqual([1, 1])
    expect(widths([say('12 + 30 it is'), say('12 * 30 it is')])).toEqual([1, 1])
    const longer = [say('We add these up at once.'), say('We add these up at last.')]
    expect(widths(longer, { likeness: 1 })).toEqual([1, 1])
    expect(widths(longer, { likeness: 0.7 })).toEqual([2, 0])
  })

  it('finds right answers where as many lines of best-of-N do not', () => {
    expect(rightAnswers(rebase, 60)).toBeGreaterThan(30)
    expect(rightAnswers(bestOfN, 60)).toBeLessThan(10)
  })

  it('never has more answers in a round than its width', () => {
    const play = drive(rebase({ width: 6, rounds: 1 }), reasoner({ chance: 0 }), { budget: 1_000_000 })
    expect(play.candidates.length).toBeGreaterThan(0)
    expect(play.candidates.length).toBeLessThanOrEqual(6)
  })

  it('refuses options that make no sense, with a sentence', () => {
    expect(() => rebase({ temperature: 0 })).toThrow('temperature is 0; give a number of at least 0.001.')
    expect(() => rebase({ likeness: 2 })).toThrow('likeness is 2; give a number from 0 to 1.')
    expect(() => rebase({ width: 0.5 })).toThrow(RangeError)
  })
})
