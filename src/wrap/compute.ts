import { limitsOf, type Budget } from '../budget/amount.ts'
import type { ComputeReport } from './completion.ts'

/** Carries the budget of one call. */
export const budgetHeader = 'x-compute-budget'

/**
 * Request headers that give one call a budget of its own, inside the client's:
 * `client.chat.completions.create(body, { headers: computeHeaders({ tokens: 20_000 }) })`.
 * @throws Fault `bad-argument` for a budget that is none
 */
export function computeHeaders(budget: Budget): Record<string, string> {
  limitsOf(budget)
  return { [budgetHeader]: JSON.stringify(budget) }
}

/** What was done for a completion of a wrapped client; undefined for any other object. */
export function computeOf(completion: object): ComputeReport | undefined {
  return 'compute' in completion ? (completion.compute as ComputeReport) : undefined
}
