import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../src/contract.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { thinkLonger } from '../../strategies/think-longer.ts'
import { candidate, drive, Play, scored, type Script } from './driver.ts'
import { chaotic, plays, scoring } from './scripts.ts'

const efforts = () => ['medium', 'high']
const inOrder = { order: 'first', concurrency: 1, efforts } as const
const shown = ({ effort = 'own', index }: Step) => `${effort} ${index}`

/** Cut below an effort that is enough. */
const cutBelow =
  (enough: string, score: number): Script =>
  ({ effort = 'own' }) => {
    const order = ['own', ...efforts()]
    const finish = order.indexOf(effort) < order.indexOf(enough) ? 'length' : 'stop'
    return { candidate: candidate(effort, finish), verdict: scored(finish === 'stop' ? score : 0) }
  }

describe('think-longer', () => {
  it('raises the effort after some tries: the whole trace', () => {
    const play = drive(
      thinkLonger(),
      scoring(({ effort, index }) => (effort === 'high' && index === 3 ? 1 : 0)),
      inOrder,
    )
    expect(play.tree.nodes.map(({ step }) => shown(step))).toEqual([
      'own 0',
      'own 1',
      'medium 0',
      'medium 1',
      'high 0',
      'high 1',
      'high 2',
      'high 3',
    ])
  })

  it('always offers the next sample of every effort', () => {
    expect(new Play(thinkLonger(), { efforts }).ask().map(({ step }) => shown(step))).toEqual([
      'own 0',
      'medium 0',
      'high 0',
    ])
  })

  it('asks a cut answer’s own request again at the next effort, before anything else', () => {
    const play = new Play(thinkLonger(), { efforts })
    const [first] = play.ask()
    if (first) play.start(first.step)
    const second = play.ask().find(({ step }) => shown(step) === 'own 1')
    if (second) play.start(second.step)
    play.tell('sample:small:::1', { candidate: candidate('cut', 'length') })
    expect(play.ask().map(({ step }) => shown(step))).toEqual([
      'medium 1',
      'medium 0',
      'high 0',
      'own 0',
      'own 2',
    ])
  })

  it('spends no more tries where answers are cut', () => {
    const play = drive(thinkLonger(), cutBelow('high', 0.5), { ...inOrder, budget: 6 })
    expect(play.tree.nodes.map(({ step }) => shown(step))).toEqual([
      'own 0',
      'medium 0',
      'high 0',
      'high 1',
      'high 2',
      'high 3',
    ])
    expect(play.best?.candidate?.finish).toBe('stop')
  })

  it('goes on somewhere even where every effort is cut', () => {
    const script: Script = () => ({ candidate: candidate('cut', 'length') })
    expect(drive(thinkLonger(), script, { ...inOrder, budget: 30 }).spent).toBe(30)
  })

  it('is best-of-N for a model without a knob', () => {
    fc.assert(
      fc.property(plays, ({ solves, ...options }) => {
        const script = chaotic(options.seed, solves)
        expect(drive(thinkLonger(), script, options).events).toEqual(drive(bestOfN(), script, options).events)
      }),
    )
  })

  it('never wedges', () => {
    fc.assert(
      fc.property(plays, ({ solves, ...options }) => {
        const play = drive(thinkLonger(), chaotic(options.seed, solves), { ...options, efforts })
        const solved = play.candidates.some(
          ({ verdict }) => verdict?.kind === 'scored' && verdict.score === 1,
        )
        expect(play.pending).toEqual([])
        if (!solved) expect(play.spent).toBe(options.budget)
      }),
    )
  })

  it('refuses options out of range', () => {
    expect(() => thinkLonger({ tries: 0 })).toThrow(RangeError)
  })
})
