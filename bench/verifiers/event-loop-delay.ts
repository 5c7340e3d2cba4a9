import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Subject } from '../../src/contract.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { rounded } from './lane.ts'

export interface EventLoopDelay {
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly tasks: number
}

/** Milliseconds between two looks at the clock. */
const resolution = 1
const nanosecondsPerMillisecond = 1e6
/** Tasks that wait for each worker, so that none is ever idle. */
const waitingPerWorker = 8

/**
 * How late the main thread is while a pool of the default size is saturated with these verifiers at once, in
 * milliseconds. The histogram has the time between two looks, so the wanted time is taken off.
 */
export async function eventLoopDelay(
  verifiers: Readonly<Record<string, (index: number) => Subject>>,
  milliseconds: number,
): Promise<EventLoopDelay> {
  await using pool = new VerifierPool()
  const checkers = await Promise.all(
    Object.entries(verifiers).map(async ([name, subjectAt]) => ({
      checker: await pool.checker({ name }),
      subjectAt,
    })),
  )
  let next = 0
  const check = async () => {
    next += 1
    const chosen = checkers[next % checkers.length]
    await chosen?.checker.check(chosen.subjectAt(next))
  }
  // Loading a verifier on the main thread to read its declaration happens once, before.
  await Promise.all(checkers.map(check))
  const warmed = next
  const histogram = monitorEventLoopDelay({ resolution })
  histogram.enable()
  const started = performance.now()
  const work = async () => {
    while (performance.now() - started < milliseconds) await check()
  }
  await Promise.all(Array.from({ length: waitingPerWorker * pool.threads }, work))
  histogram.disable()
  const late = (nanoseconds: number) =>
    rounded(Math.max(0, nanoseconds / nanosecondsPerMillisecond - resolution))
  return {
    p50: late(histogram.percentile(50)),
    p99: late(histogram.percentile(99)),
    max: late(histogram.max),
    tasks: next - warmed,
  }
}
