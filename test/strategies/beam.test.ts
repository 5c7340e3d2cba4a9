import { describe, expect, it } from 'vitest'
import { beam } from '../../strategies/beam.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { candidate, drive, Play, scored, type Outcome, type Script } from './driver.ts'
import { rightAnswers } from './right-answers.ts'
import { reasoner } from './search-scripts.ts'

/** Plays by hand: every step of a level comes back with what the level's number and the step say. */
function byLevels(
  play: Play,
  outcome: (level: number, index: number, parent: string | undefined) => Outcome,
): string[][] {
  const levels: string[][] = []
  for (let level = 0; level < 50; level += 1) {
    const steps = play.ask().map((proposal) => proposal.step)
    if (steps.length === 0) break
    for (const step of steps) play.start(step)
    for (const step of steps.toReversed()) {
      play.tell(step.id, outcome(level, step.index, play.parents(step)[0]?.partial))
    }
    levels.push(steps.map((step) => `${play.parents(step)[0]?.partial ?? ''}${step.index}`).toSorted())
  }
  return levels
}

describe('beam search', () => {
  it('finds right answers where as many lines of best-of-N do not', () => {
    expect(rightAnswers(beam, 60)).toBeGreaterThan(30)
    expect(rightAnswers(bestOfN, 60)).toBeLessThan(10)
  })

  it('keeps the best N/M of a level and widens each by M', () => {
    const values = [0.1, 0.8, 0.3, 0.7]
    const play = new Play(beam({ beams: 4, width: 2, rounds: 1 }), { budget: 1_000_000 })
    const levels = byLevels(play, (level, index, parent = '') =>
      level === 2
        ? { candidate: candidate(`${parent}${index}`), verdict: scored(0.5), value: 0.5 }
        : { partial: `${parent}${index}`, value: values[index] as number },
    )
    expect(levels).toEqual([
      ['0', '1', '2', '3'],
      ['10', '11', '30', '31'],
      ['110', '111', '310', '311'],
    ])
  })

  it('judges a path by its last, its least or the product of its rewards', () => {
    // Two starts, with the rewards of the steps after each: which start do both places go to?
    const winner = (score: 'last' | 'min' | 'product', rewards: readonly [number, number][]) => {
      const script: Script = ({ index, span }, [parent]) => {
        const text = `${parent?.partial ?? ''}${index}`
        const [first, second] = rewards[Number(text[0])] ?? [0, 0]
        if (!span) return { candidate: candidate(text), value: second }
        return { partial: text, value: parent ? second : first }
      }
      const strategy = beam({ beams: 4, width: 2, rounds: 1, depth: 3, score })
      const play = drive(strategy, script, { budget: 1_000_000 })
      return [...new Set(play.candidates.map((node) => node.candidate?.text[0]))]
    }
    const falling: [number, number][] = [
      [0.9, 0.5],
      [0.3, 0.6],
    ]
    expect(winner('last', falling)).toEqual(['1'])
    expect(winner('min', falling)).toEqual(['0'])
    expect(winner('product', falling)).toEqual(['0'])
    const even: [number, number][] = [
      [0.9, 0.5],
      [0.6, 0.55],
    ]
    expect(winner('min', even)).toEqual(['1'])
    expect(winner('product', even)).toEqual(['0'])
  })

  it('with N = M = 1 is one plain chain', () => {
    const play = drive(beam({ beams: 1, width: 1, rounds: 1 }), reasoner({ lines: 5 }))
    const { nodes } = play.tree
    expect(nodes).toHaveLength(5)
    expect(nodes.map((node) => node.step.index)).toEqual([0, 0, 0, 0, 0])
    expect(nodes.map((node) => node.step.parents[0])).toEqual([
      undefined,
      ...nodes.slice(0, 4).map((node) => node.step.id),
    ])
    expect(nodes.at(-1)?.candidate).toBeDefined()
  })

  it('finishes an answer in one go at the depth cap', () => {
    const play = drive(beam({ beams: 1, width: 1, depth: 3, rounds: 1 }), reasoner({ lines: 100 }))
    expect(play.tree.nodes.map((node) => node.step.span)).toEqual([
      { delimiter: '\n' },
      { delimiter: '\n' },
      undefined,
    ])
    expect(play.candidates).toHaveLength(1)
  })

  it('lets finished answers leave with their place, and refuted ones without', () => {
    const ends = (score: number): Script => {
      return ({ index }, [parent]) =>
        !parent && index === 0
          ? { candidate: candidate('done'), verdict: scored(score), value: 0.9 }
          : { partial: `${parent?.partial ?? ''}${index}`, value: 0.5 }
    }
    const after = (score: number) => {
      const play = new Play(beam({ beams: 2, width: 2, rounds: 1 }))
      for (const { step } of play.ask()) play.start(step)
      for (const { step } of play.pending) play.tell(step.id, ends(score)(step, []))
      return play.ask().map(({ step }) => play.parents(step)[0]?.partial)
    }
    expect(after(0.7)).toEqual([])
    expect(after(0)).toEqual(['1', '1'])
  })

  it('starts another round with other first steps, and stops when one is right', () => {
    const play = drive(beam({ beams: 2, width: 2 }), reasoner({ lines: 2, chance: 0.1, seed: 4 }), {
      budget: 200,
    })
    expect(play.best?.verdict).toMatchObject({ score: 1 })
    const first = play.tree.nodes.filter((node) => node.step.parents.length === 0)
    expect(first.length).toBeGreaterThan(2)
    expect(new Set(first.map((node) => node.step.index)).size).toBe(first.length)
    expect(play.ask()).toEqual([])
  })

  it('branches less as the budget goes', () => {
    const widthAt = (spent: number) => {
      const play = new Play(beam({ beams: 4, width: 4 }), { budget: 1, cost: () => spent })
      play.start({ id: 'other', kind: 'sample', model: 'small', parents: [], index: 0 })
      return [...beam({ beams: 4, width: 4 }).propose(play.tree, { ...play.view, fits: () => true })].length
    }
    expect([0, 0.5, 0.75, 0.99].map(widthAt)).toEqual([4, 3, 2, 1])
  })

  it('replaces failed steps three times at a place, then goes on with what it has', () => {
    const play = new Play(beam({ beams: 1, width: 1 }))
    for (let index = 0; index < 4; index += 1) {
      const [proposal] = play.ask()
      expect(proposal?.step.index).toBe(index)
      if (proposal) play.start(proposal.step)
      if (proposal) play.tell(proposal.step.id, 'failed')
    }
    expect(play.ask()).toEqual([])
  })

  it('expects as many steps as answers took so far', () => {
    const play = new Play(beam({ beams: 1, width: 1 }))
    const calls: number[] = []
    for (let step = 0; step < 4; step += 1) {
      const [proposal] = play.ask()
      if (!proposal) break
      calls.push(proposal.expected.calls)
      play.start(proposal.step)
      play.tell(
        proposal.step.id,
        reasoner({ lines: 3, chance: 0 })(proposal.step, play.parents(proposal.step)),
      )
    }
    expect(calls).toEqual([8, 7, 6, 3])
  })

  it('asks the first model that can extend, and nothing where none can', () => {
    const models = ['small', 'large']
    const serves = (model: string) => model === 'large'
    const play = new Play(beam(), { models, serves })
    expect(new Set(play.ask().map(({ step }) => step.model))).toEqual(new Set(['large']))
    expect(new Play(beam(), { models, serves: () => false }).ask()).toEqual([])
  })

  it('refuses options that make no sense, with a sentence', () => {
    const refused: readonly [Parameters<typeof beam>[0] & object, string][] = [
      [{ beams: 6, width: 4 }, 'beams is 6; give a multiple of width, which is 4.'],
      [{ width: 0 }, 'width is 0; give a whole number of at least 1.'],
      [{ span: '' }, 'span is ""; give a delimiter, or a whole number of tokens.'],
      [{ span: 0 }, 'span is 0; give a delimiter, or a whole number of tokens.'],
      [{ depth: 1.5 }, 'depth is 1.5; give a whole number of at least 1.'],
      [{ rounds: 0 }, 'rounds is 0; give a whole number of at least 1.'],
      [JSON.parse('{"score":"mean"}'), 'score is "mean"; give one of last, min, product.'],
      [JSON.parse('{"beam":4}'), 'beam has no option "beam"; it has beams, width, score, span'],
    ]
    for (const [options, message] of refused) {
      expect(() => beam(options)).toThrow(RangeError)
      expect(() => beam(options)).toThrow(message)
    }
  })
})
