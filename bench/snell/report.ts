import type { Interval } from '../../src/sweep/interval.ts'
import type { SnellReport } from '../snell.ts'

const percent = (share: number) => (100 * share).toFixed(1).padStart(6)
const interval = ([mean, low, high]: Interval, digits = 2) =>
  `${mean.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`

/** The report as people read it: accuracy by bin and arm, the saving, and the small model against the large one. */
export function printSnell(report: SnellReport): void {
  const { bins, compute_optimal: optimal } = report
  console.log(
    `snell: ${report.prompts} prompts, ${report.source}, seed ${report.seed}, ${report.wall_s.toFixed(0)} s${report.quick ? ' (quick: few prompts a bin, intervals are wide)' : ''}`,
  )
  console.log(
    `\naccuracy in % (tokens a prompt) by bin, easiest first; p ${bins.map(({ p_hat }) => p_hat.toFixed(2)).join(', ')}`,
  )
  for (const name of Object.keys(bins[0]?.arms ?? {})) {
    const cells = bins.map(({ arms }) => {
      const arm = arms[name]
      return arm ? `${percent(arm.accuracy[0])} (${arm.tokens.toFixed(0)})`.padEnd(15) : ''
    })
    console.log(`  ${name.padEnd(16)}${cells.join('')}`)
  }
  console.log(`\ncompute-optimal against best-of-N, probe ${optimal.probe_tokens.toFixed(0)} tokens a prompt`)
  for (const { tokens, accuracy, best_of_n } of optimal.curve) {
    console.log(
      `  ${tokens.toFixed(0).padStart(7)} tokens: ${percent(accuracy)} %, best-of-N ${percent(best_of_n)} %`,
    )
  }
  console.log(`  saving at equal accuracy: ${interval(optimal.saving)} times`)
  for (const { level, saving } of optimal.saving_at)
    console.log(`    at ${(100 * level).toFixed(0)} % of best-of-N's way: ${interval(saving)}`)
  console.log(`  with one budget over all prompts: ${interval(optimal.shared.saving)} times`)
  console.log(`  where the small model judges itself: ${interval(report.compute_optimal_alone.saving)} times`)
  for (const [bin, chosen] of optimal.chosen.entries())
    console.log(`  chosen at the largest budget, bin ${bin + 1}: ${JSON.stringify(chosen)}`)
  for (const [how, rows] of [
    ['guided by itself', report.versus_large],
    ['best-of-N with an exact verifier', report.versus_large_verified],
  ] as const) {
    console.log(`\nsmall, ${how}, against one greedy answer of the large model, equal FLOPs, in %`)
    for (const { bin, R, small, large, minus_large, tokens } of rows) {
      console.log(
        `  R ${String(R).padEnd(5)} bin ${bin}: small ${percent(small)} (${tokens.toFixed(0)} tokens), large ${percent(large)}, difference ${interval(minus_large)}`,
      )
    }
  }
  for (const loss of report.losses) console.log(`loses: ${loss}`)
}
