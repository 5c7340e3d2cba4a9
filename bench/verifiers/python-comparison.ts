import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import type { Subject } from '../../src/contract.ts'
import { bareInterpreters, freshInterpreters, type Scorer } from './fresh-interpreter.ts'
import { laneOf, rounded, timed, type Lane } from './lane.ts'
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
  /** fresh.p50_ms ÷ warm.p50_ms: without the few candidates that hang, which cost both sides their deadline. */
  readonly against_fresh_p50: number
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
/** All ways get a turn at each of so many parts of the candidates: the machine's load changes during a run. */
const rounds = 5

/** All ways to run the same candidates, in turns, on so many cores. */
export async function comparePython(
  { subjects, source }: PythonCandidates,
  workers: number,
): Promise<PythonComparison> {
  await using pool = new VerifierPool({ threads: workers })
  await using onePool = new VerifierPool({ threads: 1 })
  const warm = new Contender(await throughPool(pool, subjects), workers)
  const one = new Contender(await throughPool(onePool, subjects), 1)
  const fresh = new Contender(freshInterpreters(workers), workers)
  const bare = new Contender(bareInterpreters(), workers)
  const size = Math.ceil(subjects.length / rounds)
  for (let start = 0; start < subjects.length; start += size) {
    const part = subjects.slice(start, start + size)
    for (const contender of [warm, one, fresh, bare]) await contender.run(part)
  }
  const unequal = differences(warm.scores, fresh)
  return {
    candidates: subjects.length,
    source,
    workers,
    warm: warm.lane,
    warm_one_worker: one.lane,
    fresh: laneOrReason(fresh),
    bare: laneOrReason(bare),
    against_fresh: ratio(warm, fresh),
    against_fresh_p50: fresh.missing === undefined ? rounded(fresh.lane.p50_ms / warm.lane.p50_ms) : 0,
    against_bare: ratio(warm, bare),
    against_one_worker: ratio(warm, one),
    unequal: unequal.length,
    unequal_failed: unequal.filter(({ left, right }) => left === null || right === null).length,
    bare_unequal: differences(
      warm.scores.map((score) => (score === 1 ? 1 : 0)),
      bare,
    ).length,
    right: warm.scores.filter((score) => score === 1).length,
    failed: warm.scores.filter((score) => score === null).length,
    thread_tasks: threadTasks(pool.report().threadTasks),
  }
}

/** One way to run candidates and what it has done so far. */
class Contender {
  /** Why it cannot run here. */
  readonly missing: string | undefined
  readonly scores: (number | null)[] = []
  readonly #score: Scorer | undefined
  readonly #inFlight: number
  readonly #durations: number[] = []
  #elapsed = 0

  constructor(score: Scorer | string, inFlight: number) {
    this.missing = typeof score === 'string' ? score : undefined
    this.#score = typeof score === 'string' ? undefined : score
    this.#inFlight = inFlight
  }

  get lane(): Lane {
    return laneOf(this.#durations, this.#elapsed)
  }

  async run(subjects: readonly Subject[]): Promise<void> {
    const score = this.#score
    const start = this.scores.length
    this.scores.push(...subjects.map(() => null))
    if (!score) return
    const limits = { inFlight: this.#inFlight, tasks: subjects.length, milliseconds: Infinity }
    const { durations, elapsed } = await timed(limits, async (index) => {
      const subject = subjects[index]
      if (subject) this.scores[start + index] = await score(subject)
    })
    this.#durations.push(...durations)
    this.#elapsed += elapsed
  }
}

/** A pool that is warm: the start of a worker and of its fork server is the cold start, which is told apart. */
async function throughPool(pool: VerifierPool, subjects: readonly Subject[]): Promise<Scorer> {
  const checker = await pool.checker({ name: 'python-tests' })
  const warmUps = subjects.slice(0, 2 * pool.threads).map((subject, index) => {
    const candidate = { ...subject.candidate, text: `    return ${index}` }
    return checker.check({ ...subject, candidate })
  })
  await Promise.all(warmUps)
  return async (subject) => {
    const verdict = await checker.check(subject)
    return verdict.kind === 'scored' ? verdict.score : null
  }
}

function differences(scores: readonly (number | null)[], other: Contender) {
  if (other.missing !== undefined) return []
  return scores.flatMap((left, index) => {
    const right = other.scores[index] ?? null
    const equal = left === right || (left !== null && right !== null && Math.abs(left - right) < tolerance)
    return equal ? [] : [{ left, right }]
  })
}

function ratio(warm: Contender, other: Contender): number {
  return other.missing === undefined ? rounded(warm.lane.per_s / other.lane.per_s) : 0
}

function laneOrReason(contender: Contender): Lane | { readonly missing: string } {
  return contender.missing === undefined ? contender.lane : { missing: contender.missing }
}
