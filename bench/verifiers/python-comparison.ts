import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { bareInterpreters, freshInterpreters, type ScoredLane } from './fresh-interpreter.ts'
import { rounded, runLane, type Lane } from './lane.ts'
import type { PythonCandidates } from './python-candidates.ts'
import { threadTasks } from './throughput.ts'

export interface PythonComparison {
  readonly candidates: number
  readonly source: 'recorded' | 'generated'
  /** Workers of the pool and lanes of the others. */
  readonly workers: number
  /** Through the pool: a warm fork server a worker. */
  readonly warm: Lane
  readonly warm_one_worker: Lane
  /** A fork server a candidate: the same interpreter, the same isolation. */
  readonly fresh: Lane | { readonly missing: string }
  /** One unprotected process a candidate. */
  readonly bare: Lane | { readonly missing: string }
  /** warm.per_s ÷ fresh.per_s; 0 where there is no fresh lane. */
  readonly against_fresh: number
  readonly against_bare: number
  /** warm.per_s ÷ warm_one_worker.per_s. */
  readonly against_one_worker: number
  /** Candidates whose score differs between warm and fresh. */
  readonly unequal: number
  /** Of those, without a verdict on one side: a deadline or a lack of memory, which depend on the machine's load. */
  readonly unequal_failed: number
  /** Candidates that the bare process calls right and ours does not, or the other way round. */
  readonly bare_unequal: number
  readonly right: number
  readonly failed: number
  readonly thread_tasks: Readonly<Record<string, number>>
}

/** Scores this close are equal: they are shares of assertions. */
const tolerance = 1e-9

/** All ways to run the same candidates, one way after the other, on so many cores. */
export async function comparePython(
  { subjects, source }: PythonCandidates,
  workers: number,
): Promise<PythonComparison> {
  const warm = await throughPool(subjects, workers)
  const one = await throughPool(subjects, 1)
  const fresh = await freshInterpreters(subjects, workers)
  const bare = await bareInterpreters(subjects, workers)
  const unequal = differences(warm.scores, fresh)
  return {
    candidates: subjects.length,
    source,
    workers,
    warm: warm.lane,
    warm_one_worker: one.lane,
    fresh: laneOrReason(fresh),
    bare: laneOrReason(bare),
    against_fresh: ratio(warm.lane, fresh),
    against_bare: ratio(warm.lane, bare),
    against_one_worker: rounded(warm.lane.per_s / one.lane.per_s),
    unequal: unequal.length,
    unequal_failed: unequal.filter(({ left, right }) => left === null || right === null).length,
    bare_unequal: differences(
      warm.scores.map((score) => (score === 1 ? 1 : 0)),
      bare,
    ).length,
    right: warm.scores.filter((score) => score === 1).length,
    failed: warm.scores.filter((score) => score === null).length,
    thread_tasks: threadTasks(warm.threadTasks),
  }
}

async function throughPool(subjects: PythonCandidates['subjects'], workers: number) {
  await using pool = new VerifierPool({ threads: workers })
  const checker = await pool.checker({ name: 'python-tests' })
  // The start of a worker and of its fork server is the cold start, which is told apart.
  const warmUps = subjects.slice(0, 2 * workers).map((subject, index) => {
    const candidate = { ...subject.candidate, text: `    return ${index}` }
    return checker.check({ ...subject, candidate })
  })
  await Promise.all(warmUps)
  const scores: (number | null)[] = subjects.map(() => null)
  const limits = { inFlight: workers, tasks: subjects.length, milliseconds: Infinity }
  const lane = await runLane(limits, async (index) => {
    const subject = subjects[index]
    const verdict = subject && (await checker.check(subject))
    if (verdict?.kind === 'scored') scores[index] = verdict.score
  })
  return { lane, scores, threadTasks: pool.report().threadTasks }
}

function differences(scores: readonly (number | null)[], other: ScoredLane | string) {
  if (typeof other === 'string') return []
  return scores.flatMap((left, index) => {
    const right = other.scores[index] ?? null
    const equal = left === right || (left !== null && right !== null && Math.abs(left - right) < tolerance)
    return equal ? [] : [{ left, right }]
  })
}

function ratio(warm: Lane, other: ScoredLane | string): number {
  return typeof other === 'string' ? 0 : rounded(warm.per_s / other.lane.per_s)
}

function laneOrReason(lane: ScoredLane | string): Lane | { readonly missing: string } {
  return typeof lane === 'string' ? { missing: lane } : lane.lane
}
