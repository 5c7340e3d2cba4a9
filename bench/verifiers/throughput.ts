import type { Subject, Verdict } from '../../src/contract.ts'
import { VerifierPool, type Checker } from '../../src/pool/verifier-pool.ts'
import { verifierNamed } from '../../src/registry.ts'
import { laneOf, rounded, runLane, type Lane } from './lane.ts'
import { childMemory, ownMegabytes } from './memory.ts'

/** One verifier, measured. */
export interface VerifierFigures {
  readonly runs: 'inline' | 'pool' | 'process'
  /** From nothing loaded to the first verdict, through the pool. */
  readonly cold_start_ms: number
  /** The verifier alone on the caller's thread; only those that run there. */
  readonly inline?: Lane
  /** Through the pool: deadline, cache key, and for all but inline ones the way to a worker and back. */
  readonly one_worker: Lane
  readonly all_workers: Lane & { readonly workers: number }
  readonly memory: {
    /** Growth of this process from before the first worker to after the last task on all workers. */
    readonly process_growth_mb: number
    readonly child_processes: number
    readonly child_processes_mb: number
  }
  /** Tasks by worker thread id, on all workers; 0 is the main thread. */
  readonly thread_tasks: Readonly<Record<string, number>>
  /** Verdicts that were failed, or not what the case says. */
  readonly unexpected: number
}

export interface ThroughputOptions {
  readonly workers: number
  readonly milliseconds: number
  /** Tasks of each worker before the clock runs: what a cold start costs is told apart. */
  readonly warmUpTasks: number
  /** Most tasks of a lane. */
  readonly tasks: number
  /** What must come out, where it is known. */
  readonly right?: (index: number) => boolean
}

/** Tasks that an inline verifier gets between two looks at the clock. */
const inlineBatch = 256

/** Measures one verifier. Every lane gets candidates that no lane before it got: the cache must not answer. */
export async function measure(
  name: string,
  subjectAt: (index: number) => Subject,
  options: ThroughputOptions,
): Promise<VerifierFigures> {
  const { tasks, milliseconds, workers, warmUpTasks } = options
  let used = 0
  let unexpected = 0
  const check = async (checker: Checker, index: number) => {
    if (isUnexpected(await checker.check(subjectAt(index)), options.right?.(index))) unexpected += 1
  }
  const lane = async (checker: Checker, inFlight: number) => {
    const offset = used
    used += tasks
    return runLane({ inFlight, tasks, milliseconds }, (index) => check(checker, offset + index))
  }
  const warmUp = async (checker: Checker, inFlight: number) => {
    const offset = used
    used += warmUpTasks * inFlight
    const limits = { inFlight, tasks: warmUpTasks * inFlight, milliseconds: Infinity }
    await runLane(limits, (index) => check(checker, offset + index))
  }
  const before = ownMegabytes()

  const cold = performance.now()
  await using onePool = new VerifierPool({ threads: 1 })
  const one = await onePool.checker({ name })
  await check(one, used++)
  const coldStart = performance.now() - cold
  await warmUp(one, 1)
  const oneWorker = await lane(one, 1)
  await onePool.close()

  await using allPool = new VerifierPool({ threads: workers })
  const all = await allPool.checker({ name })
  await warmUp(all, workers)
  const allWorkers = await lane(all, workers)
  const children = await childMemory()
  const growth = ownMegabytes() - before

  const verifier = await verifierNamed(name)
  let inline: Lane | undefined
  if (verifier.runs === 'inline') {
    const durations: number[] = []
    const subjects = Array.from({ length: inlineBatch }, (_, index) => subjectAt(used + index))
    const started = performance.now()
    while (performance.now() - started < milliseconds) {
      for (const subject of subjects) {
        const began = performance.now()
        const verdict = verifier.verify(subject)
        if (verdict instanceof Promise) await verdict
        durations.push(performance.now() - began)
      }
    }
    inline = laneOf(durations, performance.now() - started)
  }
  return {
    runs: verifier.runs,
    cold_start_ms: rounded(coldStart),
    ...(inline && { inline }),
    one_worker: oneWorker,
    all_workers: { ...allWorkers, workers },
    memory: {
      process_growth_mb: rounded(growth),
      child_processes: children?.processes ?? 0,
      child_processes_mb: rounded(children?.megabytes ?? 0),
    },
    thread_tasks: threadTasks(allPool.report().threadTasks),
    unexpected,
  }
}

/** With the main thread named, also when it ran none. */
export function threadTasks(tasks: Readonly<Record<number, number>>): Readonly<Record<string, number>> {
  return { '0': 0, ...tasks }
}

function isUnexpected(verdict: Verdict, right: boolean | undefined): boolean {
  if (verdict.kind === 'failed') return true
  return right !== undefined && (verdict.score === 1) !== right
}
