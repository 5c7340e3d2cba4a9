import type { VerifiersReport } from '../verifiers.ts'
import type { Lane } from './lane.ts'

/** The report as people read it, bars that do not hold included. */
export function printVerifiers(report: VerifiersReport): void {
  const { machine, python_tests: python, event_loop_delay_ms: delay, loops } = report
  console.log(
    `verifiers: ${machine.cores} cores, load ${machine.load_before} before and ${machine.load_after} after, ` +
      `seed ${report.seed}, ${report.wall_s} s${report.quick ? ', --quick' : ''}`,
  )
  console.log(`\n${'verifier'.padEnd(18)}${columns.map((column) => column.padStart(13)).join('')}`)
  for (const [name, { runs, inline, one_worker: one, all_workers: all, ...rest }] of Object.entries(
    report.verifiers,
  )) {
    const cells = [
      runs,
      inline?.per_s ?? '',
      one.per_s,
      all.per_s,
      all.p50_ms,
      all.p99_ms,
      rest.cold_start_ms,
      rest.memory.process_growth_mb,
      rest.memory.child_processes_mb,
      rest.unexpected,
    ]
    console.log(`${name.padEnd(18)}${cells.map((cell) => String(cell).padStart(13)).join('')}`)
  }
  console.log(
    `\npython-tests on ${python.candidates} ${python.source} candidates, ${python.workers} at once:`,
  )
  for (const [name, lane] of [
    ['warm, all workers', python.warm],
    ['warm, one worker', python.warm_one_worker],
    ['fresh, same isolation', python.fresh],
    ['bare unshare + prlimit', python.bare],
  ] as const) {
    console.log(`  ${name.padEnd(24)}${'missing' in lane ? lane.missing : shown(lane)}`)
  }
  console.log(
    `  ${python.against_fresh}x fresh (${python.against_fresh_p50}x at the median), ${python.against_bare}x bare, ${python.against_one_worker}x one worker; ` +
      `${python.unequal} verdicts unequal to fresh (${python.unequal_failed} without a verdict on one side), ` +
      `${python.bare_unequal} to bare; ${python.right} right, ${python.failed} failed; ` +
      `tasks by thread ${JSON.stringify(python.thread_tasks)}`,
  )
  console.log(
    `\nmain thread while the pool is saturated: late by ${delay.p50} ms (p50), ${delay.p99} ms (p99), ` +
      `${delay.max} ms at most, ${delay.tasks} tasks`,
  )
  console.log(
    `${loops.tasks} tasks with ${loops.loops} endless loops: ${loops.lost} lost, ${loops.double} double, ` +
      `${loops.late} honest ones late, ${loops.wall_s} s`,
  )
  console.log('')
  for (const { name, measured, bar, goal, holds } of report.bars) {
    console.log(`${holds ? 'holds ' : 'MISSED'}  ${name}: ${measured} (bar ${bar}, goal ${goal})`)
  }
}

const columns = [
  'runs',
  'inline/s',
  '1 worker/s',
  'all/s',
  'p50 ms',
  'p99 ms',
  'cold ms',
  'growth MB',
  'children MB',
  'unexpected',
]

function shown({ per_s, p50_ms, p99_ms }: Lane): string {
  return `${per_s}/s, p50 ${p50_ms} ms, p99 ${p99_ms} ms`
}
