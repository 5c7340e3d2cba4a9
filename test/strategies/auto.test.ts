import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Strategy } from '../../src/contract.ts'
import { auto } from '../../strategies/auto.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { escalate } from '../../strategies/escalate.ts'
import { strategies } from '../../strategies/index.ts'
import { revise } from '../../strategies/revise.ts'
import { selfConsistency } from '../../strategies/self-consistency.ts'
import { thinkLonger } from '../../strategies/think-longer.ts'
import { candidate, drive, Play, scored } from './driver.ts'
import { expectBest } from './expect-best.ts'
import { chaotic, plays, scoring } from './scripts.ts'

const menu = () => auto([bestOfN(), revise(), revise({ form: 'clean' }), escalate(), thinkLonger()])
const setting = {
  models: ['small', 'large'],
  efforts: (model: string) => (model === 'small' ? ['high'] : []),
}

describe('auto', () => {
  it('offers every step of its members once', () => {
    const play = new Play(menu(), setting)
    const [first] = play.ask()
    if (first) play.start(first.step)
    play.tell('sample:small:::0', { candidate: candidate('a'), verdict: scored(0) })
    expect(play.ask().map(({ step }) => step.id)).toEqual([
      'sample:small:::1',
      'revise:small::sample:small:::0:0',
      'revise:small::sample:small:::0:0:[null,"clean",null]',
      'sample:large:::0',
      'sample:small:high::0',
    ])
  })

  it('leaves out what a model does not serve', () => {
    const play = new Play(menu(), {
      ...setting,
      serves: (model, kind) => model === 'small' && kind === 'sample',
    })
    expect(play.ask().map(({ step }) => step.model)).toEqual(['small', 'small'])
  })

  it('with one member is that member', () => {
    fc.assert(
      fc.property(plays, ({ solves, ...options }) => {
        const script = chaotic(options.seed, solves)
        expect(drive(auto([revise()]), script, options).events).toEqual(
          drive(revise(), script, options).events,
        )
      }),
    )
  })

  it('buys every kind when any offer may be taken, and ends when one solves', () => {
    const play = drive(
      menu(),
      scoring(() => 0),
      { ...setting, budget: 60 },
    )
    const kinds = play.tree.nodes.map(
      ({ step }) => `${step.kind}/${step.model}/${step.effort ?? ''}/${step.form ?? ''}`,
    )
    expect(new Set(kinds)).toEqual(
      new Set([
        'sample/small//',
        'revise/small//',
        'revise/small//clean',
        'sample/large//',
        'sample/small/high/',
      ]),
    )
    const solving = scoring(({ model }) => (model === 'large' ? 1 : 0))
    expect(drive(menu(), solving, { ...setting, budget: 1000 }).best?.step.model).toBe('large')
  })

  it('never wedges, never asks twice, and keeps the best', () => {
    fc.assert(
      fc.property(plays, ({ solves, ...options }) => {
        const play = drive(menu(), chaotic(options.seed, solves), { ...options, ...setting })
        expectBest(play, options.budget)
      }),
    )
  })

  it('wants nothing new once there are enough candidates', () => {
    fc.assert(
      fc.property(plays, (options) => {
        const limited = auto([bestOfN(), revise()], { candidates: 5 })
        const play = drive(limited, chaotic(options.seed, 0), { ...options, budget: 60 })
        expect(play.candidates.length).toBe(5)
      }),
    )
  })

  it('prefers a score to a process reward, and that to the order', () => {
    const strategy = menu()
    const values = [undefined, 0.2, 0.9, Number.NaN]
    const play = drive(
      auto([bestOfN({ samples: 5 })]),
      ({ index }) => ({
        candidate: candidate(String(index)),
        ...(index === 4 && { verdict: scored(0) }),
        ...(values[index] !== undefined && { value: values[index] }),
      }),
      { order: 'first', concurrency: 1 },
    )
    expect(strategy.rank(play.tree).map((id) => play.tree.node(id)?.step.index)).toEqual([4, 2, 1, 0, 3])
  })

  it('is guided when a member is', () => {
    const guided: Strategy = { ...bestOfN(), guided: true }
    expect(auto([bestOfN(), guided]).guided).toBe(true)
    expect(auto([bestOfN()]).guided).toBeUndefined()
  })

  it('refuses no members, and members that count votes', () => {
    expect(() => auto([])).toThrow(RangeError)
    expect(() => auto([bestOfN(), selfConsistency()])).toThrow(RangeError)
    expect(() => auto([bestOfN()], { candidates: 0 })).toThrow(RangeError)
  })
})

describe('auto by name', () => {
  const named = (options: Parameters<NonNullable<(typeof strategies)[string]>>[0]) =>
    strategies['auto']?.(options)
  const offered = (strategy: Strategy | undefined) =>
    strategy && new Play(strategy, setting).ask().map(({ step }) => step.id)

  it('has members that need no process reward unless it is guided', () => {
    expect(named({})?.guided).toBeUndefined()
    expect(offered(named({}))).toEqual(['sample:small:::0', 'sample:large:::0', 'sample:small:high::0'])
  })

  it('takes names and options', () => {
    expect(offered(named({ members: ['think-longer', { name: 'escalate', direct: true }] }))).toEqual([
      'sample:small:::0',
      'sample:small:high::0',
      'sample:large:::0',
    ])
    for (const members of [
      'revise',
      ['none'],
      [7],
      [null],
      ['auto'],
      ['toString'],
      [],
      [{ name: 'revise', length: 0 }],
    ]) {
      expect(() => named({ members })).toThrow(RangeError)
    }
  })
})
