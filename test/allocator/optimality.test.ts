import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BucketAllocator } from '../../src/allocator/bucket-allocator.ts'
import { HazardIndex } from '../../src/allocator/hazard-index.ts'
import { randomFrom } from '../../src/clock/random.ts'
import { hazards, type ZeroInflatedBeta } from '../../src/difficulty/zero-inflated-beta.ts'

const belief = fc.record({
  hopeless: fc.double({ min: 0, max: 0.8, noNaN: true }),
  mean: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
  strength: fc.double({ min: 0.1, max: 20, noNaN: true }),
})

const solved = -1

/** Expected number solved with `budget` tries left; `choose` names the prompt, or all are tried for the optimum. */
function value(
  tables: readonly Float64Array[],
  budget: number,
  choose: ((states: readonly number[]) => number) | undefined,
): number {
  const memo = new Map<string, number>()
  const from = (states: readonly number[], left: number): number => {
    const open = [...states.keys()].filter((prompt) => states[prompt] !== solved)
    if (left === 0 || open.length === 0) return 0
    const key = `${states.join(',')}/${left}`
    const known = memo.get(key)
    if (known !== undefined) return known
    const candidates = choose ? [choose(states)] : open
    const best = Math.max(
      ...candidates.map((prompt) => {
        const failures = states[prompt] as number
        const chance = (tables[prompt] as Float64Array)[failures] as number
        const after = (state: number) => states.map((old, other) => (other === prompt ? state : old))
        return (
          chance * (1 + from(after(solved), left - 1)) + (1 - chance) * from(after(failures + 1), left - 1)
        )
      }),
    )
    memo.set(key, best)
    return best
  }
  return from(
    tables.map(() => 0),
    budget,
  )
}

describe('serving the largest P(next try succeeds | failures)', () => {
  it('is what exact dynamic programming does, on random small instances and every budget', () => {
    fc.assert(
      fc.property(
        fc.array(belief, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        (beliefs, budget) => {
          const tables = beliefs.map((each: ZeroInflatedBeta) => hazards(each, budget + 1))
          const greedy = (states: readonly number[]) => {
            let best = -1
            let most = -1
            for (const [prompt, state] of states.entries()) {
              const chance = state === solved ? -1 : ((tables[prompt] as Float64Array)[state] as number)
              if (chance > most) {
                most = chance
                best = prompt
              }
            }
            return best
          }
          expect(value(tables, budget, undefined) - value(tables, budget, greedy)).toBeLessThan(1e-12)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('beats serving the smallest, so the check above can fail', () => {
    const tables = [0.9, 0.1].map((mean) => hazards({ mean, strength: 2, hopeless: 0 }, 4))
    expect(value(tables, 1, () => 0)).toBeGreaterThan(value(tables, 1, () => 1))
  })
})

describe('beliefs that mislead', () => {
  const prompts = 60
  const worlds = 60
  const triesPerPrompt = 2.5
  const truth = { mean: 0.4, strength: 1, hopeless: 0.1 }
  const easy = { mean: 0.6, strength: 40, hopeless: 0.001 }
  const hard = { mean: 0.06, strength: 40, hopeless: 0.1 }

  /** Mean share solved when every other prompt is called easy, whatever it is. */
  const solvedWith = (beliefs: readonly ZeroInflatedBeta[] | undefined): number => {
    const chances = hazards(truth, triesPerPrompt * prompts)
    let solvedPrompts = 0
    for (let world = 0; world < worlds; world += 1) {
      const allocator = new BucketAllocator(new HazardIndex({ wastedShare: 0, recalibrates: false }))
      const draws = Array.from({ length: prompts }, (_, prompt) => randomFrom(`${world}/${prompt}`))
      const failures = draws.map(() => 0)
      for (const prompt of draws.keys()) allocator.add(prompt, '', beliefs?.[prompt % beliefs.length])
      for (let tries = 0; tries < triesPerPrompt * prompts; tries += 1) {
        const prompt = allocator.next()
        if (prompt === undefined) break
        allocator.started(prompt)
        const chance = chances[failures[prompt] as number] as number
        const success = (draws[prompt] as () => number)() < chance
        failures[prompt] = (failures[prompt] as number) + 1
        allocator.observe(prompt, { kind: success ? 'solved' : 'unsolved', cost: 1 })
        if (!success) continue
        solvedPrompts += 1
        allocator.close(prompt)
      }
    }
    return solvedPrompts / worlds / prompts
  }

  it('cost less where they fade', () => {
    const plain = solvedWith(undefined)
    const stubborn = plain - solvedWith([easy, hard])
    const fading =
      plain - solvedWith([easy, hard].map((each) => ({ ...each, fades: { to: truth, tries: 2 } })))
    expect(stubborn).toBeGreaterThan(0.1)
    expect(fading).toBeLessThan(0.8 * stubborn)
  })
})
