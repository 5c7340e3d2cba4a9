import {
  assert,
  asyncProperty,
  array,
  boolean,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  constant,
  nat,
} from 'fast-check'
import { expect, test } from 'vitest'
import { limitsOf, nothing, units, type Amount, type Budget } from '../../src/budget/amount.ts'
import { Ledger, type Reservation } from '../../src/budget/ledger.ts'
import { Fault } from '../../src/fault.ts'

const clock = { now: () => 0 }
const tokens = (inputTokens: number, outputTokens: number): Amount => ({
  ...nothing,
  inputTokens,
  outputTokens,
  tokens: inputTokens + outputTokens,
  calls: 1,
})

/** What may happen to a ledger, in any order. */
const action = oneof(
  record({ kind: constant('reserve' as const), input: nat(60), output: nat(60), scoped: boolean() }),
  record({ kind: constant('settle' as const), which: nat(1000), share: integer({ min: 0, max: 100 }) }),
  record({ kind: constant('settle-twice' as const), which: nat(1000) }),
)

test('spent + reserved never passes a limit, and nothing stays reserved, under any interleaving', () => {
  assert(
    property(array(action, { maxLength: 200 }), integer({ min: 1, max: 500 }), (actions, limit) => {
      const run = new Ledger('run', { tokens: limit, calls: 40 }, clock)
      const scope = run.scope('call', { outputTokens: 100 })
      const held: { reservation: Reservation; amount: Amount }[] = []
      const check = () => {
        for (const ledger of [run, scope]) {
          for (const unit of units) {
            const total = ledger.spent[unit] + ledger.reserved[unit]
            expect(total).toBeLessThanOrEqual(ledger.limits[unit] ?? Infinity)
          }
        }
      }
      for (const step of actions) {
        if (step.kind === 'reserve') {
          const amount = tokens(step.input, step.output)
          const reservation = (step.scoped ? scope : run).reserve(amount)
          if (reservation.kind === 'held') held.push({ reservation, amount })
        } else if (held.length > 0) {
          const index = step.which % held.length
          const { reservation, amount } = held[index] as (typeof held)[number]
          if (step.kind === 'settle') {
            const share = step.share / 100
            reservation.settle(
              tokens(Math.floor(amount.inputTokens * share), Math.floor(amount.outputTokens * share)),
            )
            held.splice(index, 1)
          } else {
            expect(reservation.settle(amount)).toBe(true)
            expect(reservation.settle(amount)).toBe(false)
            held.splice(index, 1)
          }
        }
        check()
      }
      for (const { reservation } of held) reservation.settle(nothing)
      expect(run.reserved).toEqual(nothing)
      expect(scope.reserved).toEqual(nothing)
    }),
  )
})

test('a refused reservation holds nothing in any scope', () => {
  const run = new Ledger('run', { tokens: 100 }, clock)
  const scope = run.scope('call', { tokens: 10 })
  const refusal = scope.reserve(tokens(5, 6))
  expect(refusal).toMatchObject({ kind: 'refused', unit: 'tokens', room: 10 })
  expect(run.reserved).toEqual(nothing)
})

test('an overrun is charged, kept apart, and stops every scope that limits the unit', () => {
  const run = new Ledger('run', { tokens: 100 }, clock)
  const scope = run.scope('call', { calls: 5 })
  const held = scope.reserve(tokens(10, 10)) as Reservation
  held.settle(tokens(10, 25))
  expect(run.spent.tokens).toBe(35)
  expect(run.overrun.tokens).toBe(15)
  expect(run.stopped).toMatch(/35 tokens where 20 was its upper bound/)
  expect(scope.reserve(tokens(1, 1))).toMatchObject({ kind: 'refused', unit: 'stopped' })
})

test('nothing is granted after the deadline', () => {
  let now = 0
  const ledger = new Ledger('run', { milliseconds: 100 }, { now: () => now })
  expect(ledger.reserve(tokens(1, 1)).kind).toBe('held')
  now = 100
  expect(ledger.reserve(tokens(1, 1))).toMatchObject({ kind: 'refused', unit: 'milliseconds' })
})

test.each([
  [{ tokens: 0 }],
  [{ tokens: -5 }],
  [{ tokens: Number.NaN }],
  [{ calls: Infinity }],
  [{}],
  [{ token: 5 }],
  [{ usd: 1e-12 }],
  [{ flops: 1e25 }],
])('the budget %j is refused with advice', (budget) => {
  expect(() => limitsOf(budget as Budget)).toThrow(Fault)
})

test('dollars and flops become integers, rounded down', () => {
  expect(limitsOf({ usd: 0.1 + 0.2, flops: 2.5e6 })).toEqual({ usd: 300_000_000, flops: 2 })
})

test('a charge that is no whole number is a bug and throws', async () => {
  await assert(
    asyncProperty(constantFrom(0.5, -1, Number.NaN), async (bad) => {
      const ledger = new Ledger('run', { tokens: 10 }, clock)
      expect(() => ledger.reserve({ ...nothing, tokens: bad })).toThrow(RangeError)
    }),
  )
})
