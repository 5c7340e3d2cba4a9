import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Uniform numbers in [0, 1). */
export type Random = () => number

/**
 * A 32-bit hash of a string (FNV-1a, finished by the murmur3 mixer so that close strings give far numbers).
 * Source: Fowler, Noll, Vo, draft-eastlake-fnv; Appleby, MurmurHash3 fmix32.
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** One uniform number in [0, 1): a pure function of seed and key, whatever was drawn before. */
export function uniformOf(seed: number, key: string): number {
  return hash32(`${seed}/${key}`) / 2 ** 32
}

/** A stream of uniform numbers from a seed (xoroshiro128+); for shuffles and bootstraps, not for secrets. */
export function randomFrom(seed: number | string): Random {
  const generator = xoroshiro128plus(hash32(String(seed)))
  return () => uniformFloat64(generator)
}

/** A permutation of 0..count-1 (Fisher–Yates). */
export function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1))
    const kept = order[index] as number
    order[index] = order[other] as number
    order[other] = kept
  }
  return order
}
