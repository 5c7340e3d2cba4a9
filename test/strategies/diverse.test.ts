import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../src/contract.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { diverse } from '../../strategies/diverse.ts'
import { candidate, drive, scored, type Script } from './driver.ts'
import { chaotic, plays, scoring } from './scripts.ts'

const shown = ({ model, index, variation }: Step) =>
  `${model} ${index}${variation ? ` ${variation.temperature ?? ''}${variation.instruction ?? ''}` : ''}`

/** Says the same to every sample of a request. */
const stubborn =
  (right?: string): Script =>
  ({ variation }) => {
    const answer = variation?.instruction ?? String(variation?.temperature ?? 'plain')
    return { candidate: candidate(answer), verdict: scored(answer === right ? 1 : 0, { answer }) }
  }

const variations = [{ temperature: 1.5 }, { instruction: 'backwards' }, { instruction: 'sideways' }]
const inOrder = { order: 'first', concurrency: 1 } as const

describe('diverse', () => {
  it('never varies a request that does not repeat itself', () => {
    fc.assert(
      fc.property(plays, (options) => {
        const play = drive(
          diverse(),
          scoring(() => 0),
          options,
        )
        expect(play.events).toEqual(
          drive(
            bestOfN(),
            scoring(() => 0),
            options,
          ).events,
        )
      }),
    )
  })

  it('moves on to what is varied more as soon as answers repeat: the whole trace', () => {
    const play = drive(diverse({ variations }), stubborn(), { ...inOrder, budget: 9 })
    expect(play.tree.nodes.map(({ step }) => shown(step))).toEqual([
      'small 0',
      'small 1',
      'small 0 1.5',
      'small 1 1.5',
      'small 0 backwards',
      'small 1 backwards',
      'small 0 sideways',
      'small 1 sideways',
      'small 2',
    ])
  })

  it('finds what only a variation finds, and then stops', () => {
    const play = drive(diverse({ variations }), stubborn('sideways'), inOrder)
    expect(play.best?.candidate?.text).toBe('sideways')
    expect(play.spent).toBe(7)
    const plain = drive(bestOfN(), stubborn('sideways'), { ...inOrder, budget: 100 })
    expect(plain.best?.verdict).toMatchObject({ score: 0 })
  })

  it('goes back to the variation that brings new answers', () => {
    const script: Script = ({ variation, index }) => {
      const answer = variation?.instruction === 'backwards' ? `new ${index}` : 'old'
      return { candidate: candidate(answer), verdict: scored(0, { answer }) }
    }
    const play = drive(diverse({ variations }), script, { ...inOrder, budget: 40 })
    const backwards = play.tree.nodes.filter(({ step }) => step.variation?.instruction === 'backwards')
    expect(backwards.length).toBeGreaterThan(30)
  })

  it('takes turns with a second model, whose repetitions count too', () => {
    const script: Script = ({ model, index, variation }) => {
      const answer = variation ? `${model} ${index}` : 'same'
      return { candidate: candidate(answer), verdict: scored(0, { answer }) }
    }
    const options = { ...inOrder, models: ['small', 'other', 'third'], budget: 6 }
    const play = drive(diverse({ models: 2, variations: [{ temperature: 1 }] }), script, options)
    expect(play.tree.nodes.map(({ step }) => shown(step))).toEqual([
      'small 0',
      'other 0',
      'small 0 1',
      'other 0 1',
      'small 1 1',
      'other 1 1',
    ])
  })

  it('asks a request at temperature 0 once', () => {
    const play = drive(diverse({ variations }), stubborn(), {
      ...inOrder,
      prompt: { options: { temperature: 0 } },
      budget: 9,
    })
    expect(play.tree.nodes.map(({ step }) => shown(step))).toEqual([
      'small 0',
      'small 0 1.5',
      'small 1 1.5',
      'small 0 backwards',
      'small 0 sideways',
      'small 2 1.5',
      'small 3 1.5',
      'small 4 1.5',
      'small 5 1.5',
    ])
    const frozen = drive(diverse({ variations: [{ instruction: 'backwards' }] }), stubborn(), {
      prompt: { options: { temperature: 0 } },
    })
    expect(frozen.spent).toBe(2)
    const failing = drive(
      diverse({ variations: [] }),
      ({ index }) => (index < 3 ? 'failed' : stubborn()({} as Step, [])),
      {
        prompt: { options: { temperature: 0 } },
      },
    )
    expect(failing.candidates.length).toBe(1)
  })

  it('compares texts and tool calls where the verifier names no answer', () => {
    const call = (name: string) => ({
      candidate: {
        text: '',
        finish: 'tool-calls' as const,
        toolCalls: [{ function: { name, arguments: '{}' } }],
      },
    })
    const alike = drive(diverse({ variations }), () => call('find'), { ...inOrder, budget: 3 })
    expect(alike.tree.nodes.at(-1)?.step.variation).toBeDefined()
    const different = drive(diverse({ variations }), ({ index }) => call(`find${index}`), {
      ...inOrder,
      budget: 9,
    })
    expect(different.tree.nodes.every(({ step }) => step.variation === undefined)).toBe(true)
    const spaces = drive(
      diverse({ variations }),
      ({ index }) => ({ candidate: candidate(`a${' '.repeat(index)}`) }),
      {
        ...inOrder,
        budget: 3,
      },
    )
    expect(spaces.tree.nodes.at(-1)?.step.variation).toBeDefined()
  })

  it('ranks a repetition below a new answer of the same score', () => {
    const strategy = diverse({ variations: [] })
    const script: Script = ({ index }) => {
      const answer = ['a', 'a', 'b', 'c'][index] ?? 'd'
      return { candidate: candidate(answer), verdict: scored(index === 3 ? 0.5 : 0.2, { answer }) }
    }
    const play = drive(strategy, script, { ...inOrder, budget: 4 })
    const texts = strategy.rank(play.tree).map((id) => play.tree.node(id)?.candidate?.text)
    expect(texts.slice(0, 2)).toEqual(['c', 'a'])
    expect(texts.at(-1)).toBe('a')
  })

  it('never wedges, and stops when solved or at its samples', () => {
    fc.assert(
      fc.property(plays, fc.integer({ min: 1, max: 3 }), ({ solves, ...options }, models) => {
        const strategy = diverse({ models, samples: 20 })
        const play = drive(strategy, chaotic(options.seed, solves), { ...options, models: ['a', 'b'] })
        expect(play.pending).toEqual([])
        const solved = play.candidates.some(
          ({ verdict }) => verdict?.kind === 'scored' && verdict.score === 1,
        )
        const kept = play.tree.nodes.filter(({ state }) => state !== 'failed').length
        expect(kept).toBeLessThanOrEqual(20)
        if (!solved && kept < 20) expect(play.spent).toBe(options.budget)
      }),
    )
  })

  it('refuses options out of range', () => {
    for (const options of [
      { samples: 0 },
      { models: 0 },
      { variations: [{ temperature: 3 }] },
      { variations: [{ temperature: '1' as unknown as number }] },
      { variations: [{ instruction: 7 as unknown as string }] },
      { variations: [{}] },
    ]) {
      expect(() => diverse(options)).toThrow(RangeError)
    }
  })
})
