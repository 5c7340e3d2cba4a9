import { randomFrom, type Random } from '../clock/random.ts'
import type { RecordedProblem } from '../models/recording.ts'

/** Problems have this many numbers, each as often: from nearly always solved to nearly never. */
export const levels = [3, 4, 5, 6] as const

const largestNumber = 25
const largestTarget = 100

/**
 * Solvable countdown problems from a seed, in random order of difficulty: "Make 24 from 3 8 1 5." The target is made
 * by combining the numbers at random, so every problem has a solution.
 */
export function countdownProblems(seed: number | string, count: number): readonly RecordedProblem[] {
  const random = randomFrom(`countdown/${seed}`)
  const problems: RecordedProblem[] = []
  const seen = new Set<string>()
  while (problems.length < count) {
    const level = levels[Math.floor(random() * levels.length)] as number
    const { numbers, target } = puzzle(random, level)
    const prompt = `Make ${target} from ${numbers.join(' ')}.`
    if (seen.has(prompt)) continue
    seen.add(prompt)
    problems.push({
      id: `countdown/${problems.length}`,
      prompt,
      task: 'countdown',
      meta: { numbers, target },
    })
  }
  return problems
}

function puzzle(
  random: Random,
  size: number,
): { readonly numbers: readonly number[]; readonly target: number } {
  const below = (limit: number) => Math.floor(random() * limit)
  for (;;) {
    const numbers = Array.from({ length: size }, () => 1 + below(largestNumber))
    const left = [...numbers]
    let whole = true
    while (left.length > 1 && whole) {
      const first = left.splice(below(left.length), 1)[0] as number
      const second = left.splice(below(left.length), 1)[0] as number
      const combined = combine(Math.max(first, second), Math.min(first, second), below)
      whole = combined <= 2 * largestTarget
      left.push(combined)
    }
    const target = left[0] as number
    if (whole && target >= 1 && target <= largestTarget && !numbers.includes(target))
      return { numbers, target }
  }
}

function combine(high: number, low: number, below: (limit: number) => number): number {
  const results = [high + low]
  if (high !== low) results.push(high - low)
  if (low > 1 && high * low <= 2 * largestTarget) results.push(high * low)
  if (low > 1 && high !== low && high % low === 0) results.push(high / low)
  return results[below(results.length)] as number
}
