import { createWriteStream } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { once } from 'node:events'
import type { MenuMemory } from '../allocator/menu-memory.ts'
import type { Budget, Bill } from '../budget/amount.ts'
import { units } from '../budget/amount.ts'
import type { Strategy } from '../contract.ts'
import type { DifficultyLearner } from '../difficulty/learner.ts'
import { Engine } from '../engine.ts'
import { Fault } from '../fault.ts'
import type { Model } from '../models/model.ts'
import type { Checker, ModelChecker, VerifierPool, VerifierSpec } from '../pool/verifier-pool.ts'
import type { Result } from '../result.ts'
import { outputLine } from './output-line.ts'
import { stepsByBin, type StepsOfBin } from './steps-by-bin.ts'
import type { BatchLine } from './read-batch.ts'

export interface BatchOptions {
  readonly lines: readonly BatchLine[]
  readonly out: string
  /** The caller's own first. */
  readonly models: readonly Model[]
  readonly pool: VerifierPool
  /** For lines that name none. */
  readonly verifier?: VerifierSpec
  readonly strategy: Strategy
  /** One budget over all lines. */
  readonly budget: Budget
  readonly concurrency?: number
  /** For strategies that are guided. */
  readonly guide?: Checker | ModelChecker
  /** Learned before, and learn on. */
  readonly difficulty?: DifficultyLearner
  readonly menu?: MenuMemory
  readonly seed: number
  /** Aborts the batch: what is in flight is cancelled, what is finished is kept. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: BatchProgress) => void
}

export interface BatchProgress {
  readonly finished: number
  readonly verified: number
  readonly bill: Bill
}

export interface BatchReport {
  readonly prompts: number
  readonly verified: number
  readonly chosen: number
  readonly exhausted: number
  readonly failed: number
  readonly spent: Bill
  /** Tokens and calls still held: 0 whenever the batch has ended. */
  readonly reserved: number
  /** Units charged above a limit, summed over the limited units. */
  readonly overshoot: number
  readonly seed: number
  /** The steps that were bought, by predicted difficulty, easiest first. */
  readonly bins: readonly StepsOfBin[]
}

export interface BatchOutcome {
  readonly report: BatchReport
  readonly interrupted: boolean
  /** Prompts that failed or ran out, with their lines. */
  readonly unanswered: readonly { readonly line: BatchLine; readonly result: Result }[]
}

/**
 * Runs a batch under one budget. Finished prompts are appended at once to `OUT.partial`, which becomes `OUT` when the
 * batch ends or is interrupted: an earlier `OUT` is replaced only then, and a crash loses nothing that was finished.
 * @throws Fault `unknown-name` for a verifier, `bad-argument` for an output that cannot be written
 */
export async function runBatch(options: BatchOptions): Promise<BatchOutcome> {
  const { lines, out, models, pool, strategy, budget, seed, signal } = options
  const checkers = new Map<string, Checker | ModelChecker>()
  const checkerOf = async (spec: VerifierSpec | undefined): Promise<Checker | ModelChecker | undefined> => {
    if (!spec) return undefined
    const key = JSON.stringify(spec)
    const known = checkers.get(key) ?? (await pool.anyChecker(spec))
    checkers.set(key, known)
    return known
  }
  const prepared: { line: BatchLine; checker: Checker | ModelChecker | undefined }[] = []
  for (const line of lines)
    prepared.push({ line, checker: await checkerOf(line.verifier ?? options.verifier) })

  const engine = new Engine({
    models,
    budget,
    strategy,
    seed,
    ...(options.guide && { guide: options.guide }),
    ...(options.difficulty && { difficulty: options.difficulty }),
    ...(options.menu && { menu: options.menu }),
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  })
  const partial = `${out}.partial`
  // Opened before anything is spent: an output that cannot be written is found out now.
  const handle = await open(partial, 'w').catch((cause: unknown) => {
    throw new Fault(
      'bad-argument',
      `${partial} cannot be written`,
      'Give --out a path in a folder that exists and is yours.',
      cause,
    )
  })
  await handle.close()
  const stream = createWriteStream(partial, { flags: 'a' })
  const results: Result[] = []
  const counts = { verified: 0, chosen: 0, exhausted: 0, failed: 0 }
  const unanswered: { line: BatchLine; result: Result }[] = []
  let finished = 0
  let interrupted = false
  const interrupt = () => {
    interrupted = true
    void engine.close()
  }
  if (signal?.aborted) interrupt()
  else signal?.addEventListener('abort', interrupt, { once: true })
  await Promise.all(
    prepared.map(async ({ line, checker }) => {
      if (interrupted) return
      const result = await engine.solve(line.prompt, {
        ...(checker && { checker }),
        ...(line.budget && { budget: line.budget }),
      })
      // A prompt that the interruption cut short has not ended: it is left out, to be run again.
      if (interrupted && result.status !== 'verified') return
      counts[result.status] += 1
      finished += 1
      results.push(result)
      if (!result.answer || result.status === 'exhausted') unanswered.push({ line, result })
      if (!stream.write(`${outputLine(line, result, seed)}\n`)) await once(stream, 'drain')
      options.onProgress?.({ finished, verified: counts.verified, bill: engine.bill })
    }),
  )
  signal?.removeEventListener('abort', interrupt)
  await engine.close()
  stream.end()
  await once(stream, 'finish')
  await rename(partial, out)
  const { reserved } = engine.ledger
  const over = engine.overshoot
  return {
    report: {
      prompts: lines.length,
      ...counts,
      spent: engine.bill,
      reserved: reserved.tokens + reserved.calls,
      overshoot: units.reduce((sum, unit) => sum + over[unit], 0),
      seed,
      bins: stepsByBin(results, models[0]?.profile.name ?? ''),
    },
    interrupted,
    unanswered,
  }
}
