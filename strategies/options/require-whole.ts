/** @throws RangeError unless the value is a whole number of at least `least`, or Infinity. */
export function requireWhole(name: string, value: number, least = 1): void {
  if (value === Infinity || (Number.isSafeInteger(value) && value >= least)) return
  throw new RangeError(`${name} is ${String(value)}: give a whole number of at least ${least}`)
}
