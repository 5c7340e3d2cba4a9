import { randomFrom, shuffled } from '../../src/clock/random.ts'

/** Which half each of some prompts is in, by lot. */
export function halvesOf(prompts: number, seed: number): Int32Array {
  const halves = new Int32Array(prompts)
  for (const [place, prompt] of shuffled(prompts, randomFrom(`${seed}/halves`)).entries())
    halves[prompt] = place % 2
  return halves
}
