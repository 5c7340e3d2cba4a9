import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../src/clock/random.ts'
import { beliefAfter } from '../../src/difficulty/evidence-model.ts'
import { fitEvidence, type EvidenceOutcome } from '../../src/difficulty/fit-evidence.ts'
import { DifficultyLearner } from '../../src/difficulty/learner.ts'
import { logistic } from '../../src/difficulty/logit.ts'
import { sampleFeatures, type SeenSample } from '../../src/difficulty/sample-features.ts'
import { hazards } from '../../src/difficulty/zero-inflated-beta.ts'

const belief = { mean: 0.4, strength: 2, hopeless: 0.1 }

/** Prompts whose first try failed; with `weight` 0 what it showed says nothing of the others. */
function outcomes(prompts: number, seed: number, weight: number): EvidenceOutcome[] {
  const random = randomFrom(`evidence/${seed}`)
  return Array.from({ length: prompts }, () => {
    const score = random()
    const rate = logistic(weight * (score - 0.5) + 1.5 * (random() + random() - 1) - 0.5)
    let successes = 0
    for (let tries = 1; tries < 8; tries += 1) successes += Number(random() < rate)
    const tokens = 50 + Math.floor(100 * random())
    return { belief, seen: [sampleFeatures([{ scores: { tests: score }, tokens }])], tries: 8, successes }
  })
}

describe('sampleFeatures', () => {
  it('are what failed samples show, as means over them', () => {
    const cut: SeenSample = { finish: 'length', tokens: 400, answer: null, scores: { 'tests.passed': 0.5 } }
    const whole: SeenSample = { finish: 'stop', tokens: 100, answer: 'b', meanLogprob: -0.2 }
    const features = sampleFeatures([cut, whole, whole], { classTokens: 200, otherAnswers: ['a', 'b', null] })
    expect(features).toEqual({
      'sample finish.cut': 1 / 3,
      'sample length.ratio': expect.closeTo(Math.log(0.5) / 3, 12),
      'sample logprob.mean': -0.2,
      'sample score.tests_passed': 0.5,
      'sample answer.missing': 1 / 3,
      'sample answer.shared': expect.closeTo(2 / 9, 12),
      'sample answer.repeats': 1,
    })
    expect(sampleFeatures([])).toEqual({})
  })
})

describe('fitEvidence', () => {
  it('keeps what failed samples tell and drops what they do not', () => {
    const model = fitEvidence(outcomes(200, 1, 5))
    expect(model?.groups).toEqual(['sample score'])
    const after = (score: number) =>
      hazards(beliefAfter(model ?? never(), belief, { 'sample score.tests': score }), 2)[1] as number
    expect(after(0.05)).toBeLessThan(0.25)
    expect(after(0.95)).toBeGreaterThan(0.5)
  })

  it('rarely lets noise pass: at most 4 of 40 worlds', () => {
    let passed = 0
    for (let seed = 0; seed < 40; seed += 1)
      passed += Number(fitEvidence(outcomes(60, 100 + seed, 0)) !== undefined)
    expect(passed).toBeLessThanOrEqual(4)
  })

  it('says nothing of a dozen prompts', () => {
    expect(fitEvidence(outcomes(12, 3, 6))).toBeUndefined()
  })

  it('corrects what a belief gets wrong after a failure: on average it says what comes', () => {
    const many = outcomes(200, 4, 5)
    const model = fitEvidence(many) ?? never()
    const wrong = { mean: 0.2, strength: 2, hopeless: 0.1 }
    const again = fitEvidence(many.map((each) => ({ ...each, belief: wrong }))) ?? never()
    const rest = many.reduce((sum, { successes }) => sum + successes / 7, 0) / many.length
    const said = (by: typeof model, from: typeof belief) =>
      many.reduce(
        (sum, { seen }) => sum + (hazards(beliefAfter(by, from, seen[0] ?? {}), 2)[1] as number),
        0,
      ) / many.length
    expect(Math.abs(said(model, belief) - rest)).toBeLessThan(0.08)
    expect(Math.abs(said(again, wrong) - rest)).toBeLessThan(0.08)
    expect(Math.abs((hazards(wrong, 2)[1] as number) - rest)).toBeGreaterThan(0.1)
  })
})

describe('DifficultyLearner with samples', () => {
  const teach = (learner: DifficultyLearner, prompts: number, weight: number) => {
    const random = randomFrom(31)
    for (let index = 0; index < prompts; index += 1) {
      const partial = random()
      const rate = logistic(weight * (partial - 0.5) - 0.5)
      for (let tries = 0; tries < 4; tries += 1) {
        const success = random() < rate
        learner.observe(`p${index}`, {}, success, success ? {} : { scores: { tests: partial } })
        if (success) break
      }
      if (learner.due) learner.refit()
    }
  }

  it('moves the belief about a prompt by what its failed sample showed, and survives a file', () => {
    const learner = new DifficultyLearner()
    teach(learner, 300, 8)
    learner.refit()
    expect(learner.readsSamples).toBe(true)
    const of = (each: DifficultyLearner, tests: number) => each.belief({}, [{ scores: { tests } }])?.mean ?? 0
    expect(of(learner, 0.1)).toBeLessThan(of(learner, 0.9) - 0.2)
    expect(learner.belief({})).toBeDefined()
    const again = DifficultyLearner.from(JSON.parse(JSON.stringify(learner)))
    expect(of(again, 0.1)).toBe(of(learner, 0.1))
  })

  it('has no belief where neither features nor samples tell', () => {
    const learner = new DifficultyLearner()
    teach(learner, 300, 0)
    learner.refit()
    expect(learner.readsSamples).toBe(false)
    expect(learner.belief({}, [{ scores: { tests: 0.1 } }])).toBeUndefined()
  })
})

function never(): never {
  throw new Error('the gate stayed closed')
}
