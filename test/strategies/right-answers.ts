import type { Strategy } from '../../src/contract.ts'
import { drive } from './driver.ts'
import { isRight, linesBilled, reasoner } from './search-scripts.ts'

/** To how many of 60 questions a strategy finds a right answer of six lines, with a budget of so many lines each. */
export function rightAnswers(strategy: () => Strategy, lines: number): number {
  let found = 0
  for (let seed = 0; seed < 60; seed += 1) {
    const play = drive(strategy(), reasoner({ seed }), { budget: lines, seed, ...linesBilled(6) })
    if (isRight(play.best?.candidate?.text ?? 'wrong')) found += 1
  }
  return found
}
