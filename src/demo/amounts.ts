/** How reports write amounts of a unit. */
export interface AmountText {
  readonly unit: string
  /** How it is counted. */
  readonly counted: string
  /** The head of a column. */
  readonly head: string
  /** How much of the unit is one of the column's. */
  readonly scale: number
  /** An amount in that column. */
  cell(amount: number): string
  /** An amount in a sentence. */
  said(amount: number): string
}

/** FLOPs or dollars, whichever the report has. */
export function amountText(report: { readonly budget_flops?: number }): AmountText {
  return report.budget_flops === undefined ? usd : flops
}

/** Sums of the demo may be far below a cent. */
const usdDigits = 3

const flops: AmountText = {
  unit: 'FLOPs',
  counted: '2 × parameters × tokens, prompts and embeddings counted',
  head: '10⁹ FLOPs',
  scale: 1e9,
  cell: (amount) => (amount / 1e9).toFixed(2),
  said: (amount) => `${(amount / 1e9).toFixed(2)} × 10⁹ FLOPs`,
}

const usd: AmountText = {
  unit: 'dollars',
  counted: 'at the prices given, prompts counted',
  head: 'usd',
  scale: 1,
  cell: (amount) => amount.toPrecision(usdDigits),
  said: (amount) => `$${amount.toPrecision(usdDigits)}`,
}
