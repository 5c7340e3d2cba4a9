import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plainAction, type Evidence } from '../../src/allocator/allocator.ts'
import { HazardIndex } from '../../src/allocator/hazard-index.ts'
import { MenuIndex } from '../../src/allocator/menu-index.ts'
import { MenuMemory } from '../../src/allocator/menu-memory.ts'
import { randomFrom } from '../../src/clock/random.ts'

const offers = (cost: number) => [
  { action: plainAction, cost: 1 },
  { action: 'other', cost, otherModel: true },
]

describe('MenuIndex', () => {
  test('with one kind of step is the hazard index and nothing else', () => {
    const tried = fc.array(fc.record({ failures: fc.nat(20), solved: fc.boolean(), cost: fc.nat(50) }))
    const same = fc.property(tried, (tries) => {
      const menu = new MenuIndex()
      const hazard = new HazardIndex()
      for (const { failures, solved, cost } of tries) {
        let [ofMenu, ofHazard] = [menu.first as number, hazard.first as number]
        const evidence = (kind: Evidence['kind']) => ({ kind, cost: cost + 1, action: 'revise' })
        for (let failed = 0; failed < failures; failed += 1) {
          ofMenu = menu.after('task', ofMenu, evidence('unsolved'))
          ofHazard = hazard.after('task', ofHazard, evidence('unsolved'))
        }
        for (const inFlight of [0, 1, 3])
          expect(menu.value('task', ofMenu, inFlight)).toBe(hazard.value('task', ofHazard, inFlight))
        if (solved) {
          menu.after('task', ofMenu, evidence('solved'))
          hazard.after('task', ofHazard, evidence('solved'))
        }
      }
    })
    fc.assert(same)
  })

  test('a dearer offer is never preferred where the cheaper one was not', () => {
    const cost = fc.double({ min: 0.1, max: 50, noNaN: true })
    const factor = fc.double({ min: 1.3, max: 10, noNaN: true })
    fc.assert(
      fc.property(cost, factor, (cheap, times) => {
        const memory = new MenuMemory()
        memory.of('other', 3)
        const menu = new MenuIndex({ memory })
        const picks = [cheap, cheap * times].map((each) => menu.pick('task', menu.first, offers(each)))
        expect(picks[1]).toBeLessThanOrEqual(picks[0] as number)
      }),
    )
  })

  test('a prompt is worth its best offer, so more to choose from never lowers its place', () => {
    const menu = new MenuIndex()
    const alone = menu.value('task', menu.first, 0)
    const chosen = menu.value('task', menu.offered(menu.first, offers(0.5)), 0)
    expect(chosen).toBeGreaterThan(alone)
  })

  test('a failure of the same model says as much as a plain one, two of another model as much as one', () => {
    const given = [
      { action: plainAction, cost: 1 },
      { action: 'revise', cost: 1000 },
      { action: 'large', cost: 1000, otherModel: true },
    ]
    const worthAfter = (...actions: readonly string[]) => {
      const menu = new MenuIndex()
      let state = menu.offered(menu.first, given)
      for (const action of actions) state = menu.after('task', state, { kind: 'unsolved', cost: 1, action })
      return menu.value('task', state, 0)
    }
    const plain = worthAfter(plainAction, plainAction)
    expect(plain).toBeLessThan(worthAfter(plainAction))
    expect(worthAfter(plainAction, 'revise')).toBeCloseTo(plain, 9)
    expect(worthAfter(plainAction, 'large')).toBeGreaterThan(plain)
    expect(worthAfter(plainAction, 'large', 'large')).toBeCloseTo(plain, 9)
  })

  test('where there is one kind of step and it is not the plain one, prompts that need less of it come first', () => {
    const menu = new MenuIndex()
    const worth = (cost: number) =>
      menu.value('task', menu.offered(menu.first, [{ action: 'beam', cost }]), 0)
    expect(worth(2)).toBeGreaterThan(worth(4))
    expect(worth(2) / worth(4)).toBeCloseTo(2, 1)
  })

  test('a dearer kind of step is bought where the plain one keeps failing, and not before', () => {
    const menu = new MenuIndex({ wastedShare: 0 })
    const random = randomFrom('menu')
    let bought = 0
    let hardBought = 0
    let firstTries = 0
    for (let prompt = 0; prompt < 400; prompt += 1) {
      const hard = prompt % 2 === 0
      let state = menu.offered(menu.first, offers(8))
      for (let tries = 0; tries < 12; tries += 1) {
        const dear = menu.pick('task', state, offers(8)) === 1
        if (dear && tries === 0) firstTries += 1
        const solved = random() < (dear ? 0.9 : hard ? 0.01 : 0.7)
        if (dear && prompt >= 200) {
          bought += 1
          if (hard) hardBought += 1
        }
        state = menu.after('task', state, {
          kind: solved ? 'solved' : 'unsolved',
          cost: dear ? 8 : 1,
          action: dear ? 'other' : plainAction,
        })
        if (solved) break
      }
    }
    expect(firstTries).toBe(0)
    expect(bought).toBeGreaterThan(80)
    expect(hardBought / bought).toBeGreaterThan(0.8)
  })

  test('a prompt that is predicted to be hard goes to the larger model at once, an easy one does not', () => {
    const menu = new MenuIndex({ wastedShare: 0 })
    const first = (mean: number) => {
      const belief = { mean, strength: 20, hopeless: 0 }
      const name = menu.classFor('task', belief)
      return menu.pick(name, menu.offered(menu.first, offers(5)), offers(5))
    }
    expect(first(0.01)).toBe(1)
    expect(first(0.6)).toBe(0)
  })

  test('a kind of step that never succeeds is given up, whatever was hoped of it', () => {
    const menu = new MenuIndex({ wastedShare: 0 })
    const random = randomFrom('useless')
    const share = [0, 0]
    for (let prompt = 0; prompt < 600; prompt += 1) {
      let state = menu.offered(menu.first, offers(1.5))
      for (let tries = 0; tries < 6; tries += 1) {
        const other = menu.pick('task', state, offers(1.5)) === 1
        const half = prompt < 300 ? 0 : 1
        if (other) share[half] = (share[half] as number) + 1
        const solved = !other && random() < 0.2
        state = menu.after('task', state, {
          kind: solved ? 'solved' : 'unsolved',
          cost: 1,
          action: other ? 'other' : plainAction,
        })
        if (solved) break
      }
    }
    expect(share[0]).toBeLessThan(60)
    expect(share[1]).toBeLessThan(5)
  })

  test.each([
    { worth: 'useful', chance: 0.95, most: 1, least: 0.8 },
    { worth: 'useless', chance: 0.3, most: 0.06, least: 0 },
  ])('a dear kind of step that is $worth is found out about for little', ({ chance, most, least }) => {
    const menu = new MenuIndex({ wastedShare: 0 })
    const random = randomFrom('found out')
    const dear = [
      { action: plainAction, cost: 1 },
      { action: 'revise', cost: 2.5 },
    ]
    const spent = { all: 0, dear: 0 }
    for (let prompt = 0; prompt < 1000; prompt += 1) {
      let state = menu.offered(menu.first, dear)
      for (let tries = 0; tries < 6; tries += 1) {
        const other = menu.pick('task', state, dear) === 1
        const cost = other ? 2.5 : 1
        // Only what is bought late counts: by then it is known.
        if (prompt >= 500) {
          spent.all += cost
          if (other) spent.dear += cost
        }
        const solved = random() < (other ? chance : 0.3)
        const kind = solved ? 'solved' : 'unsolved'
        state = menu.after('task', state, { kind, cost, action: other ? 'revise' : plainAction })
        if (solved) break
      }
    }
    expect(spent.dear / spent.all).toBeLessThanOrEqual(most)
    expect(spent.dear / spent.all).toBeGreaterThanOrEqual(least)
  })
})

describe('MenuMemory', () => {
  test('recovers the shift and slope that outcomes were made with', () => {
    const memory = new MenuMemory()
    const odds = memory.of('other', 1)
    const random = randomFrom('recover')
    const truth = (hazard: number) => 1 / (1 + Math.exp(-(1.2 + 0.5 * Math.log(hazard / (1 - hazard)))))
    for (let index = 0; index < 4000; index += 1) {
      const hazard = 0.02 + 0.9 * random()
      odds.observe(hazard, 0, random() < truth(hazard))
    }
    for (const hazard of [0.05, 0.2, 0.5, 0.8]) {
      expect(odds.expected(hazard, 0)).toBeCloseTo(truth(hazard), 1)
      // So much was seen that hardly any hope is left to have.
      expect(odds.hopeful(hazard, 0) - odds.expected(hazard, 0)).toBeLessThan(0.04)
    }
  })

  test('continues where it was saved, and takes nothing that is no saved odds', () => {
    const memory = new MenuMemory()
    for (const solved of [true, false, true]) memory.of('other', 2).observe(0.3, 0, solved)
    const saved: unknown = JSON.parse(JSON.stringify(memory))
    const loaded = MenuMemory.from(saved)
    expect(loaded.of('other', 99).hopeful(0.4, 2)).toBe(memory.of('other', 2).hopeful(0.4, 2))
    expect(JSON.parse(JSON.stringify(MenuMemory.from({ a: 1, b: { mean: [1], covariance: [] } })))).toEqual(
      {},
    )
    expect(JSON.parse(JSON.stringify(MenuMemory.from(null)))).toEqual({})
  })
})
