/**
 * The numbers of a reward server's reply, which is JSON: a number, or an array with one entry a scored position, each
 * a number or an array of numbers. A position of two numbers is (bad, good), as two-class reward models give it, and
 * its last counts. A sentence when the reply is anything else: NaN, infinite, null, text.
 */
export function rewardNumbers(reply: string): readonly number[] | string {
  let value: unknown
  try {
    value = JSON.parse(reply)
  } catch {
    // NaN and Infinity end up here too: they are no JSON.
    return 'the reward is not a number'
  }
  const numbers: number[] = []
  for (const entry of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
    const position: readonly unknown[] = Array.isArray(entry) ? entry : [entry]
    if (position.length > mostClasses) {
      return `a position has ${position.length} numbers: that is no reward, or the server does not pool it`
    }
    const number = position.at(-1)
    if (typeof number !== 'number' || !Number.isFinite(number)) return 'the reward is not a finite number'
    numbers.push(number)
  }
  return numbers.length === 0 ? 'the server gave no reward' : numbers
}

/** One number, or (bad, good). */
const mostClasses = 2
