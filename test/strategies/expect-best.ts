import { expect } from 'vitest'
import type { Play } from './driver.ts'

/** Nothing hangs, an unsolved prompt gets the whole budget, and the best of all sound scores is delivered. */
export function expectBest(play: Play, budget: number): void {
  const scores = play.candidates
    .map(({ verdict }) => (verdict?.kind === 'scored' ? verdict.score : -1))
    .filter((score) => score >= 0 && score <= 1)
  expect(play.pending).toEqual([])
  if (!scores.includes(1)) expect(play.spent).toBe(budget)
  if (scores.length > 0) expect(play.best?.verdict).toMatchObject({ score: Math.max(...scores) })
}
