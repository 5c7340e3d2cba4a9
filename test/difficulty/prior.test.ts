import { describe, expect, it } from 'vitest'
import { randomFrom, type Random } from '../../src/clock/random.ts'
import { fitPrior } from '../../src/difficulty/fit-prior.ts'
import { fit, vaguePrior, vagueSpread } from '../../src/difficulty/fit.ts'
import { gatedPrior } from '../../src/difficulty/gate.ts'
import { HazardCounts } from '../../src/difficulty/hazard-counts.ts'
import { DifficultyLearner } from '../../src/difficulty/learner.ts'
import { logisticRegression } from '../../src/difficulty/logistic-regression.ts'
import { logistic } from '../../src/difficulty/logit.ts'
import type { Outcome } from '../../src/difficulty/outcome.ts'
import { pastFeatures } from '../../src/difficulty/past-features.ts'
import { beliefOf, firstChance } from '../../src/difficulty/prior-model.ts'
import { promptFeatures } from '../../src/difficulty/prompt-features.ts'

/** Beta(1, 1)·scale by order statistics is enough here: pass rates with mean `mean`, strength 2. */
function rateAround(mean: number, random: Random): number {
  // Jöhnk 1964: Beta(a, b) from two uniforms, for a, b ≤ 1 or so.
  const a = 2 * mean
  const b = 2 - a
  for (;;) {
    const x = random() ** (1 / a)
    const y = random() ** (1 / b)
    if (x + y <= 1 && x + y > 0) return x / (x + y)
  }
}

function successesOf(rate: number, tries: number, random: Random): number {
  let successes = 0
  for (let number = 0; number < tries; number += 1) successes += Number(random() < rate)
  return successes
}

function world(prompts: number, seed: number, weight: number): Outcome[] {
  const random = randomFrom(seed)
  return Array.from({ length: prompts }, () => {
    const feature = random() * 4 - 2
    const rate = random() < 0.15 ? 0 : rateAround(logistic(weight * feature), random)
    const noise = random()
    return {
      features: { 'past other_model.rate': feature, 'prompt.length': noise },
      tries: 20,
      successes: successesOf(rate, 20, random),
    }
  })
}

describe('empirical Bayes', () => {
  it('recovers a known zero-inflated Beta from tries until the first success', () => {
    const random = randomFrom(11)
    const counts = new HazardCounts()
    for (let prompt = 0; prompt < 20_000; prompt += 1) {
      const rate = random() < 0.2 ? 0 : rateAround(0.4, random)
      for (let failures = 0; failures < 12; failures += 1) {
        const success = random() < rate
        counts.add(failures, success)
        if (success) break
      }
    }
    const fitted = fit(counts, vaguePrior, vagueSpread)
    expect(firstChance(fitted)).toBeCloseTo(0.32, 1)
    expect(fitted.hopeless).toBeCloseTo(0.2, 1)
    expect(fitted.mean).toBeCloseTo(0.4, 1)
    expect(fitted.strength).toBeGreaterThan(1.5)
    expect(fitted.strength).toBeLessThan(2.7)
  })

  it('recovers it from all tries as well', () => {
    const model = fitPrior(world(3000, 5, 0), [])
    const belief = beliefOf(model, {})
    expect(belief.mean).toBeCloseTo(0.5, 1)
    expect(belief.hopeless).toBeCloseTo(0.15, 1)
    expect(belief.strength).toBeGreaterThan(1.6)
    expect(belief.strength).toBeLessThan(2.5)
  })
})

describe('logisticRegression', () => {
  it('ends where the penalised gradient is zero', () => {
    const random = randomFrom(2)
    const rows = Array.from({ length: 200 }, () => {
      const features = [random() * 2 - 1, random() * 2 - 1]
      return { features, rate: logistic(0.5 + 2 * (features[0] as number)), weight: 1 + random() }
    })
    const ridge = 2
    const [intercept = 0, ...weights] = logisticRegression(rows, ridge)
    for (const axis of [0, 1]) {
      let gradient = ridge * (weights[axis] as number)
      for (const { features, rate, weight } of rows) {
        const odds = intercept + features.reduce((sum, value, at) => sum + value * (weights[at] as number), 0)
        gradient += weight * (logistic(odds) - rate) * (features[axis] as number)
      }
      expect(Math.abs(gradient)).toBeLessThan(1e-3)
    }
    expect(weights[0]).toBeGreaterThan(1.5)
    expect(Math.abs(weights[1] as number)).toBeLessThan(0.1)
  })
})

describe('the gate', () => {
  it('keeps features that tell, and their beliefs follow the truth', () => {
    const { model, loss } = gatedPrior(world(150, 3, 1.5))
    expect(model.groups).toEqual(['past other_model'])
    expect(loss.kept).toBeLessThan(loss.free - 0.05)
    const low = firstChance(beliefOf(model, { 'past other_model.rate': -2 }))
    const high = firstChance(beliefOf(model, { 'past other_model.rate': 2 }))
    expect(low).toBeLessThan(0.2)
    expect(high).toBeGreaterThan(0.6)
  })

  it('drops noise: over 40 worlds it rarely lets a useless feature pass, and then hardly follows it', () => {
    let passed = 0
    for (let seed = 0; seed < 40; seed += 1) {
      const { model, loss } = gatedPrior(world(60, 100 + seed, 0))
      if (model.groups.length === 0) {
        expect(loss.kept).toBe(loss.free)
        continue
      }
      passed += 1
    }
    expect(passed).toBeLessThanOrEqual(10)
  })

  it('says nothing of a dozen prompts', () => {
    expect(gatedPrior(world(12, 3, 3)).model.groups).toEqual([])
  })

  it('is calibrated on prompts that it has not seen', () => {
    const { model } = gatedPrior(world(600, 8, 1.2))
    const fresh = world(2000, 9, 1.2)
    const bins = Array.from({ length: 5 }, () => ({ predicted: 0, observed: 0, count: 0 }))
    for (const { features, tries, successes } of fresh) {
      const chance = firstChance(beliefOf(model, features))
      const bin = bins[Math.min(4, Math.floor(chance * 5))] as (typeof bins)[number]
      bin.predicted += chance
      bin.observed += successes / tries
      bin.count += 1
    }
    for (const { predicted, observed, count } of bins) {
      if (count > 100) expect(Math.abs(predicted - observed) / count).toBeLessThan(0.06)
    }
  })
})

describe('DifficultyLearner', () => {
  const teach = (learner: DifficultyLearner, prompts: number) => {
    const random = randomFrom(21)
    for (let index = 0; index < prompts; index += 1) {
      const feature = random() * 4 - 2
      const rate = rateAround(logistic(2 * feature), random)
      for (let tries = 0; tries < 3; tries += 1) {
        const success = random() < rate
        learner.observe(`p${index}`, { 'past big.rate': feature }, success)
        if (success) break
      }
      if (learner.due) learner.refit()
    }
  }

  it('has no belief before it has seen enough, and an ordered one after', () => {
    const learner = new DifficultyLearner()
    expect(learner.belief({ 'past big.rate': 1 })).toBeUndefined()
    teach(learner, 300)
    const hard = learner.belief({ 'past big.rate': -2 })
    const easy = learner.belief({ 'past big.rate': 2 })
    expect(hard && easy && firstChance(hard) < firstChance(easy)).toBe(true)
    expect(learner.diagnostics?.loss.kept).toBeLessThan(learner.diagnostics?.loss.free ?? 0)
    expect(learner.diagnostics?.reliability.ece).toBeLessThan(0.15)
  })

  it('learns on from later tries of prompts that it knows, and fits again when tries have doubled', () => {
    const learner = new DifficultyLearner()
    const prompts = Array.from({ length: 32 }, (_, index) => `p${index}`)
    for (const id of prompts) learner.observe(id, {}, false)
    expect(learner.due).toBe(true)
    learner.refit()
    for (const id of prompts) {
      expect(learner.due).toBe(false)
      learner.observe(id, {}, false, undefined, true)
    }
    expect(learner.due).toBe(true)
    expect(learner.toJSON().outcomes.map(({ tries }) => tries)).toEqual(prompts.map(() => 2))
  })

  it('takes no later try of a prompt that it has forgotten for a first one', () => {
    const learner = new DifficultyLearner()
    const prompts = Array.from({ length: 600 }, (_, index) => `p${index}`)
    // Round and round, as a batch is served: nobody is right before the third try.
    for (const round of [0, 1, 2]) {
      for (const id of prompts) learner.observe(id, {}, round === 2, undefined, round > 0)
    }
    const { outcomes } = learner.toJSON()
    expect(outcomes.length).toBeLessThan(prompts.length)
    for (const { tries, successes } of outcomes) expect([tries, successes]).toEqual([3, 1])
  })

  it('comes back from JSON with the same beliefs, and refuses what is not one', () => {
    const learner = new DifficultyLearner()
    teach(learner, 200)
    learner.refit()
    const again = DifficultyLearner.from(JSON.parse(JSON.stringify(learner)))
    expect(again.belief({ 'past big.rate': 0.7 })).toEqual(learner.belief({ 'past big.rate': 0.7 }))
    expect(() => DifficultyLearner.from({ version: 1, outcomes: [{ tries: 'many' }] })).toThrow(
      'not saved difficulty',
    )
  })
})

describe('features', () => {
  it('are what can be seen of a prompt', () => {
    const features = promptFeatures({
      id: 'a',
      messages: [{ role: 'user', content: 'Make 24 from 3, 8 and 1,000 + 2' }],
      meta: { level: 3, numbers: [3, 8, 1000], kind: 'hard', flag: true },
    })
    expect(features['prompt.numbers']).toBeCloseTo(Math.log1p(5), 12)
    expect(features['prompt.largest']).toBeCloseTo(Math.log1p(1000), 12)
    expect(features['prompt.operators']).toBeCloseTo(Math.log(2), 12)
    expect(features).toMatchObject({
      'words.make=': 1,
      'meta.level': Math.log1p(3),
      'meta.numbers.length': 3,
    })
    expect(features).toMatchObject({ 'meta.kind hard=': 1, 'meta.flag': 1 })
  })

  it("are another model's results", () => {
    expect(pastFeatures('big-1.5b', { tries: 3, successes: 0, answers: ['a', 'a', 'b'], tokens: 9 })).toEqual(
      {
        'past big-1_5b.rate': Math.log(0.5 / 3.5),
        'past big-1_5b.never': 1,
        'answers big-1_5b.agreement': 2 / 3,
        'answers big-1_5b.different': Math.log(2),
        'answers big-1_5b.length': Math.log(10),
      },
    )
    expect(pastFeatures('big', { tries: 0, successes: 0 })).toEqual({})
  })
})
