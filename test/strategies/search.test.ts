import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beam } from '../../strategies/beam.ts'
import { dvts } from '../../strategies/dvts.ts'
import { strategies } from '../../strategies/index.ts'
import { lookahead } from '../../strategies/lookahead.ts'
import { rebase } from '../../strategies/rebase.ts'
import { treeSearch } from '../../strategies/tree-search.ts'
import type { Strategy, TreeNode } from '../../src/contract.ts'
import { candidate, drive, Play, scored, type PlayOptions, type Script } from './driver.ts'
import { linesBilled, reasoner } from './search-scripts.ts'

interface Small {
  readonly rounds: number
  readonly stopWhenSolved: boolean
}

/** Searches over the steps of an answer, small enough to be played hundreds of times. */
const levelled: Readonly<Record<string, (options?: Partial<Small>) => Strategy>> = {
  beam: (options) => beam({ beams: 4, width: 2, ...options }),
  dvts: (options) => dvts({ beams: 4, width: 2, ...options }),
  rebase: (options) => rebase({ width: 4, ...options }),
  lookahead: (options) => lookahead({ beams: 4, width: 2, ...options }),
}

const inSteps: Readonly<Record<string, () => Strategy>> = {
  ...levelled,
  'tree-search thompson': () => treeSearch({ unit: 'step' }),
  'tree-search uct': () => treeSearch({ unit: 'step', policy: 'uct' }),
}

const lines = 4
const billed = linesBilled(lines)

/** A budget in lines, a seed and a number of steps in flight. */
const circumstances = fc.record({
  budget: fc.integer({ min: 0, max: 60 }),
  seed: fc.nat(10_000),
  concurrency: fc.integer({ min: 1, max: 12 }),
})

/** Each step as the place of its parent among all steps and its index, in the order asked; `*` for greedy ones. */
function traceOf(play: Play): string {
  const { nodes } = play.tree
  const places = new Map(nodes.map((node, place) => [node.step.id, place]))
  return nodes
    .map(
      ({ step }) => `${places.get(step.parents[0] ?? '') ?? '-'}.${step.index}${step.variation ? '*' : ''}`,
    )
    .join(' ')
}

describe.each(Object.keys(inSteps))('search in steps: %s', (name) => {
  const make = inSteps[name] as () => Strategy
  const play = (options: PlayOptions, script: Parameters<typeof reasoner>[0] = {}) =>
    drive(make(), reasoner({ lines, seed: options.seed ?? 0, ...script }), { ...billed, ...options })

  it('opens no branch that it cannot finish: with room for one answer it always has one', () => {
    fc.assert(
      fc.property(circumstances, fc.nat(8), (options, prompt) => {
        // Every step reads the prompt and what is written again, so an answer in steps costs more than in one go.
        const written = (parents: readonly TreeNode[]) => parents[0]?.partial?.split('\n').length ?? 1
        const whole = prompt + lines
        const { candidates, spent } = play({
          ...options,
          cost: (step, parents) => (step.span ? Math.min(whole, prompt + written(parents)) : whole),
          finishing: () => whole,
        })
        expect(spent).toBeLessThanOrEqual(options.budget)
        expect(candidates.length > 0).toBe(options.budget >= whole)
      }),
      { numRuns: 60 },
    )
  })

  it('ends, whatever fails', () => {
    fc.assert(
      fc.property(circumstances, fc.double({ min: 0, max: 1, noNaN: true }), (options, failing) => {
        const { spent, pending } = play(options, { failing })
        expect(spent).toBeLessThanOrEqual(options.budget)
        expect(pending).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('goes on past failed steps', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      expect(play({ seed, budget: 80 }, { failing: 0.2, chance: 0 }).candidates.length).toBeGreaterThan(1)
    }
  })

  it('stops when every step fails', () => {
    const { spent } = play({ budget: 10_000 }, { failing: 1 })
    expect(spent).toBeGreaterThan(0)
    expect(spent).toBeLessThan(40)
  })

  it('finishes with any process reward or none, and ranks every candidate once', () => {
    const odd = fc.oneof(
      fc.constantFrom(undefined, NaN, -1, 2, Infinity, -Infinity, 0, 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    fc.assert(
      fc.property(circumstances, fc.array(odd, { minLength: 1, maxLength: 9 }), (options, rewards) => {
        const value = (text: string) => rewards[text.length % rewards.length]
        const { tree, candidates } = play({ ...options, budget: 20 + options.budget }, { value })
        expect(candidates.length).toBeGreaterThan(0)
        const ranked = make().rank(tree)
        expect(ranked.toSorted((left, right) => left.localeCompare(right))).toEqual(
          candidates.map((node) => node.step.id).toSorted((left, right) => left.localeCompare(right)),
        )
      }),
      { numRuns: 40 },
    )
  })

  it('buys nothing with nothing, and one answer with the room for one', () => {
    expect(play({ budget: 0 }).events).toEqual([])
    expect(play({ budget: lines - 1 }).events).toEqual([])
    const one = play({ budget: lines })
    expect(one.candidates).toHaveLength(1)
    expect(one.tree.nodes.map(({ step }) => step.span)).toEqual([undefined])
  })

  it('solves with a huge budget, spends little of it, and wants nothing more', () => {
    const solved = play({ budget: 1e9, seed: 3 }, { chance: 0.6 })
    expect(solved.best?.verdict).toMatchObject({ score: 1 })
    expect(solved.spent).toBeLessThan(1_000)
    expect(solved.ask()).toEqual([])
  })

  it('forgets what is in flight once it is solved', () => {
    const solved = new Play(make())
    for (const { step } of solved.ask()) solved.start(step)
    const [first] = solved.pending
    if (first) solved.tell(first.step.id, { candidate: candidate('right'), verdict: scored(1) })
    expect(solved.ask()).toEqual([])
    expect(solved.pending).toEqual([])
  })

  it('keeps what is in flight wanted, however the budget and the room change', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (seed, fits) => {
        const script = reasoner({ lines, seed, chance: 0 })
        const changing = new Play(make(), { seed, budget: 1_000 })
        const strategy = make()
        for (const roomy of fits) {
          for (const { step } of changing.ask()) changing.start(step)
          const { tree, view } = changing
          const less = { ...view, budgetLeft: roomy ? 1 : 0.01, fits: () => roomy }
          const wanted = new Set([...strategy.propose(tree, less)].map(({ step }) => step.id))
          for (const node of changing.pending) expect(wanted).toContain(node.step.id)
          const [back] = changing.pending
          if (back) changing.tell(back.step.id, script(back.step, changing.parents(back.step)))
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe.each(Object.keys(levelled))('search level by level: %s', (name) => {
  const make = levelled[name] as (options?: Partial<Small>) => Strategy

  it('grows the same tree in whatever order the answers come back', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.nat(1_000),
        fc.integer({ min: 1, max: 12 }),
        (seed, order, concurrency) => {
          const options = { rounds: 2, stopWhenSolved: false }
          const script = reasoner({ lines, seed, failing: 0 })
          const grown = (played: PlayOptions) =>
            drive(make(options), script, { budget: 1e9, ...played })
              .tree.nodes.map((node) => node.step.id)
              .toSorted((left, right) => left.localeCompare(right))
          expect(grown({ seed: order, concurrency })).toEqual(grown({ order: 'first', concurrency: 1 }))
        },
      ),
      { numRuns: 20 },
    )
  })

  it('never sees the verdict of what it continues: partials with other verdicts beside them go on alike', () => {
    const plain = reasoner({ lines, chance: 0 })
    const graded: Script = (step, parents) => {
      const outcome = plain(step, parents)
      return outcome === 'failed' || outcome.partial === undefined
        ? outcome
        : { ...outcome, verdict: scored(0.5) }
    }
    const options = { budget: 1e9 }
    expect(drive(make({ rounds: 1 }), graded, options).events).toEqual(
      drive(make({ rounds: 1 }), plain, options).events,
    )
  })
})

describe('golden traces', () => {
  it('of three prompts', () => {
    const traces = Object.fromEntries(
      Object.entries({ ...inSteps, 'tree-search of candidates': () => treeSearch() }).map(([name, make]) => [
        name,
        ['first', 'second', 'third'].map((id, seed) =>
          traceOf(
            drive(make(), reasoner({ lines: 3, seed, chance: 0.3 }), {
              prompt: { id },
              budget: 24,
              concurrency: 2,
              order: 'first',
              ...linesBilled(3),
            }),
          ),
        ),
      ]),
    )
    expect(JSON.parse(JSON.stringify(traces))).toMatchInlineSnapshot(`
      {
        "beam": [
          "-.0 -.1 -.2 -.3 1.0 1.1 2.0 2.1 7.0 7.1",
          "-.0 -.1 -.2 -.3 1.0 1.1 0.0 0.1 4.0 4.1 5.0 -.7 -.8 11.0 12.0 13.0 14.0",
          "-.0 -.1 -.2 -.3 1.0 1.1 2.0 2.1 5.0 5.1",
        ],
        "dvts": [
          "-.0 -.1 -.5 1.0 1.1 -.6 3.0 3.1 2.0 2.1 -.10 8.0 10.0 -.15 12.0 13.0",
          "-.0 -.1 -.5 1.0 1.1 -.6 3.0 3.1 2.0 2.1 -.10 8.0 10.0 -.15 12.0 13.0 15.0 -.20 -.25",
          "-.0 -.1 -.5 1.0 1.1 -.6 4.0 4.1",
        ],
        "lookahead": [
          "-.0 -.1 0.0* 1.0* -.2 -.3 4.0* 5.0* 2.0* 3.0* 0.0 10.0* -.7 -.8 12.0* 13.0* 14.0* 15.0* -.14 18.0* 19.0* -.21",
          "-.0 -.1 0.0* 1.0* -.2 -.3 4.0* 5.0* 2.0* 3.0* 0.0 10.0* -.7 -.8 12.0* 13.0* 14.0* 15.0* -.14 18.0* 19.0* -.21",
          "-.0 -.1 0.0* 1.0* -.2 -.3 4.0* 5.0* 2.0* 3.0* 0.0 10.0* -.7 -.8 12.0* 13.0* 14.0* 15.0* -.14 18.0* 19.0* -.21",
        ],
        "rebase": [
          "-.0 -.1 -.2 -.3 1.0 1.1 2.0 4.0 5.0 6.0 -.7 -.8 -.9 12.0 12.1 13.0 14.0 -.14 -.15 18.0 18.1 19.0",
          "-.0 -.1 -.2 -.3 1.0 1.1 1.2 4.0 5.0 6.0 -.7 -.8 -.9 10.0 10.1 12.0 13.0 15.0",
          "-.0 -.1 -.2 -.3 1.0 1.1 2.0 3.0 5.0 5.1",
        ],
        "tree-search of candidates": [
          "-.0 -.1",
          "-.0 -.1 -.2 0.0 -.3 2.0 1.0 -.4",
          "-.0 -.1 -.2 0.0 -.3 2.0 1.0 -.4",
        ],
        "tree-search thompson": [
          "-.0 -.1 0.0 1.0 -.2 3.0 4.0 4.1 6.0 1.1 4.2 1.2 0.1 10.0 10.1",
          "-.0 -.1 -.2 1.0 -.3 3.0 1.1 1.2 0.0 2.0 8.0 3.1 7.0 4.0 2.1 0.1 6.0 15.0 13.0 9.0 14.0 -.4",
          "-.0 -.1 -.2 -.3 2.0 3.0 4.0 3.1 1.0 1.1 1.2 9.0 9.1",
        ],
        "tree-search uct": [
          "-.0 -.1 0.0 -.2 -.3 1.0 3.0 5.0 6.0 1.1 3.1 1.2 3.2 11.0 10.0",
          "-.0 -.1 0.0 -.2 -.3 1.0 1.1 5.0 1.2 3.0 4.0 6.0 8.0 2.0 9.0 10.0 5.1 6.1 0.1 18.0 -.4",
          "-.0 -.1 0.0 -.2 -.3 1.0 3.0 4.0 6.0 3.1 5.0 7.0 3.2 6.1 1.1 4.1 14.0 15.0",
        ],
      }
    `)
  })
})

describe('ranking of searched candidates', () => {
  const ranked = (
    selection: 'best' | 'weighted',
    outcomes: readonly [number | undefined, string, number][],
  ) => {
    const strategy = beam({ beams: outcomes.length, width: 1, rounds: 1, selection, stopWhenSolved: false })
    const play = new Play(strategy)
    for (const { step } of play.ask()) play.start(step)
    for (const [order, node] of play.pending.entries()) {
      const [score, answer, value] = outcomes[order] ?? [undefined, '', 0]
      play.tell(node.step.id, {
        candidate: candidate(answer),
        ...(score !== undefined && { verdict: scored(score, { answer }) }),
        value,
      })
    }
    return strategy.rank(play.tree).map((id) => play.tree.node(id)?.step.index)
  }

  it('goes by score, then by the process reward of the answer or of the candidate', () => {
    const outcomes: [number, string, number][] = [
      [0.5, 'a', 0.9],
      [0.5, 'b', 0.6],
      [0.5, 'b', 0.7],
      [0.8, 'c', 0.1],
    ]
    expect(ranked('weighted', outcomes)).toEqual([3, 2, 1, 0])
    expect(ranked('best', outcomes)).toEqual([3, 0, 2, 1])
  })

  it('puts what no verifier looked at last, and an impossible reward below every other', () => {
    const outcomes: [number | undefined, string, number][] = [
      [undefined, 'a', 1],
      [0, 'b', NaN],
      [0, 'c', 0],
      [0, 'c', -3],
    ]
    expect(ranked('weighted', outcomes)).toEqual([2, 1, 3, 0])
    expect(ranked('best', outcomes)).toEqual([2, 1, 3, 0])
  })
})

describe('search by name', () => {
  it('takes plain options, and none', () => {
    for (const name of ['beam', 'dvts', 'rebase', 'lookahead', 'tree-search']) {
      expect(strategies[name]?.({}).id).toBe(name)
      expect(() => strategies[name]?.({ depth: 'deep' })).toThrow('depth is "deep"; give a whole number')
    }
  })
})
