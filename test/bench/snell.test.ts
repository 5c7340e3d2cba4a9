import { describe, expect, it } from 'vitest'
import { computeOptimal, figuresOf, followed, type Config } from '../../bench/snell/compute-optimal.ts'
import { tokensForOne } from '../../bench/snell/equal-flops.ts'
import { afterProbe, isRight, weightedChoice, type Outcome } from '../../bench/snell/outcome.ts'
import { snellReport } from '../../bench/snell.ts'
import { heldOutBins } from '../../bench/strategies/difficulty-bins.ts'
import { scriptedPair, scriptedPrompts } from './scripted-pair.ts'
import { numbersOf } from './synthetic-recording.ts'

const quick = { seed: 1, quick: true }
const input = (prompts: number) => ({
  models: scriptedPair(),
  prompts: scriptedPrompts(prompts),
  parallel: 4,
})
const stable = (report: object) =>
  Object.fromEntries(Object.entries(report).filter(([field]) => field !== 'wall_s' && field !== 'commit'))

describe('bench snell', () => {
  it('finds the arm that is known to be best on hard prompts, and beats best-of-N with it', async () => {
    const report = await snellReport(input(120), quick)
    const { bins, compute_optimal: optimal } = report
    const { chosen } = optimal
    expect(Object.keys(chosen[4] ?? {})).toEqual(['beam 4'])
    const top = optimal.curve.at(-1)
    expect(top?.accuracy).toBeGreaterThan((top?.best_of_n ?? 1) + 0.05)
    expect(optimal.saving[0]).toBeGreaterThan(1)
    expect(bins.map(({ p_hat }) => p_hat)).toEqual(
      bins.map(({ p_hat }) => p_hat).toSorted((left, right) => right - left),
    )
    for (const value of numbersOf(report)) expect(Number.isFinite(value)).toBe(true)
  })

  it('is the same for the same seed, and another for another', async () => {
    const [first, again, other] = await Promise.all([
      snellReport(input(10), quick),
      snellReport(input(10), quick),
      snellReport(input(10), { ...quick, seed: 2 }),
    ])
    expect(stable(again)).toEqual(stable(first))
    expect(other.bins).not.toEqual(first.bins)
  })
})

describe('the choice by difficulty', () => {
  // Two fifths of the prompts are easy; arm a solves those, and b the hard ones.
  const count = 40
  const easy = (prompt: number) => prompt < 16
  const prompts = Array.from({ length: count }, (_, prompt) => prompt)
  const config = (name: string, tokens: number, right: (prompt: number) => boolean): Config => ({
    name,
    right: prompts.map(right),
    tokens: prompts.map(() => tokens),
  })
  const plain = [
    config('a', 10, easy),
    config('b', 20, (prompt) => !easy(prompt)),
    config('dear', 100, () => true),
  ]
  const probed = plain.map((each) => ({ ...each, tokens: each.tokens.map((tokens) => tokens + 5) }))
  const choice = {
    plain,
    probed,
    predicted: prompts.map((prompt) => (easy(prompt) ? 0.9 : 0.3) - prompt / 1000),
    halves: prompts.map((prompt) => prompt % 2),
  }

  it('takes the best arm within the budget and charges the probe', () => {
    const taken = followed(choice, computeOptimal(choice, 30), 'taken')
    expect(figuresOf(taken, prompts)).toEqual({ accuracy: 1, tokens: 0.4 * 15 + 0.6 * 25 })
  })

  it('never spends more than it may, and does not probe where that does not pay', () => {
    const cheap = followed(choice, computeOptimal(choice, 12), 'cheap')
    expect(figuresOf(cheap, prompts)).toEqual({ accuracy: 0.4, tokens: 10 })
    const rich = followed(choice, computeOptimal(choice, 1000), 'rich')
    expect(figuresOf(rich, prompts).accuracy).toBe(1)
    expect(figuresOf(rich, prompts).tokens).toBeLessThanOrEqual(100)
  })

  it('cuts bins on the other half of the prompts', () => {
    const bins = heldOutBins(choice.predicted, choice.halves)
    expect(bins.at(0)).toBe(0)
    expect(bins.at(-1)).toBe(4)
    const moved = choice.predicted.map((value, prompt) => (prompt % 2 === 0 ? value - 1 : value))
    // The odd ones are binned by the even ones, which are all harder now.
    expect(heldOutBins(moved, choice.halves)[count - 1]).toBe(0)
  })
})

describe('outcomes', () => {
  const outcome = (steps: readonly (readonly [string, number])[], answers: Outcome['answers']): Outcome => ({
    answers,
    costs: new Map(steps),
    tokens: steps.reduce((sum, [, tokens]) => sum + tokens, 0),
    answering: steps.reduce((sum, [, tokens]) => sum + tokens, 0),
    steps: {},
  })

  it('sums process rewards by answer', () => {
    const answers = [
      { step: '1', key: '7', value: 0.6, right: false },
      { step: '2', key: '8', value: 0.4, right: true },
      { step: '3', key: '8', value: 0.3, right: true },
      { step: '4', value: 0.99, right: false },
    ]
    expect(weightedChoice(answers)?.step).toBe('2')
    expect(isRight({ answers })).toBe(true)
    expect(weightedChoice([])).toBeUndefined()
  })

  it('pays for what arm and probe share once', () => {
    const probe = outcome(
      [
        ['sample 0', 10],
        ['judge 0', 5],
        ['sample 1', 10],
      ],
      [{ step: 'sample 0', key: '7', value: 0.5, right: true }],
    )
    const arm = outcome(
      [
        ['sample 0', 10],
        ['judge 0', 5],
        ['extend', 8],
      ],
      [{ step: 'sample 0', key: '7', value: 0.5, right: true }],
    )
    const both = afterProbe(arm, probe)
    expect(both.tokens).toBe(33)
    expect(both.answers).toHaveLength(1)
  })

  it('gives the small model M + 3 (M − 1) / R tokens for one where both saw the same training tokens', () => {
    const made = (parameters: number) => ({ parameters, trainingTokens: 1e9 })
    expect(tokensForOne(made(1), made(14), 0.79)).toBeCloseTo(14 + (3 * 13) / 0.79, 9)
    expect(tokensForOne(made(1), made(14), 22)).toBeCloseTo(14 + (3 * 13) / 22, 9)
  })
})
