import * as fc from 'fast-check'
import jStat from 'jstat'
import { describe, expect, it } from 'vitest'
import { correlatedHazards } from '../../src/difficulty/correlated-hazards.ts'
import { duplicateRate, effectiveTries } from '../../src/difficulty/duplicate-rate.ts'
import { fadeTries } from '../../src/difficulty/fit-fade.ts'
import { logit } from '../../src/difficulty/logit.ts'
import { randomFrom } from '../../src/clock/random.ts'
import { mixture } from '../../src/difficulty/mixture.ts'
import { logGamma } from '../../src/difficulty/log-gamma.ts'
import { marginalLoss } from '../../src/difficulty/marginal-loss.ts'
import { noisyHazards } from '../../src/difficulty/noisy-hazards.ts'
import { hazards } from '../../src/difficulty/zero-inflated-beta.ts'

const belief = fc.record({
  hopeless: fc.double({ min: 0, max: 0.9, noNaN: true }),
  mean: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  strength: fc.double({ min: 0.5, max: 30, noNaN: true }),
})

describe('hazards', () => {
  it('is a/(a + b + n) for a Beta, and only falls for any zero inflation', () => {
    const plain = hazards({ mean: 0.25, strength: 4, hopeless: 0 }, 6)
    for (const [failures, chance] of plain.entries()) expect(chance).toBeCloseTo(1 / (4 + failures), 12)
    fc.assert(
      fc.property(belief, (each) => {
        const chances = hazards(each, 40)
        for (let n = 1; n < chances.length; n += 1)
          expect(chances[n]).toBeLessThanOrEqual(chances[n - 1] as number)
      }),
    )
  })
})

describe('logGamma and marginalLoss', () => {
  it('agree with jstat', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e4, noNaN: true }), (x) => {
        expect(logGamma(x)).toBeCloseTo(jStat.gammaln(x), 6)
      }),
    )
    fc.assert(
      fc.property(belief, fc.integer({ min: 1, max: 120 }), fc.nat(), (each, tries, pick) => {
        const successes = pick % (tries + 1)
        const a = each.mean * each.strength
        const b = each.strength - a
        const likely = Math.exp(jStat.betaln(a + successes, b + tries - successes) - jStat.betaln(a, b))
        const expected = -Math.log((1 - each.hopeless) * likely + (successes === 0 ? each.hopeless : 0))
        fc.pre(Number.isFinite(expected))
        expect(marginalLoss(each, tries, successes)).toBeCloseTo(expected, 5)
      }),
    )
  })
})

describe('noisyHazards', () => {
  it('is the exact hazard for an exact verifier', () => {
    fc.assert(
      fc.property(belief, (each) => {
        const { right, wrong } = noisyHazards(each, { truePositive: 1, falsePositive: 0 }, 30)
        const exact = hazards(each, 30)
        for (const [n, chance] of exact.entries()) expect(right[n]).toBeCloseTo(chance, 9)
        expect(Math.max(...wrong)).toBe(0)
      }),
    )
  })

  it('agrees with integrating the posterior', () => {
    const rates = { truePositive: 0.9, falsePositive: 0.1 }
    const each = { mean: 0.4, strength: 5, hopeless: 0.2 }
    const { right, wrong } = noisyHazards(each, rates, 12)
    const cells = 20_000
    for (const failures of [0, 1, 5, 11]) {
      let mass = each.hopeless * (1 - rates.falsePositive) ** failures
      let chance = 0
      for (let cell = 0; cell < cells; cell += 1) {
        const p = (cell + 0.5) / cells
        const density = jStat.beta.pdf(p, 2, 3) / cells
        const rejected =
          (1 - rates.falsePositive - (rates.truePositive - rates.falsePositive) * p) ** failures
        mass += (1 - each.hopeless) * density * rejected
        chance += (1 - each.hopeless) * density * rejected * p
      }
      expect(right[failures]).toBeCloseTo((rates.truePositive * chance) / mass, 5)
      expect(wrong[failures]).toBeCloseTo(rates.falsePositive * (1 - chance / mass), 5)
    }
  })

  it('refuses rates that are no evidence', () => {
    expect(() =>
      noisyHazards({ mean: 0.5, strength: 2, hopeless: 0 }, { truePositive: 0.4, falsePositive: 0.6 }, 3),
    ).toThrow(RangeError)
  })
})

describe('correlated tries', () => {
  it('count as fewer, and as the plain hazard when they are independent', () => {
    const each = { mean: 0.3, strength: 3, hopeless: 0.2 }
    const plain = hazards(each, 20)
    for (const [n, chance] of correlatedHazards(each, 0, 20).entries())
      expect(chance).toBeCloseTo(plain[n] as number, 9)
    expect(effectiveTries(10, 1)).toBe(1)
    expect(effectiveTries(10, 0)).toBe(10)
    // Alike tries: the first one tells almost all, and the second is mostly a repetition.
    const alike = correlatedHazards(each, 0.9, 20)
    expect(alike[0]).toBeCloseTo(plain[0] as number, 12)
    expect(alike[1]).toBeLessThan(plain[1] as number)
    expect((alike[19] as number) / (alike[1] as number)).toBeGreaterThan(
      (plain[19] as number) / (plain[1] as number),
    )
  })

  it('are told from the answers of failures', () => {
    expect(duplicateRate([['a', 'a', 'b'], ['c'], [null, null]])).toBeCloseTo(1 / 3, 12)
    expect(duplicateRate([])).toBe(0)
  })
})

describe('mixture', () => {
  it('has the mass at 0, the mean and the variance of the two it stands for, by their closed forms', () => {
    fc.assert(
      fc.property(belief, belief, fc.double({ min: 0, max: 1, noNaN: true }), (first, second, share) => {
        const one = mixture(first, second, share)
        const moment = (of: typeof one, power: number) => {
          let product = 1 - of.hopeless
          for (let k = 0; k < power; k += 1) product *= (of.mean * of.strength + k) / (of.strength + k)
          return product
        }
        const both = (power: number) => (1 - share) * moment(first, power) + share * moment(second, power)
        expect(one.hopeless).toBeCloseTo((1 - share) * first.hopeless + share * second.hopeless, 12)
        expect(moment(one, 1)).toBeCloseTo(both(1), 9)
        // The strength has bounds, 0.02 and 10,000, that the variance of very sure beliefs can lie beyond.
        if (one.strength > 0.03 && one.strength < 9_000) expect(moment(one, 2)).toBeCloseTo(both(2), 7)
      }),
    )
  })

  it('is close to the true mixture after every number of failures', () => {
    const featured = { hopeless: 0.6, mean: 0.04, strength: 2 }
    const free = { hopeless: 0.15, mean: 0.4, strength: 1.5 }
    const one = hazards(mixture(featured, free, 0.3), 9)
    const [left, right] = [hazards(featured, 9), hazards(free, 9)]
    let [a, b] = [0.7, 0.3]
    for (let n = 0; n < 9; n += 1) {
      const [h, g] = [left[n] as number, right[n] as number]
      expect(Math.abs((one[n] as number) - (a * h + b * g) / (a + b))).toBeLessThan(0.02)
      a *= 1 - h
      b *= 1 - g
    }
  })
})

describe('a belief that fades', () => {
  const fading = fc.record({
    own: belief,
    to: belief,
    tries: fc.double({ min: 0.2, max: 500, noNaN: true }),
  })

  it('starts as its own, is then never outside of both, and no failure raises it', () => {
    fc.assert(
      fc.property(fading, ({ own, to, tries }) => {
        const chances = hazards({ ...own, fades: { to, tries } }, 60)
        const mine = hazards(own, 60)
        const others = hazards(to, 60)
        expect(chances[0]).toBe(mine[0])
        for (let n = 1; n < chances.length; n += 1) {
          const chance = chances[n] as number
          const both = [mine[n] as number, others[n] as number] as const
          expect(chance).toBeLessThanOrEqual(chances[n - 1] as number)
          expect(chance).toBeLessThanOrEqual(Math.max(...both) * (1 + 1e-9))
          expect(chance).toBeGreaterThanOrEqual(Math.min(...both, chances[n - 1] as number) * (1 - 1e-9))
        }
      }),
    )
  })

  it('is halfway, in log odds, after as many failures as the features are worth tries', () => {
    const own = { mean: 0.7, strength: 6, hopeless: 0.02 }
    const to = { mean: 0.3, strength: 1.5, hopeless: 0.1 }
    const at = (of: typeof own, n: number) => logit(hazards(of, n + 1)[n] as number)
    const chance = hazards({ ...own, fades: { to, tries: 5 } }, 6)[5] as number
    expect(logit(chance)).toBeCloseTo((at(own, 5) + at(to, 5)) / 2, 9)
  })

  it('stands if what it fades to says the same', () => {
    fc.assert(
      fc.property(fading, ({ own, tries }) => {
        const standing = hazards(own, 40)
        for (const [n, each] of hazards({ ...own, fades: { to: own, tries } }, 40).entries()) {
          expect(each).toBeCloseTo(standing[n] as number, 8)
        }
      }),
    )
  })
})

describe('fadeTries', () => {
  const easy = { mean: 0.7, strength: 4, hopeless: 0.02 }
  const hard = { mean: 0.1, strength: 4, hopeless: 0.02 }
  const alike = { mean: 0.4, strength: 1.6, hopeless: 0.02 }
  /** Prompts half of which are called easy and half hard; `truth` draws the pass rate of those. */
  const fitted = (truth: (called: typeof easy) => typeof easy, seed: number) => {
    const random = randomFrom(seed)
    const called = Array.from({ length: 300 }, (_, index) => (index % 2 === 0 ? easy : hard))
    const outcomes = called.map((each) => {
      const from = truth(each)
      const chances = hazards(from, 20)
      let tries = 0
      // The chain of hazards is a draw from the belief itself.
      for (const chance of chances) {
        tries += 1
        if (random() < chance) return { features: {}, tries, successes: 1, stopped: true }
      }
      return { features: {}, tries, successes: 0 }
    })
    return fadeTries(
      outcomes,
      called,
      called.map(() => alike),
    )
  }

  it('is, before any outcome, the tries that tell as much of log odds as a prior of variance 1', () => {
    fc.assert(
      fc.property(belief, belief, (own, others) => {
        const untold = fadeTries([{ features: {}, tries: 0, successes: 0 }], [own], [others])
        const rate = hazards(others, 1)[0] as number
        expect(untold * rate * (1 - rate)).toBeCloseTo(1, 6)
      }),
    )
  })

  it('is large where beliefs are right at every depth, small where they tell nothing', () => {
    for (let seed = 0; seed < 5; seed += 1) {
      expect(fitted((called) => called, seed)).toBeGreaterThan(8)
      expect(fitted(() => alike, seed)).toBeLessThan(2)
    }
  })
})
