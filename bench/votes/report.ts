import type { VotesReport } from '../votes.ts'

const points = (share: number) => (100 * share).toFixed(2)

/** The report as people read it: a line a recording and depth, losses included. */
export function printVotes(report: VotesReport): void {
  console.log(
    `votes: ${report.prompts} prompts, ${report.draws} draw orders, seed ${report.seed}, ${report.wall_s.toFixed(1)} s`,
  )
  for (const { set, model, prompts, depths } of report.recordings) {
    for (const { n, sc_accuracy, policies, certificate } of depths) {
      console.log(
        `\n${set}/${model}: ${prompts} prompts, self-consistency at ${n} is ${points(sc_accuracy[0])} % right`,
      )
      for (const [policy, { votes_to_match, votes_to_stay, saving, end }] of Object.entries(policies)) {
        console.log(
          `  ${policy.padEnd(22)}${(votes_to_match?.toFixed(2) ?? 'never').padStart(7)} votes to match` +
            `${(votes_to_stay?.toFixed(2) ?? 'never').padStart(7)} to stay  saving ${saving.map((each) => each.toFixed(2)).join(' / ')}` +
            `  ends at ${end.votes.toFixed(2)} with ${end.minus_sc.map((each) => (100 * each).toFixed(2)).join(' / ')} points`,
        )
      }
      console.log(
        `  at most ${points(certificate.gap)} % below the Lagrangian bound at the votes of ours, by its own belief`,
      )
    }
  }
  for (const [depth, group] of Object.entries(report.at)) {
    console.log(`\nagainst self-consistency at ${depth}, ${group.recordings} recordings:`)
    for (const [policy, saving] of Object.entries(group.mean_saving)) {
      console.log(
        `  ${policy.padEnd(22)}mean saving ${saving.map((each) => each.toFixed(2)).join(' / ')}` +
          `  median ${group.median_saving[policy]?.toFixed(2)}  worst ${group.worst_saving[policy]?.toFixed(2)}` +
          `  where votes help (${group.where_votes_help.recordings}) ${group.where_votes_help.mean_saving[policy]?.map((each) => each.toFixed(2)).join(' / ') ?? '–'}`,
      )
    }
  }
  for (const { recording, reason } of report.skipped) console.log(`skipped ${recording}: ${reason}`)
  if (report.left_out.length > 0) console.log(`left out by --quick: ${report.left_out.join(', ')}`)
}
