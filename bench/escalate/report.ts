import type { EscalateReport } from '../escalate.ts'

const share = (value: number | null | undefined) => (typeof value === 'number' ? value.toFixed(3) : 'never')

/** The report as people read it: bills at equal accuracy, as shares of asking the large model for everything. */
export function printEscalate(report: EscalateReport): void {
  console.log(
    `escalate: ${report.prompts} prompts, ${report.draws} draw orders, seed ${report.seed}, ${report.wall_s.toFixed(1)} s`,
  )
  for (const pair of report.pairs) {
    console.log(
      `\n${pair.set}: ${pair.small} (${share(pair.accuracy.small)}) to ${pair.large} (${share(pair.accuracy.large)}), prices 1:${pair.price}`,
    )
    for (const { accuracy, bill, ratio } of pair.levels) {
      const bills = Object.entries(bill).map(([name, value]) => `${name} ${share(value)}`)
      console.log(
        `  at ${share(accuracy)}: ${bills.join(', ')}; ours is ${share(ratio.best_cascade)} of the best cascade's`,
      )
    }
    console.log(
      `  ours ÷ best cascade ${pair.bill_ratio_at_equal_accuracy.map((each) => each.toFixed(2)).join(' / ')}, ` +
        `÷ cascade chosen on the other half ${pair.bill_ratio_to_fitted_cascade.map((each) => each.toFixed(2)).join(' / ')}` +
        (pair.unreached > 0 ? `; ${pair.unreached} levels never reached` : ''),
    )
  }
  for (const [name, values] of Object.entries({
    median: report.median,
    mean: report.mean,
    worst: report.worst,
  })) {
    console.log(
      `\n${name}: ${Object.entries(values)
        .map(([key, value]) => `${key} ${value?.toFixed(3) ?? '–'}`)
        .join(', ')}`,
    )
  }
  if (report.left_out.length > 0) console.log(`left out by --quick: ${report.left_out.join(', ')}`)
}
