/** Uniform numbers in (0, 1): a pure function of the seed, itself a uniform number in [0, 1). */
export type Draw = () => number

/**
 * A stream of uniform numbers: a Weyl sequence of the golden ratio, mixed. Source: Steele, Lea, Flood 2014, "Fast
 * splittable pseudorandom number generators"; mixer from Appleby, MurmurHash3 fmix32.
 */
export function drawsFrom(seed: number): Draw {
  let state = Math.floor(seed * 2 ** 32)
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32 + 2 ** -33
  }
}

/** A standard normal number. Source: Box and Muller 1958. */
export function normal(draw: Draw): number {
  return Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw())
}

/** A Gamma(shape, 1) number, by rejection; below shape 1 by a power of a uniform. Source: Marsaglia and Tsang 2000. */
export function gamma(shape: number, draw: Draw): number {
  if (shape < 1) return gamma(shape + 1, draw) * draw() ** (1 / shape)
  const offset = shape - 1 / 3
  const scale = 1 / Math.sqrt(9 * offset)
  for (;;) {
    const deviate = normal(draw)
    const cube = (1 + scale * deviate) ** 3
    if (cube <= 0) continue
    if (Math.log(draw()) < deviate ** 2 / 2 + offset * (1 - cube + Math.log(cube))) return offset * cube
  }
}
