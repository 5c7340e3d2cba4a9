import { describe, expect, it } from 'vitest'
import { savings } from '../../bench/replay/saving.ts'
import { Tally } from '../../bench/replay/tally.ts'
import { randomFrom } from '../../src/clock/random.ts'

const prompts = 60

/** Uniform tries at 10 tokens each on prompts that are solved at their own try. */
function tallyOf(solvedAt: (prompt: number) => number, checkpoints: number, tokensATry: number): Tally {
  const tally = new Tally(prompts, checkpoints, 1)
  for (let prompt = 0; prompt < prompts; prompt += 1) {
    const at = solvedAt(prompt)
    if (at < checkpoints) tally.solved(prompt, at)
    for (let checkpoint = 0; checkpoint < checkpoints; checkpoint += 1)
      tally.paid(prompt, checkpoint, tokensATry * (checkpoint + 1))
  }
  return tally
}

describe('savings', () => {
  const solvedAt = (prompt: number) => prompt % 8
  const baseline = tallyOf(solvedAt, 6, 10)

  it('are 1 of a baseline against itself, in every resample', () => {
    const [saving] = savings(baseline, [{ tally: baseline, at: 3 }], prompts, randomFrom('saving'))
    expect(saving).toEqual({ ratio: [1, 1, 1].map((each) => expect.closeTo(each, 12)), beyond: false })
  })

  it('are the ratio of tokens at equal coverage, paired over prompts', () => {
    const half = tallyOf(solvedAt, 6, 5)
    const [saving] = savings(baseline, [{ tally: half, at: 2 }], prompts, randomFrom('saving'))
    expect(saving?.ratio).toEqual([2, 2, 2].map((each) => expect.closeTo(each, 12)))
  })

  it('have an interval around them where prompts differ, and say where the baseline never gets', () => {
    const other = tallyOf((prompt) => (prompt % 3 === 0 ? 0 : prompt % 8), 6, 10)
    const [two, all] = savings(
      baseline,
      [
        { tally: other, at: 2 },
        { tally: tallyOf(() => 0, 6, 10), at: 0 },
      ],
      prompts,
      randomFrom('saving'),
    )
    const [ratio = 0, low = 0, high = 0] = two?.ratio ?? []
    expect(low).toBeLessThan(ratio)
    expect(high).toBeGreaterThan(ratio)
    expect(all).toMatchObject({ beyond: true, ratio: [6, 6, 6] })
  })
})
