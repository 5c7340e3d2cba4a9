import type { Limits } from '../budget/amount.ts'
import { Fault } from '../fault.ts'
import type { Model } from './model.ts'

/**
 * What a budget limits must be known of every model: an unknown price would be spent without being counted.
 * @throws Fault `no-price`, `no-parameters`
 */
export function requirePrices(limits: Limits, models: Iterable<Model>): void {
  for (const { profile } of models) {
    if (limits.usd !== undefined && profile.price === undefined) {
      throw new Fault(
        'no-price',
        `the budget limits usd, and the model "${profile.name}" has no price`,
        'Give its profile a price (--price on the command line), or limit tokens.',
      )
    }
    if (limits.flops !== undefined && profile.parameters === undefined) {
      throw new Fault(
        'no-parameters',
        `the budget limits flops, and the model "${profile.name}" has no parameter count`,
        'Give its profile `parameters` (--params on the command line), or limit tokens.',
      )
    }
  }
}
