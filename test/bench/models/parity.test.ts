import { expect, test } from 'vitest'
import { greedyParity, valueParity } from '../../../bench/models/greedy-parity.ts'

test.each(['small', 'large'] as const)(
  '%s writes the same greedy texts through llama.cpp as in PyTorch, and counts the same prompt tokens',
  { timeout: 90_000 },
  async (name) => {
    const { prompts, tokenised, different } = await greedyParity(name)
    expect(prompts).toBe(20)
    expect(tokenised).toEqual([])
    expect(different).toEqual([])
  },
)

test(
  'the value model gives the same values through llama.cpp as in PyTorch',
  { timeout: 60_000 },
  async () => {
    const { lines, largestDifference } = await valueParity()
    expect(lines).toBeGreaterThan(50)
    expect(largestDifference).toBeLessThan(0.02)
  },
)
