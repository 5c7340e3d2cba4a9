import { Fault } from '../fault.ts'

/**
 * What can be added up. `usd` is kept in nano-dollars and `flops` in megaflops, so that every amount is a safe
 * integer and sums are exact; {@link Budget} and {@link Bill} speak dollars and flops.
 */
export const units = ['inputTokens', 'outputTokens', 'tokens', 'calls', 'usd', 'flops'] as const
export type Unit = (typeof units)[number]

/** An integer in every unit. */
export type Amount = Readonly<Record<Unit, number>>

/** Hard limits given by the user, in any of the units; at least one. All are totals, none is a rate. */
export interface Budget {
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** Input plus output tokens. */
  readonly tokens?: number
  readonly calls?: number
  /** Dollars, at the prices of the model profiles. */
  readonly usd?: number
  /** Floating-point operations: 2 × parameters × (input + output tokens). */
  readonly flops?: number
  /** Wall milliseconds from the start: a deadline, not a sum. */
  readonly milliseconds?: number
}

/** Limits as integers of {@link Unit}; a missing unit is unlimited. */
export type Limits = Readonly<Partial<Record<Unit, number>>>

/** What was spent, in the units a person reads. `usd` and `flops` only where profiles have prices and parameters. */
export interface Bill {
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly tokens: number
  readonly usd?: number
  readonly flops?: number
}

export const nanodollarsPerDollar = 1e9
export const flopsPerMegaflop = 1e6

export const nothing: Amount = { inputTokens: 0, outputTokens: 0, tokens: 0, calls: 0, usd: 0, flops: 0 }

const scale: Readonly<Record<Unit, number>> = {
  inputTokens: 1,
  outputTokens: 1,
  tokens: 1,
  calls: 1,
  usd: nanodollarsPerDollar,
  flops: 1 / flopsPerMegaflop,
}

const budgetKeys: readonly string[] = [...units, 'milliseconds']

/**
 * Checks a budget and turns it into integer limits, rounded down so that a limit is never exceeded by rounding.
 * @throws Fault `bad-argument` for a budget without limits, an unknown unit, or a limit that is not above zero.
 */
export function limitsOf(budget: Budget): Limits {
  const limits: Partial<Record<Unit, number>> = {}
  let count = 0
  for (const [key, value] of Object.entries(budget) as [keyof Budget, unknown][]) {
    if (value === undefined) continue
    if (!budgetKeys.includes(key)) {
      throw new Fault(
        'bad-argument',
        `the budget has an unknown unit "${key}"`,
        `Use one of ${budgetKeys.join(', ')}.`,
      )
    }
    if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
      throw new Fault(
        'bad-argument',
        `the budget's ${key} is ${JSON.stringify(value) === 'null' ? 'not a number' : JSON.stringify(value)}`,
        'Give a finite number above zero.',
      )
    }
    count += 1
    if (key === 'milliseconds') continue
    const limit = Math.floor(value * scale[key])
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new Fault(
        'bad-argument',
        `the budget's ${key} is ${value}, which is ${limit < 1 ? 'less than the smallest amount that is counted' : 'too large to be counted exactly'}`,
        'Give an amount between one unit (1 token, 1 call, 1 nano-dollar, 1 megaflop) and 9·10^15 of them.',
      )
    }
    limits[key] = limit
  }
  if (count === 0) {
    throw new Fault(
      'bad-argument',
      'the budget limits nothing',
      `Limit at least one of ${budgetKeys.join(', ')}.`,
    )
  }
  return limits
}

/** The bill of an amount; units that were never priced are left out. */
export function billOf(amount: Amount, known: { readonly usd: boolean; readonly flops: boolean }): Bill {
  return {
    calls: amount.calls,
    inputTokens: amount.inputTokens,
    outputTokens: amount.outputTokens,
    tokens: amount.tokens,
    ...(known.usd && { usd: amount.usd / nanodollarsPerDollar }),
    ...(known.flops && { flops: amount.flops * flopsPerMegaflop }),
  }
}
