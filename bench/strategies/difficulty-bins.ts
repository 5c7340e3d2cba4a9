import { randomFrom, shuffled } from '../../src/clock/random.ts'

export const binCount = 5

/** Every prompt's half (0 or 1), drawn by the seed. */
export function halvesOf(prompts: number, seed: number): readonly number[] {
  const halves: number[] = Array.from({ length: prompts }, () => 0)
  for (const [place, prompt] of shuffled(prompts, randomFrom(`halves/${seed}`)).entries())
    halves[prompt] = place % 2
  return halves
}

/** The four values between the fifths of a list, highest first. */
export function edgesOf(predicted: readonly number[]): readonly number[] {
  const sorted = predicted.toSorted((left, right) => right - left)
  return Array.from({ length: binCount - 1 }, (_, edge) => {
    const at = Math.round(((edge + 1) * sorted.length) / binCount)
    return ((sorted[at - 1] ?? 0) + (sorted[at] ?? sorted[at - 1] ?? 0)) / 2
  })
}

/** 0 for the easiest fifth, 4 for the hardest. */
export function binOf(predicted: number, edges: readonly number[]): number {
  return edges.filter((edge) => predicted < edge).length
}

/** Bins of all prompts with edges cut on one half of them. */
export function binsCutOn(
  half: number,
  predicted: readonly number[],
  halves: readonly number[],
): readonly number[] {
  const edges = edgesOf(predicted.filter((_, prompt) => halves[prompt] === half))
  return predicted.map((value) => binOf(value, edges))
}

/** The bin of every prompt, with edges cut on the other half. */
export function heldOutBins(predicted: readonly number[], halves: readonly number[]): readonly number[] {
  const cut = [0, 1].map((half) => binsCutOn(half, predicted, halves))
  return predicted.map((_, prompt) => cut[1 - (halves[prompt] ?? 0)]?.[prompt] ?? 0)
}
