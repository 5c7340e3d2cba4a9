import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import PQueue from 'p-queue'
import { Tinypool } from 'tinypool'
import type {
  ErrorRates,
  IsolationPart,
  Json,
  ModelVerifier,
  Prompt,
  Subject,
  Verdict,
  Verifier,
} from '../contract.ts'
import { Fault } from '../fault.ts'
import { modelVerifierNamed, verifierNamed } from '../registry.ts'
import { composeCheckers, compositionKinds, type CompositionKind } from './compose/compose-checkers.ts'
import { VerdictCache } from './verdict-cache.ts'
import type { Task, TaskReport } from './worker.ts'

/** Which verifier, with which options. */
export interface VerifierSpec {
  /** A registered name, the path of a module, or several composed: `all:numeric+json-schema`, `any:`, `firstOf:`. */
  readonly name: string
  readonly options?: { readonly [key: string]: Json }
}

/** What is known of a verifier whose scores prove nothing. */
export interface Noise {
  readonly errorRates?: ErrorRates
}

/** A verifier made ready: where it runs, its deadline and the cache are taken care of. */
export interface Checker {
  readonly id: string
  readonly errorRates: ErrorRates
  /** Set where scores are evidence that proves nothing, with how often they err where that was declared. */
  readonly noise?: Noise
  /** Whether a score of 1 proves an answer to this prompt. */
  proves(prompt: Prompt): boolean
  /** Always comes back with a verdict, whatever the candidate does. */
  check(subject: Subject): Promise<Verdict>
  /** For verifiers that run programs: what holds them on this machine, found by trying. */
  isolation?(): Promise<readonly IsolationPart[]>
}

/** A model verifier made ready: its questions become steps of the engine. */
export interface ModelChecker extends Pick<ModelVerifier, 'ask' | 'read'> {
  readonly id: string
  /** A model's opinion always is. */
  readonly noise: Noise
  /** A model's opinion proves nothing. */
  proves(prompt: Prompt): false
}

export interface VerifierPoolOptions {
  /** Worker threads; default cores − 1, at least 1. */
  readonly threads?: number
  /** Memory of one worker's heap, in MB; default 512. */
  readonly memory?: number
  /** Verifications that may wait; further callers wait for room. Default 1,024. */
  readonly queueLimit?: number
}

/** What the pool did, for reports. */
export interface PoolReport {
  readonly threads: number
  readonly waiting: number
  readonly running: number
  /** Share of the threads' time spent verifying since the first task, 0..1. */
  readonly utilisation: number
  readonly cacheHits: number
  /** By verifier id. */
  readonly verifiers: Readonly<Record<string, VerifierReport>>
  /** Tasks by the id of the worker thread that ran them. */
  readonly threadTasks: Readonly<Record<number, number>>
}

export interface VerifierReport {
  readonly verdicts: number
  readonly failed: number
  /** Total milliseconds, waiting not included. */
  readonly milliseconds: number
}

/** Wall milliseconds one verdict may take where neither the spec nor the verifier says. */
const defaultDeadline = 10_000
/** Wall milliseconds a worker may take to load a verifier. */
const loadDeadline = 30_000
/** A verifier with child processes keeps its own deadline; this much later its worker is killed, in milliseconds. */
const processGrace = 900
/** Memory of one worker's heap, in MB. */
const defaultMemory = 512
const defaultQueueLimit = 1024
/** An idle worker ends after this long, in milliseconds. */
const idleTimeout = 60_000

/**
 * The worker threads that run verifiers. Started on the first CPU-bound verification; idle threads do not keep the
 * program alive. A task that passes its deadline or its memory costs its worker, which is replaced, and nothing else.
 */
export class VerifierPool implements AsyncDisposable {
  readonly threads: number
  readonly #memory: number
  readonly #queueLimit: number
  readonly #queue: PQueue
  readonly #cache = new VerdictCache()
  readonly #verifiers = new Map<string, Promise<Verifier>>()
  readonly #timings = new Map<string, { verdicts: number; failed: number; milliseconds: number }>()
  readonly #threadTasks = new Map<number, number>()
  #tinypool: Tinypool | undefined
  #firstTask: number | undefined
  #busy = 0
  #hits = 0

  constructor(options: VerifierPoolOptions = {}) {
    this.threads = options.threads ?? Math.max(1, availableParallelism() - 1)
    this.#memory = options.memory ?? defaultMemory
    this.#queueLimit = options.queueLimit ?? defaultQueueLimit
    this.#queue = new PQueue({ concurrency: this.threads })
  }

  /**
   * Makes a verifier ready that decides by itself. A {@link Verifier} object runs on the caller's thread (functions
   * cannot cross to a worker); a name or module path runs where it declares.
   * @throws Fault `unknown-name`; `bad-argument` for the name of one that asks a model: see {@link anyChecker}
   */
  async checker(verifier: VerifierSpec | Verifier): Promise<Checker> {
    const checker = await this.anyChecker(verifier)
    if ('check' in checker) return checker
    throw new Fault(
      'bad-argument',
      `"${checker.id}" asks a model, which cannot be done here`,
      'Use another verifier.',
    )
  }

  /**
   * Makes any verifier ready, also one that asks a model: its questions become steps of an engine.
   * @throws Fault `unknown-name`; `bad-argument` for a composition of verifiers that ask models
   */
  async anyChecker(verifier: VerifierSpec | Verifier | ModelVerifier): Promise<Checker | ModelChecker> {
    if ('ask' in verifier) return modelCheckerOf(verifier)
    if ('verify' in verifier) return this.#checkerOf(verifier, {}, undefined)
    const { name, options = {} } = verifier
    const [, kind, names] = /^(\w+):(.+)$/.exec(name) ?? []
    if (isComposition(kind) && names !== undefined) {
      const parts = await Promise.all(names.split('+').map((part) => this.checker({ name: part, options })))
      return composeCheckers(kind, parts, options)
    }
    const asksModel = await modelVerifierNamed(name, options)
    if (asksModel) return modelCheckerOf(asksModel)
    let loading = this.#verifiers.get(name)
    if (!loading) {
      loading = verifierNamed(name)
      this.#verifiers.set(name, loading)
    }
    return this.#checkerOf(await loading, options, name)
  }

  report(): PoolReport {
    const elapsed = this.#firstTask === undefined ? 0 : performance.now() - this.#firstTask
    return {
      threads: this.threads,
      waiting: this.#queue.size,
      running: this.#queue.pending,
      utilisation: elapsed > 0 ? Math.min(1, this.#busy / (elapsed * this.threads)) : 0,
      cacheHits: this.#hits,
      verifiers: Object.fromEntries([...this.#timings].map(([id, timing]) => [id, { ...timing }])),
      threadTasks: Object.fromEntries(this.#threadTasks),
    }
  }

  /** Ends the workers and what they started. */
  async close(): Promise<void> {
    const tinypool = this.#tinypool
    this.#tinypool = undefined
    await tinypool?.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #checkerOf(
    verifier: Verifier,
    options: { readonly [key: string]: Json },
    name: string | undefined,
  ): Checker {
    const asked = options['deadlineMs']
    const deadline = typeof asked === 'number' && asked > 0 ? asked : (verifier.deadlineMs ?? defaultDeadline)
    return {
      id: verifier.id,
      ...(verifier.isolation && { isolation: () => isolationOf(verifier) }),
      errorRates: verifier.errorRates ?? { truePositive: 1, falsePositive: 0 },
      ...(verifier.exact === 'never' && {
        noise: verifier.errorRates ? { errorRates: verifier.errorRates } : {},
      }),
      proves: (prompt) =>
        verifier.exact === 'always' || (verifier.exact === 'reference' && prompt.reference !== undefined),
      check: async (bare) => {
        const subject = { ...bare, options: { ...bare.options, ...options } }
        const key = this.#cache.keyOf(verifier, subject)
        const known = this.#cache.get(key)
        if (known) {
          this.#hits += 1
          return known
        }
        const inline = name === undefined || verifier.runs === 'inline'
        const verdict = inline
          ? await this.#here(verifier, subject, deadline)
          : await this.#inWorker(name, verifier, subject, deadline)
        this.#cache.set(key, verdict)
        return verdict
      },
    }
  }

  async #here(verifier: Verifier, subject: Subject, deadline: number): Promise<Verdict> {
    const started = performance.now()
    let verdict: Verdict
    try {
      const given = verifier.verify(subject)
      verdict = given instanceof Promise ? await withinDeadline(given, deadline) : given
    } catch (cause) {
      verdict = {
        kind: 'failed',
        code: 'crashed',
        message: cause instanceof Error ? cause.message : String(cause),
      }
    }
    this.#note(verifier.id, verdict, performance.now() - started)
    return checkedScore(verdict)
  }

  async #inWorker(name: string, verifier: Verifier, subject: Subject, deadline: number): Promise<Verdict> {
    await this.#queue.onSizeLessThan(this.#queueLimit)
    return this.#queue.add(async () => {
      const began = performance.now()
      this.#firstTask ??= began
      const verdict = await this.#run(
        { verifier: name, subject, started: new Float64Array(new SharedArrayBuffer(8)) },
        verifier.runs === 'process' ? deadline + processGrace : deadline,
      )
      const took = performance.now() - began
      this.#busy += took
      this.#note(verifier.id, verdict, took)
      return checkedScore(verdict)
    })
  }

  async #run(task: Task, deadline: number): Promise<Verdict> {
    this.#tinypool ??= new Tinypool({
      filename: new URL(`./worker${extname(import.meta.url)}`, import.meta.url).href,
      runtime: 'worker_threads',
      // One more than are used: when a worker is killed, a started one takes over at once.
      minThreads: this.threads + 1,
      maxThreads: this.threads + 1,
      concurrentTasksPerWorker: 1,
      idleTimeout,
      // The queue lies before tinypool, so a task that is handed over starts at once and its deadline is its own.
      maxQueue: this.threads,
      resourceLimits: { maxOldGenerationSizeMb: this.#memory },
      execArgv: [],
      // No `teardown`: tinypool would wait for a worker to run it before killing that worker, so a candidate that never
      // ends would never be killed. What a verifier started ends with its thread.
    })
    const killer = new AbortController()
    const handed = absoluteNow()
    const watch = () => {
      const started = task.started[0] ?? 0
      const left = started === 0 ? handed + loadDeadline - absoluteNow() : started + deadline - absoluteNow()
      if (left <= 0) killer.abort()
      else timer = setTimeout(watch, left)
    }
    let timer = setTimeout(watch, deadline)
    try {
      const report = (await this.#tinypool.run(task, { signal: killer.signal })) as TaskReport
      this.#threadTasks.set(report.threadId, (this.#threadTasks.get(report.threadId) ?? 0) + 1)
      return report.verdict
    } catch (cause) {
      if (killer.signal.aborted) {
        return { kind: 'failed', code: 'timeout', message: `no verdict within ${deadline} ms` }
      }
      const error = cause as { readonly code?: string; readonly message?: string }
      if (error?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
        return { kind: 'failed', code: 'out-of-memory', message: `more than ${this.#memory} MB were needed` }
      }
      return { kind: 'failed', code: 'crashed', message: error?.message ?? String(cause) }
    } finally {
      clearTimeout(timer)
    }
  }

  #note(id: string, verdict: Verdict, milliseconds: number): void {
    const timing = this.#timings.get(id) ?? { verdicts: 0, failed: 0, milliseconds: 0 }
    timing.verdicts += 1
    if (verdict.kind === 'failed') timing.failed += 1
    timing.milliseconds += milliseconds
    this.#timings.set(id, timing)
  }
}

function modelCheckerOf(verifier: ModelVerifier): ModelChecker {
  return {
    id: verifier.id,
    noise: verifier.errorRates ? { errorRates: verifier.errorRates } : {},
    proves: () => false,
    ask: (subject, rival) => verifier.ask(subject, rival),
    read: (replies, subject, rival) => checkedScore(verifier.read(replies, subject, rival)),
  }
}

function isComposition(kind: string | undefined): kind is CompositionKind {
  return compositionKinds.some((known) => known === kind)
}

/** Tried on the caller's thread; what was started for it is ended. */
async function isolationOf(verifier: Verifier): Promise<readonly IsolationPart[]> {
  try {
    return (await verifier.isolation?.()) ?? []
  } finally {
    await verifier.close?.()
  }
}

/** Worker threads have their own time origin; absolute times can be compared. */
function absoluteNow(): number {
  return performance.timeOrigin + performance.now()
}

async function withinDeadline(work: Promise<Verdict>, deadline: number): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Verdict>((resolve) => {
    timer = setTimeout(
      () => resolve({ kind: 'failed', code: 'timeout', message: `no verdict within ${deadline} ms` }),
      deadline,
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A score outside 0..1 would spoil every comparison after it: it is the verifier's failure, not the candidate's. */
function checkedScore(verdict: Verdict): Verdict {
  if (verdict.kind === 'failed' || (verdict.score >= 0 && verdict.score <= 1)) return verdict
  return {
    kind: 'failed',
    code: 'crashed',
    message: `the verifier gave the score ${verdict.score}, not 0..1`,
  }
}
