import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escalate } from '../../strategies/escalate.ts'
import { drive, Play } from './driver.ts'
import { expectBest } from './expect-best.ts'
import { chaotic, plays, scoring } from './scripts.ts'

const models = ['small', 'middle', 'large']
const inOrder = { order: 'first', concurrency: 1, models } as const

describe('escalate', () => {
  it('is a cascade where the first offer is taken: the whole trace', () => {
    const play = drive(
      escalate({ tries: 2 }),
      scoring(({ model, index }) => (model === 'large' && index === 2 ? 1 : 0)),
      {
        ...inOrder,
      },
    )
    expect(play.tree.nodes.map(({ step }) => `${step.model} ${step.index}`)).toEqual([
      'small 0',
      'small 1',
      'middle 0',
      'middle 1',
      'large 0',
      'large 1',
      'large 2',
    ])
    expect(play.best?.step.model).toBe('large')
  })

  it('always offers the next sample of every model', () => {
    const play = new Play(escalate(), { models })
    expect(play.ask().map(({ step }) => step.model)).toEqual(models)
    expect(new Play(escalate({ direct: true }), { models }).ask().map(({ step }) => step.model)).toEqual([
      'large',
      'middle',
      'small',
    ])
  })

  it('leaves out models that do not sample, and is best-of-N with one', () => {
    const play = new Play(escalate(), { models, serves: (model) => model !== 'middle' })
    expect(play.ask().map(({ step }) => step.model)).toEqual(['small', 'large'])
    expect(
      drive(
        escalate(),
        scoring(() => 0),
        { budget: 20 },
      ).spent,
    ).toBe(20)
  })

  it('counts no failed call as a try', () => {
    const play = drive(
      escalate({ tries: 2 }),
      ({ model, index }) => {
        if (model === 'small' && index < 3) return 'failed'
        return scoring(() => 0)({ id: '', kind: 'sample', model, parents: [], index }, [])
      },
      { ...inOrder, budget: 6 },
    )
    expect(play.tree.nodes.map(({ step }) => `${step.model} ${step.index}`)).toEqual([
      'small 0',
      'small 1',
      'small 2',
      'small 3',
      'small 4',
      'middle 0',
    ])
  })

  it('never wedges, and keeps the best of all models', () => {
    fc.assert(
      fc.property(plays, ({ solves, ...options }) => {
        const play = drive(escalate(), chaotic(options.seed, solves), { ...options, models })
        expectBest(play, options.budget)
      }),
    )
  })

  it('refuses options out of range', () => {
    expect(() => escalate({ tries: 0 })).toThrow(RangeError)
  })
})
