import fc from 'fast-check'
import { uniformOf } from '../../src/clock/random.ts'
import type { Step, TreeNode } from '../../src/contract.ts'
import { candidate, scored, type Outcome, type Script } from './driver.ts'

/** Anything that may come of a step, by its id: crashes, failed verdicts, none, cut answers, scores of any kind. */
export function chaotic(seed: number, solves = 0.05): Script {
  return (step) => {
    const draw = (key: string) => uniformOf(seed, `${key}/${step.id}`)
    if (draw('crash') < 0.15) return 'failed'
    const answer = `answer ${Math.floor(draw('answer') * 4)}`
    const base = { candidate: candidate(answer, draw('cut') < 0.1 ? 'length' : 'stop') }
    const kind = draw('verdict')
    if (kind < 0.1) return base
    if (kind < 0.2) return { ...base, verdict: { kind: 'failed', code: 'timeout', message: 'slow' } }
    if (kind < 0.25) return { ...base, verdict: scored(kind < 0.22 ? Number.NaN : 7) }
    const score = draw('solved') < solves ? 1 : Math.floor(draw('score') * 4) / 4
    return { ...base, verdict: scored(score, { answer, feedback: `not ${answer}` }), value: draw('value') }
  }
}

/** Always a candidate with this score. */
export function scoring(score: (step: Step, parents: readonly TreeNode[]) => number): Script {
  return (step, parents): Outcome => ({
    candidate: candidate(step.id),
    verdict: scored(score(step, parents), { answer: step.id }),
  })
}

/** What a property of any strategy varies. */
export const plays = fc.record({
  seed: fc.nat(),
  budget: fc.constantFrom(0, 1, 2, 7, 60),
  concurrency: fc.constantFrom(1, 2, 5),
  order: fc.constantFrom('first' as const, 'random' as const),
  solves: fc.constantFrom(0, 0.05, 0.5),
})
