import type { Reply } from '../../src/contract.ts'
import { statedChoice, type StatedChoice } from './stated-choice.ts'
import { tokenDistribution } from './token-distribution.ts'

/** One reply of a judge, read. */
export interface JudgeReading {
  /** 0 to 1. */
  readonly value: number
  /** What the judge said before its choice. */
  readonly reason: string
}

/** Whole numbers, both ends included. */
export interface JudgeScale {
  readonly lowest: number
  readonly highest: number
}

/** The line of a score. */
const scoreWord = 'Score'
/** The line of a comparison. */
const winnerWord = 'Winner'
const tie = 0.5

/**
 * A reply that ends in `Score: N` as (N − lowest) ÷ (highest − lowest); undefined when no number of the scale stands
 * there. With log probabilities, N is the expectation Σ p(s)·s ÷ Σ p(s) over the scores s among the most likely
 * tokens (G-Eval, Liu et al. 2023, arXiv:2303.16634, section 2, formula 1; there without the division).
 */
export function readScore(reply: Reply, scale: JudgeScale): JudgeReading | undefined {
  const stated = statedChoice(reply.text, scoreWord)
  const sampled = stated && scoreOf(stated, scale)
  if (stated === undefined || sampled === undefined) return undefined
  let mass = 0
  let sum = 0
  const distribution = tokenDistribution(reply.raw, (text) => statedChoice(text, scoreWord))
  for (const [token, probability] of distribution ?? []) {
    const score = /^\d+$/.test(token) ? Number(token) : Number.NaN
    if (!(score >= scale.lowest && score <= scale.highest)) continue
    mass += probability
    sum += probability * score
  }
  const score = mass > 0 ? sum / mass : sampled
  const value = (score - scale.lowest) / (scale.highest - scale.lowest)
  return { value: Math.min(1, Math.max(0, value)), reason: reply.text.slice(0, stated.wordAt) }
}

/**
 * A reply that ends in `Winner: A`, `B` or `tie` as P(A is better), where a tie is half; undefined when none of them
 * stands there. With log probabilities it is (p(A) + p(tie) ÷ 2) ÷ (p(A) + p(B) + p(tie)).
 */
export function readWinner(reply: Reply): JudgeReading | undefined {
  const stated = statedChoice(reply.text, winnerWord)
  const sampled = stated && winners.get(stated.choice.toLowerCase())
  // "A or B" names no winner.
  if (stated === undefined || sampled === undefined || /^[\s*]*(?:or|and|\/|,)\s/i.test(stated.rest))
    return undefined
  let mass = 0
  let sum = 0
  const distribution = tokenDistribution(reply.raw, (text) => statedChoice(text, winnerWord))
  for (const [token, probability] of distribution ?? []) {
    const value = winners.get(token)
    if (value === undefined) continue
    mass += probability
    sum += probability * value
  }
  return { value: mass > 0 ? sum / mass : sampled, reason: reply.text.slice(0, stated.wordAt) }
}

const winners: ReadonlyMap<string, number> = new Map([
  ['a', 1],
  ['b', 0],
  ['tie', tie],
])

/** The stated number when it lies on the scale: not one end of a range, not on another scale (`7/10`), not a share. */
function scoreOf({ choice, rest }: StatedChoice, { lowest, highest }: JudgeScale): number | undefined {
  const score = Number(choice)
  if (!(score >= lowest && score <= highest)) return undefined
  const [, outOf] = /^[\s*_"'`)\]]{0,4}(?:\/|out of)\s{0,4}(\d{1,6})\b/i.exec(rest) ?? []
  if (outOf !== undefined) return Number(outOf) === highest ? score : undefined
  if (/^\s{0,4}(?:%|(?:[-–—~/]|to|or)\s{0,4}\d)/i.test(rest)) return undefined
  return score
}
