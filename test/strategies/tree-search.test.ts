import { describe, expect, it } from 'vitest'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { treeSearch } from '../../strategies/tree-search.ts'
import { uniformOf } from '../../src/clock/random.ts'
import type { TreeNode } from '../../src/contract.ts'
import { candidate, drive, Play, scored, type Script } from './driver.ts'
import { rightAnswers } from './right-answers.ts'
import { linesBilled, reasoner } from './search-scripts.ts'

const policies = ['thompson', 'uct'] as const

/** Every other revision makes a candidate better by a third; a sample starts with nothing or a third. */
const improving =
  (seed: number): Script =>
  (step, [parent]) => {
    const before = parent?.verdict?.kind === 'scored' ? parent.verdict.score : 0
    const score = uniformOf(seed, step.id) < 0.5 ? Math.min(1, before + 0.34) : before
    return { candidate: candidate(step.id), verdict: scored(score) }
  }

/** Samples are sometimes good; a revision is worth nothing. */
const lucky =
  (seed: number): Script =>
  (step, [parent]) => ({
    candidate: candidate(step.id),
    verdict: scored(parent ? 0 : uniformOf(seed, step.id) ** 2 * 0.9),
  })

function depthOf(play: Play, node: TreeNode | undefined): number {
  const parent = node && play.parents(node.step)[0]
  return node ? 1 + depthOf(play, parent) : 0
}

describe.each(policies)('tree search by %s', (policy) => {
  it('goes deeper where revisions improve, and finds what samples never do', () => {
    let found = 0
    for (let seed = 0; seed < 30; seed += 1) {
      const play = drive(treeSearch({ policy }), improving(seed), { budget: 30, seed })
      if (play.best?.verdict?.kind === 'scored' && play.best.verdict.score === 1) found += 1
      const rival = drive(bestOfN(), improving(seed), { budget: 30, seed })
      expect(rival.best?.verdict).not.toMatchObject({ score: 1 })
    }
    expect(found).toBeGreaterThan(20)
  })

  it('goes wider where revisions spoil', () => {
    let samples = 0
    let revisions = 0
    for (let seed = 0; seed < 20; seed += 1) {
      const play = drive(treeSearch({ policy, stopWhenSolved: false }), lucky(seed), {
        budget: 60,
        seed,
      })
      for (const { step } of play.tree.nodes) {
        if (step.kind === 'sample') samples += 1
        else revisions += 1
      }
    }
    expect(samples).toBeGreaterThan(1.2 * revisions)
  })

  it('finds right answers in steps where as many lines of best-of-N do not', () => {
    const found = rightAnswers(() => treeSearch({ policy, unit: 'step' }), 90)
    expect(found).toBeGreaterThan(2 * rightAnswers(bestOfN, 90))
    expect(found).toBeGreaterThan(12)
  })

  it('decides the same by the same seed, and the chance is of seed and tree only', () => {
    const events = (seed: number) =>
      drive(treeSearch({ policy }), lucky(1), { seed, budget: 40, order: 'first' }).events
    expect(events(1)).toEqual(events(1))
    if (policy === 'thompson') expect(events(1)).not.toEqual(events(2))
    else expect(events(1)).toEqual(events(2))
  })

  it('only takes samples where no model revises', () => {
    const play = drive(treeSearch({ policy }), improving(1), {
      budget: 20,
      serves: (_, kind) => kind === 'sample',
    })
    expect(new Set(play.tree.nodes.map((node) => node.step.kind))).toEqual(new Set(['sample']))
    expect(play.spent).toBe(20)
  })

  it('respects width and depth', () => {
    const play = drive(treeSearch({ policy, width: 2, depth: 3 }), lucky(1), {
      budget: 300,
    })
    const { nodes } = play.tree
    expect(Math.max(...nodes.map((node) => depthOf(play, node)))).toBe(3)
    const revised = nodes.map((node) => node.step.parents[0]).filter((id) => id !== undefined)
    for (const id of revised) expect(revised.filter((each) => each === id).length).toBeLessThanOrEqual(2)
  })

  it('has at most so many steps in flight', () => {
    const play = new Play(treeSearch({ policy, parallel: 3 }))
    for (let turn = 0; turn < 10; turn += 1) for (const { step } of play.ask()) play.start(step)
    expect(play.pending).toHaveLength(3)
  })

  it('leaves a place after four failures in a row', () => {
    const play = drive(treeSearch({ policy }), () => 'failed', { budget: 1_000, concurrency: 1 })
    expect(play.spent).toBe(4)
    const once: Script = (step, parents) => (step.kind === 'revise' ? 'failed' : lucky(3)(step, parents))
    const { nodes } = drive(treeSearch({ policy, stopWhenSolved: false }), once, { budget: 200 }).tree
    const failures = nodes.filter((node) => node.state === 'failed').map((node) => node.step.parents[0])
    for (const id of failures) {
      // Those in flight at the fourth failure may still fail.
      expect(failures.filter((each) => each === id).length).toBeLessThanOrEqual(4 + 3)
    }
  })

  it('finishes without verdicts and without values', () => {
    const blank: Script = (step) => ({ candidate: candidate(step.id) })
    expect(drive(treeSearch({ policy }), blank, { budget: 50 }).candidates).toHaveLength(50)
    const play = drive(treeSearch({ policy, unit: 'step' }), reasoner({ value: () => undefined }), {
      budget: 80,
      ...linesBilled(6),
    })
    expect(play.candidates.length).toBeGreaterThan(0)
  })

  it('takes a failed verdict for silence and a score that is none for 0', () => {
    const odd: Script = ({ id, index }) => ({
      candidate: candidate(id),
      ...(index % 3 === 0 && { verdict: { kind: 'failed', code: 'timeout', message: 'late' } }),
      ...(index % 3 === 1 && { verdict: scored(NaN) }),
      ...(index % 3 === 2 && { verdict: scored(7), value: -3 }),
    })
    const play = drive(treeSearch({ policy }), odd, { budget: 60 })
    expect(play.candidates).toHaveLength(60)
  })
})

describe('tree search', () => {
  it('believes in normal rewards too', () => {
    let found = 0
    for (let seed = 0; seed < 20; seed += 1) {
      const play = drive(treeSearch({ posterior: 'normal' }), improving(seed), {
        budget: 30,
        seed,
      })
      if (play.best?.verdict?.kind === 'scored' && play.best.verdict.score === 1) found += 1
    }
    expect(found).toBeGreaterThan(12)
  })

  it('shares its samples with best-of-N', () => {
    const play = drive(bestOfN({ samples: 3 }), improving(1), { budget: 3 })
    const { step } = [...treeSearch().propose(play.tree, { ...play.view, fits: () => true })][0] ?? {}
    expect(step?.kind === 'revise' ? step.parents[0] : step?.id).toMatch(/^sample:small:::[0-3]$/)
    if (step?.kind === 'sample') expect(step.index).toBe(3)
  })

  it('asks for revisions in the form it was told', () => {
    const play = drive(treeSearch({ form: 'clean' }), improving(1), { budget: 20 })
    const revisions = play.tree.nodes.filter((node) => node.step.kind === 'revise')
    expect(revisions.length).toBeGreaterThan(0)
    expect(new Set(revisions.map((node) => node.step.form))).toEqual(new Set(['clean']))
  })

  it('wants the guide for steps only, unless told', () => {
    expect(treeSearch().guided).toBe(false)
    expect(treeSearch({ unit: 'step' }).guided).toBe(true)
    expect(treeSearch({ guided: true }).guided).toBe(true)
  })

  it('refuses options that make no sense, with a sentence', () => {
    const refused: readonly [string, string][] = [
      ['{"policy":"greedy"}', 'policy is "greedy"; give one of thompson, uct.'],
      ['{"unit":"token"}', 'unit is "token"; give one of candidate, step.'],
      ['{"width":0}', 'width is 0; give a whole number of at least 1.'],
      ['{"exploration":-1}', 'exploration is -1; give a number of at least 0.'],
      ['{"guided":"yes"}', 'guided is "yes"; give one of true, false.'],
      ['{"depths":3}', 'tree-search has no option "depths"; it has policy'],
    ]
    for (const [options, message] of refused) {
      expect(() => treeSearch(JSON.parse(options))).toThrow(RangeError)
      expect(() => treeSearch(JSON.parse(options))).toThrow(message)
    }
  })
})
