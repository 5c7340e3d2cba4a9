import type { Rational } from '../answer/rational.ts'
import type { Bindings } from './exact-value.ts'

/** Points at which expressions are compared: fractions of either sign, fractions above zero, and whole numbers. */
const FRACTION_POINTS = 6
const POSITIVE_POINTS = 4
const WHOLE_POINTS = 6

/** Fixed, so that a verdict never depends on when it was given. */
const SEED = 0x9e3779b9

/**
 * The points for these symbols. A symbol has the same values whatever other symbols there are, so that keys of equal
 * expressions agree. Whole points serve expressions that exist nowhere else (factorials, powers of -1).
 */
export function pointsFor(symbols: readonly string[]): readonly Bindings[] {
  const points: Bindings[] = []
  for (let index = 0; index < FRACTION_POINTS + POSITIVE_POINTS + WHOLE_POINTS; index += 1) {
    points.push(new Map(symbols.map((symbol) => [symbol, valueAt(symbol, index)])))
  }
  return points
}

function valueAt(symbol: string, index: number): Rational {
  const hash = mixed(symbol, index)
  if (index >= FRACTION_POINTS + POSITIVE_POINTS) {
    return { numerator: BigInt(2 + (hash % 11)), denominator: 1n }
  }
  const denominator = [7n, 11n, 13n, 17n][hash % 4] ?? 7n
  const numerator = BigInt(3 + ((hash >>> 3) % 37))
  const top = numerator % denominator === 0n ? numerator + 1n : numerator
  const negative = index < FRACTION_POINTS && (hash >>> 11) % 2 === 1
  return { numerator: negative ? -top : top, denominator }
}

/** FNV-1a with a final mix. */
function mixed(symbol: string, index: number): number {
  let hash = SEED ^ index
  for (let at = 0; at < symbol.length; at += 1) {
    hash = Math.imul(hash ^ symbol.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
