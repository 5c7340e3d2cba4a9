import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beliefOfBin, binOf } from '../../src/allocator/belief-bins.ts'
import { logit } from '../../src/difficulty/logit.ts'
import { hazards } from '../../src/difficulty/zero-inflated-beta.ts'

const belief = fc.record({
  mean: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
  hopeless: fc.double({ min: 0.001, max: 0.9, noNaN: true }),
  strength: fc.double({ min: 0.03, max: 5000, noNaN: true }),
})

describe('belief bins', () => {
  it('put a belief beside those that differ by half a bin at most, and a bin’s middle into that bin', () => {
    fc.assert(
      fc.property(belief, (each) => {
        const bin = binOf(each)
        const middle = beliefOfBin(bin)
        expect(binOf(middle)).toBe(bin)
        expect(Math.abs(logit(middle.mean) - logit(each.mean))).toBeLessThanOrEqual(0.125 + 1e-9)
        expect(Math.abs(logit(middle.hopeless) - logit(each.hopeless))).toBeLessThanOrEqual(0.25 + 1e-9)
        expect(Math.abs(Math.log(middle.strength / each.strength))).toBeLessThanOrEqual(0.2 + 1e-9)
      }),
    )
  })

  it('change the chance of the first try by a factor of e^⅜ at most', () => {
    fc.assert(
      fc.property(belief, (each) => {
        const first = (of: typeof each) => hazards(of, 1)[0] as number
        expect(Math.abs(Math.log(first(beliefOfBin(binOf(each))) / first(each)))).toBeLessThanOrEqual(0.375)
      }),
    )
  })
})
