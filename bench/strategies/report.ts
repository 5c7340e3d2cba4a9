import type { Interval } from '../../src/sweep/interval.ts'
import type { StrategiesReport } from '../strategies.ts'

const percent = (share: number) => (100 * share).toFixed(1).padStart(6)
const points = ([mean, low, high]: Interval) =>
  `${(100 * mean).toFixed(1)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`

/** The report as people read it: every strategy by bin, `auto` against the best, and what it bought. */
export function printStrategies(report: StrategiesReport): void {
  const { bins, curves, auto, ablation, json_patch: patch } = report
  console.log(
    `strategies: ${report.prompts} prompts, ${report.source}, seed ${report.seed}, ${report.wall_s.toFixed(0)} s${report.quick ? ' (quick: few prompts a bin, intervals are wide)' : ''}`,
  )
  console.log('\nproven in % over all prompts, at (small-model tokens a prompt)')
  for (const [name, curve] of Object.entries(curves)) {
    const cells = curve.map(({ tokens, accuracy }) => `${percent(accuracy)} (${tokens.toFixed(0)})`)
    console.log(`  ${name.padEnd(18)}${cells.join('  ')}`)
  }
  console.log(
    `\nby bin at the largest budget, easiest first; p ${bins.map(({ p_hat }) => p_hat.toFixed(2)).join(', ')}`,
  )
  for (const name of Object.keys(bins[0]?.arms ?? {})) {
    const cells = bins.map(({ arms }) => percent(arms[name]?.accuracy[0] ?? 0))
    console.log(`  ${name.padEnd(18)}${cells.join('  ')}`)
  }
  console.log('\nauto minus the best single strategy (chosen on the other half), in points')
  for (const { bin, single, minus_best_single } of auto.against_best)
    console.log(`  bin ${bin}: ${points(minus_best_single)} (${[...new Set(single)].join(', ')})`)
  console.log('auto minus each single strategy over all prompts, in points')
  for (const [name, interval] of Object.entries(auto.minus_single))
    console.log(`  ${name.padEnd(18)}${points(interval)}`)
  console.log('\nsteps that auto bought, and which brought proven answers')
  for (const { bin, arms } of bins) {
    const { steps = {}, solved_by = {} } = arms['auto'] ?? {}
    console.log(`  bin ${bin}: ${JSON.stringify(steps)}; proven by ${JSON.stringify(solved_by)}`)
  }
  console.log(`\nauto proves ${percent(ablation.full)} %; what leaving out a kind costs, in points`)
  for (const [kind, { full_minus }] of Object.entries(ablation.without))
    console.log(
      `  ${kind.padEnd(14)}${points(full_minus)}${kind === ablation.best_kind ? ' (brings most)' : ''}`,
    )
  const [ratio, low, high] = patch.ratio
  console.log(
    `\nJSON Patch: ${ratio.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}] times fewer output tokens than rewriting, valid in the end ${percent(patch.valid.patch)} % and ${percent(patch.valid.rewrite)} %`,
  )
  for (const { policy, nodes, ms_per_decision } of report.tree_search)
    console.log(`tree search, ${policy}: ${ms_per_decision.toFixed(3)} ms a decision at ${nodes} nodes`)
  for (const { set, model, prompts, arms, auto_minus_best_of_n, left_out } of report.recordings?.sets ?? []) {
    const cells = Object.entries(arms).map(
      ([name, { accuracy, tokens }]) => `${name} ${percent(accuracy)} (${tokens.toFixed(0)})`,
    )
    console.log(
      `recording ${set}/${model}, ${prompts} prompts: ${cells.join(', ')}; auto − best-of-N ${points(auto_minus_best_of_n)}; left out for want of recorded steps: ${left_out.join(', ')}`,
    )
  }
  for (const { recording, reason } of report.recordings?.skipped ?? [])
    console.log(`skipped ${recording}: ${reason}`)
  for (const loss of report.losses) console.log(`loses: ${loss}`)
}
