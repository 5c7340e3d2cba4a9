/**
 * How wide to branch with a share of the budget left: `max(1, round(width × √left))`. Early steps decide most, and a
 * branch opened late leaves less to finish the others with. After the budget-guided widening of 2602.09574.
 */
export function narrowed(width: number, budgetLeft: number): number {
  return Math.max(1, Math.round(width * Math.sqrt(Math.min(1, Math.max(0, budgetLeft)))))
}
