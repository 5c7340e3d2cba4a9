import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { revise } from '../../strategies/revise.ts'
import { candidate, drive, Play, scored, type Script } from './driver.ts'
import { expectBest } from './expect-best.ts'
import { chaotic, plays, scoring } from './scripts.ts'

/** Right once it has been told what is wrong `times` times in a row. */
const rightAfter =
  (times: number): Script =>
  (step, parents) => {
    const told = parents.length
    return {
      candidate: candidate(step.id),
      verdict: scored(told >= times ? 1 : 0, { feedback: 'wrong' }),
    }
  }

describe('revise', () => {
  it('goes on with a chain until it is solved: the whole trace', () => {
    const play = drive(revise(), rightAfter(2), { order: 'first', concurrency: 1 })
    expect(play.events).toEqual([
      'ask sample:small:::0',
      'tell sample:small:::0 done',
      'ask revise:small::sample:small:::0:0',
      'tell revise:small::sample:small:::0:0 done',
      'ask revise:small::sample:small:::0+revise:small::sample:small:::0:0:0',
      'tell revise:small::sample:small:::0+revise:small::sample:small:::0:0:0 done',
    ])
    expect(play.best?.verdict).toMatchObject({ score: 1 })
  })

  it('finds what independent samples never find', () => {
    const options = { budget: 12, concurrency: 3 }
    expect(drive(revise(), rightAfter(3), options).best?.verdict).toMatchObject({ score: 1 })
    expect(drive(bestOfN(), rightAfter(3), options).best?.verdict).toMatchObject({ score: 0 })
  })

  it('with chains of one is best-of-N, step by step', () => {
    fc.assert(
      fc.property(plays, ({ solves, ...options }) => {
        const script = chaotic(options.seed, solves)
        const expected = drive(bestOfN({ samples: 9 }), script, options)
        const play = drive(revise({ length: 1, chains: 9 }), script, options)
        expect(play.events).toEqual(expected.events)
        expect(play.tree.nodes).toEqual(expected.tree.nodes)
      }),
    )
  })

  it('lets a chain grow before the next one opens, and stops at both limits', () => {
    const play = drive(
      revise({ chains: 2, length: 3 }),
      scoring(() => 0),
      { order: 'first', concurrency: 1 },
    )
    const asked = play.tree.nodes.map(({ step }) => `${step.kind}${step.parents.length}`)
    expect(asked).toEqual(['sample0', 'revise1', 'revise2', 'sample0', 'revise1', 'revise2'])
  })

  it('offers every chain, the best last score first, and a new chain last', () => {
    const play = new Play(revise())
    const [first] = play.ask()
    if (first) play.start(first.step)
    const second = play.ask().at(-1)
    if (second) play.start(second.step)
    play.tell('sample:small:::0', { candidate: candidate('a'), verdict: scored(0.2) })
    play.tell('sample:small:::1', { candidate: candidate('b'), verdict: scored(0.6) })
    expect(play.ask().map(({ step }) => step.id)).toEqual([
      'revise:small::sample:small:::1:0',
      'revise:small::sample:small:::0:0',
      'sample:small:::2',
    ])
  })

  it('buys the same candidates in whatever order things come back', () => {
    fc.assert(
      fc.property(plays, ({ seed, order, concurrency }) => {
        const play = drive(
          revise({ chains: 3, length: 4 }),
          scoring(() => 0.5),
          { seed, order, concurrency },
        )
        expect(play.candidates.length).toBe(12)
        const reference = drive(
          revise({ chains: 3, length: 4 }),
          scoring(() => 0.5),
          { order: 'first' },
        )
        expect(new Set(play.tree.nodes.map(({ step }) => step.id))).toEqual(
          new Set(reference.tree.nodes.map(({ step }) => step.id)),
        )
      }),
    )
  })

  it('shows the last attempts in order, four at most', () => {
    for (const [attemptsInContext, most] of [
      [undefined, 4],
      [2, 2],
    ] as const) {
      const options = { chains: 1, length: 7, ...(attemptsInContext && { attemptsInContext }) }
      const play = drive(
        revise(options),
        scoring(() => 0),
      )
      const ids = play.tree.nodes.map(({ step }) => step.id)
      for (const [at, { step }] of play.tree.nodes.entries()) {
        expect(step.parents).toEqual(ids.slice(Math.max(0, at - most), at))
        expect(step.form).toBeUndefined()
      }
    }
  })

  it('revises the best attempt from a clean context, again and again', () => {
    const scores = [0.3, 0.1, 0.6, 0.2, 0.2]
    let told = 0
    const script: Script = (step) => ({ candidate: candidate(step.id), verdict: scored(scores[told++] ?? 0) })
    const play = drive(revise({ chains: 1, length: 5, form: 'clean' }), script)
    const [first, second, third, fourth, fifth] = play.tree.nodes.map(({ step }) => step)
    expect([second, third, fourth, fifth].map((step) => [step?.parents, step?.index, step?.form])).toEqual([
      [[first?.id], 0, 'clean'],
      [[first?.id], 1, 'clean'],
      [[third?.id], 0, 'clean'],
      [[third?.id], 1, 'clean'],
    ])
    expect(play.best?.step.id).toBe(third?.id)
  })

  it('goes on without end where one attempt is shown', () => {
    for (const options of [{ form: 'clean' as const }, { attemptsInContext: 1 }]) {
      const play = drive(
        revise({ length: Infinity, chains: 1, ...options }),
        scoring(() => 0),
        { budget: 60 },
      )
      expect(play.candidates.length).toBe(60)
    }
  })

  it('asks for patches against the last attempt', () => {
    const play = drive(
      revise({ chains: 1, length: 3, form: 'patch' }),
      scoring(() => 0),
    )
    expect(play.tree.nodes.map(({ step }) => [step.form, step.parents.length])).toEqual([
      [undefined, 0],
      ['patch', 1],
      ['patch', 2],
    ])
  })

  it('revises nothing that no verifier scored or that is unfinished: it samples again', () => {
    const scripts: readonly Script[] = [
      () => ({ candidate: candidate('a') }),
      () => ({
        candidate: candidate('a'),
        verdict: { kind: 'failed', code: 'crashed', message: 'it broke' },
      }),
      () => ({ candidate: candidate('a', 'length'), verdict: scored(0) }),
      () => ({ candidate: candidate('a'), verdict: scored(Number.NaN) }),
    ]
    for (const script of scripts) {
      const play = drive(revise(), script, { budget: 8 })
      expect(play.tree.nodes.map(({ step }) => step.kind)).toEqual(Array(8).fill('sample'))
    }
  })

  it('samples only, where the model cannot revise', () => {
    const play = drive(
      revise(),
      scoring(() => 0),
      { budget: 8, serves: (_, kind) => kind === 'sample' },
    )
    expect(new Set(play.tree.nodes.map(({ step }) => step.kind))).toEqual(new Set(['sample']))
  })

  it('gives a chain up whose revision fails twice, and opens the next', () => {
    const script: Script = (step) =>
      step.kind === 'revise' ? 'failed' : { candidate: candidate(step.id), verdict: scored(0) }
    const play = drive(revise({ chains: 2 }), script, { order: 'first', concurrency: 1 })
    expect(play.tree.nodes.map(({ step, state }) => `${step.kind} ${step.index} ${state}`)).toEqual([
      'sample 0 done',
      'revise 0 failed',
      'revise 1 failed',
      'sample 1 done',
      'revise 0 failed',
      'revise 1 failed',
    ])
  })

  it('never wedges, never goes on when solved, and never loses the best candidate', () => {
    fc.assert(
      fc.property(
        plays,
        fc.constantFrom('conversation' as const, 'clean' as const, 'patch' as const),
        fc.integer({ min: 1, max: 6 }),
        ({ solves, ...options }, form, length) => {
          const strategy = revise({ form, length })
          const play = drive(strategy, chaotic(options.seed, solves), options)
          expectBest(play, options.budget)
          const solved = play.candidates.some(
            ({ verdict }) => verdict?.kind === 'scored' && verdict.score === 1,
          )
          if (solved) expect(play.ask()).toEqual([])
          if (play.candidates.length > 0) expect(play.best).toBeDefined()
        },
      ),
    )
  })

  it('refuses options out of range', () => {
    for (const options of [
      { chains: 0 },
      { length: 0 },
      { length: 1.5 },
      { attemptsInContext: 5 },
      { attemptsInContext: 0 },
      { form: 'clean' as const, attemptsInContext: 2 },
      { form: 'other' as 'clean' },
    ]) {
      expect(() => revise(options)).toThrow(RangeError)
    }
  })
})
