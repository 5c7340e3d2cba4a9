import { flopsPerMegaflop, nanodollarsPerDollar, type Amount } from '../budget/amount.ts'
import type { ModelProfile } from '../models/model.ts'

const perMillion = 1e6

/**
 * What a call of these tokens costs, in every unit, rounded up.
 * usd = input × input price + output × output price. flops = 2 × parameters × (input + output): the forward pass of a
 * dense transformer, embeddings counted (Kaplan et al. 2020, 2001.08361).
 */
export function costOf(profile: ModelProfile, inputTokens: number, outputTokens: number): Amount {
  const tokens = inputTokens + outputTokens
  const { price, parameters } = profile
  const usd = price
    ? ((inputTokens * price.inputUsdPerMillion + outputTokens * price.outputUsdPerMillion) / perMillion) *
      nanodollarsPerDollar
    : 0
  const flops = parameters === undefined ? 0 : (2 * parameters * tokens) / flopsPerMegaflop
  return {
    inputTokens,
    outputTokens,
    tokens,
    calls: 1,
    usd: roundedUp(usd),
    flops: roundedUp(flops),
  }
}

/** Rounds up, but not for the last bits of a double: 0.1 + 0.2 dollars are 300,000,000 nano-dollars and no more. */
function roundedUp(value: number): number {
  const nearest = Math.round(value)
  return Math.abs(value - nearest) <= 1e-12 * Math.abs(value) ? nearest : Math.ceil(value)
}
