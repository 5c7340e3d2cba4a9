import type { NoisyReport } from '../noisy.ts'

const points = (share: number) => (100 * share).toFixed(1)

/** The report as people read it: accuracy by number of samples, and what was accepted wrongly at the most samples. */
export function printNoisy(report: NoisyReport): void {
  console.log(
    `noisy: ${report.prompts} prompts, ${report.draws} draw orders, seed ${report.seed}, ${report.wall_s.toFixed(1)} s`,
  )
  for (const { set, model, verifier, points: rows } of report.results) {
    console.log(
      `\n${set}/${model}, ${verifier}: accuracy in % at ${rows.map(({ n }) => n).join(', ')} samples`,
    )
    for (const policy of Object.keys(rows[0]?.accuracy ?? {})) {
      const accuracy = rows.map((row) => points(row.accuracy[policy]?.[0] ?? 0).padStart(6)).join('')
      const accepted = points(rows.at(-1)?.wrong_but_accepted[policy] ?? 0)
      console.log(`  ${policy.padEnd(14)}${accuracy}   wrong but accepted ${accepted} %`)
    }
  }
  for (const [kind, policies] of Object.entries(report.worst)) {
    console.log(`\nworst over ${kind} verifiers, in points:`)
    for (const [policy, worst] of Object.entries(policies)) {
      console.log(
        `  ${policy.padEnd(14)}gain of 4N ${worst.gain_of_4n.toFixed(2)}, against best-of-N ${worst.minus_best_of_n.toFixed(2)}, ` +
          `against one sample ${worst.minus_one_sample.toFixed(2)}`,
      )
    }
  }
  for (const { recording, reason } of report.skipped) console.log(`skipped ${recording}: ${reason}`)
  if (report.left_out.length > 0) console.log(`left out by --quick: ${report.left_out.join(', ')}`)
}
