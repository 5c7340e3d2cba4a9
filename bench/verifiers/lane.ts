/** What one lane of a bench did. */
export interface Lane {
  readonly tasks: number
  readonly per_s: number
  /** Of one task, its wait for a free worker not included: no more tasks are out than there are workers. */
  readonly p50_ms: number
  readonly p99_ms: number
}

export interface LaneLimits {
  readonly inFlight: number
  readonly tasks: number
  /** No task starts after this many milliseconds. */
  readonly milliseconds: number
}

/** Runs tasks 0, 1, 2, …, so many at once, until there are no more or the time is over. */
export async function runLane(limits: LaneLimits, task: (index: number) => Promise<void>): Promise<Lane> {
  const { durations, elapsed } = await timed(limits, task)
  return laneOf(durations, elapsed)
}

/** The same, as milliseconds of each task and of all together. */
export async function timed(
  limits: LaneLimits,
  task: (index: number) => Promise<void>,
): Promise<{ readonly durations: readonly number[]; readonly elapsed: number }> {
  const durations: number[] = []
  const started = performance.now()
  let next = 0
  const work = async () => {
    while (next < limits.tasks && performance.now() - started < limits.milliseconds) {
      const began = performance.now()
      next += 1
      await task(next - 1)
      durations.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: limits.inFlight }, work))
  return { durations, elapsed: performance.now() - started }
}

/** Durations of single tasks and of all together, in milliseconds, as a lane. */
export function laneOf(durations: readonly number[], elapsed: number): Lane {
  const sorted = durations.toSorted((left, right) => left - right)
  return {
    tasks: sorted.length,
    per_s: rounded((1000 * sorted.length) / Math.max(elapsed, Number.EPSILON)),
    p50_ms: rounded(quantile(sorted, 0.5)),
    p99_ms: rounded(quantile(sorted, 0.99)),
  }
}

/** The smallest value that at least this share of the sorted values does not exceed; 0 of none. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

/** To four significant digits: a bench has no more. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
