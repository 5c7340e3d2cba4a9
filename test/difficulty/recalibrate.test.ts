import { describe, expect, it } from 'vitest'
import { HazardCounts } from '../../src/difficulty/hazard-counts.ts'
import { recalibrate } from '../../src/difficulty/recalibrate.ts'
import { hazards, type ZeroInflatedBeta } from '../../src/difficulty/zero-inflated-beta.ts'

const easy = { mean: 0.6, strength: 5, hopeless: 0.05 }
const hard = { mean: 0.08, strength: 5, hopeless: 0.2 }
const to = { mean: 0.3, strength: 1.5, hopeless: 0.1 }

/** What `prompts` prompts show that behave just as believed, to the nearest whole try. */
function shown(belief: ZeroInflatedBeta, prompts: number): HazardCounts {
  const counts = new HazardCounts()
  let open = prompts
  for (const [failures, chance] of hazards(belief, 16).entries()) {
    const successes = Math.round(open * chance)
    for (let one = 0; one < open; one += 1) counts.add(failures, one < successes)
    open -= successes
  }
  return counts
}

describe('recalibrate', () => {
  for (const [name, beliefs] of [
    ['that stand', [easy, hard]],
    ['that fade', [easy, hard].map((each) => ({ ...each, fades: { to, tries: 3 } }))],
  ] as const) {
    it(`leaves beliefs ${name} as they are when all comes as they say`, () => {
      const how = recalibrate(beliefs.map((belief) => ({ belief, counts: shown(belief, 4000) })))
      expect(how.shift).toBeCloseTo(0, 1)
      expect(how.slope).toBeCloseTo(1, 1)
      expect(Math.log(how.strength)).toBeCloseTo(0, 1)
      expect(how.hopeless).toBeCloseTo(0, 1)
    })
  }
})
