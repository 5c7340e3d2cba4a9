import { units, type Amount } from './amount.ts'
import type { Ledger } from './ledger.ts'

/** One number for a cost: the share it takes of the scarcest limit; its calls where only time is limited. */
export function scarcestShare(amount: Amount, limits: Ledger['limits']): number {
  let share = 0
  for (const unit of units) {
    const limit = limits[unit]
    if (limit !== undefined) share = Math.max(share, amount[unit] / limit)
  }
  return share > 0 ? share : amount.calls
}
