import { BucketAllocator } from '../allocator/bucket-allocator.ts'
import { roundRobin } from '../allocator/round-robin.ts'
import type { Budget, Bill } from '../budget/amount.ts'
import { units } from '../budget/amount.ts'
import { randomFrom } from '../clock/random.ts'
import type { Prompt, Strategy } from '../contract.ts'
import type { EngineOptions } from '../engine-options.ts'
import { Engine } from '../engine.ts'
import type { Model } from '../models/model.ts'
import type { Checker, ModelChecker } from '../pool/verifier-pool.ts'
import { isAccepted, type Result } from '../result.ts'
import { bootstrapMean, type Interval } from './interval.ts'

/** The policies that are compared: the same engine, strategy and draws, with another allocation. */
export const policies = ['uniform', 'drop_solved', 'outthink'] as const
export type Policy = (typeof policies)[number]

export interface SweepOptions {
  readonly prompts: readonly Prompt[]
  /** The models for one draw order, the caller's own first. */
  readonly models: (seed: number) => Promise<readonly Model[]>
  /** For strategies that are guided. */
  readonly guide?: Checker | ModelChecker
  /** What is known beforehand; read anew for each run, so that runs do not learn from each other. */
  readonly experience?: () => Promise<Pick<EngineOptions, 'difficulty' | 'menu'> | undefined>
  /** Of one policy; `uniform` must not stop at success. */
  readonly strategy: (policy: Policy) => Strategy
  readonly checker: Checker
  /** The total budget at a point. */
  readonly budgets: readonly { readonly label: number; readonly budget: Budget }[]
  /** Draw orders a point; each is one run with its own seed. */
  readonly orders: number
  readonly seed: number
  readonly concurrency?: number
  readonly onProgress?: (done: number, total: number) => void
}

export interface SweepPoint {
  readonly budget: number
  readonly policies: Readonly<Record<Policy, PolicyPoint>>
  /** Paired, over prompts. */
  readonly outthink_minus_drop_solved: Interval
  readonly outthink_minus_uniform: Interval
}

export interface PolicyPoint {
  /** Share of prompts whose delivered answer is right, with its 95 % interval. */
  readonly coverage: Interval
  /** The mean bill of one run. */
  readonly spent: Bill
  /** The largest amount above a limit in any run. */
  readonly overshoot: number
  /** Prompts that a recording had no more samples of, mean of one run. */
  readonly recording_exhausted: number
}

/**
 * Budget against coverage: one engine a cell (budget × policy × draw order), all cells with the same draws. Coverage
 * is scored by the verifier on the delivered answer; where the strategy counts votes, the engine never sees the
 * reference.
 */
export async function runSweep(options: SweepOptions): Promise<readonly SweepPoint[]> {
  const { budgets, orders } = options
  const points: SweepPoint[] = []
  let done = 0
  for (const { label, budget } of budgets) {
    const cells = {} as Record<Policy, Cell>
    for (const policy of policies) {
      const cell = new Cell(options.prompts.length)
      for (let order = 0; order < orders; order += 1) {
        await runCell(cell, policy, budget, options, options.seed + order)
        done += 1
        options.onProgress?.(done, budgets.length * policies.length * orders)
      }
      cells[policy] = cell
    }
    const random = randomFrom(`sweep/${options.seed}/${label}`)
    const difference = (rival: Policy) => {
      const other = cells[rival].coverage()
      return bootstrapMean(
        cells.outthink.coverage().map((share, index) => share - (other[index] as number)),
        random,
      )
    }
    points.push({
      budget: label,
      policies: {
        uniform: cells.uniform.point(random),
        drop_solved: cells.drop_solved.point(random),
        outthink: cells.outthink.point(random),
      },
      outthink_minus_drop_solved: difference('drop_solved'),
      outthink_minus_uniform: difference('uniform'),
    })
  }
  return points
}

async function runCell(
  cell: Cell,
  policy: Policy,
  budget: Budget,
  options: SweepOptions,
  seed: number,
): Promise<void> {
  const strategy = options.strategy(policy)
  const models = await options.models(seed)
  const experience = policy === 'outthink' ? await options.experience?.() : undefined
  const engine = new Engine({
    models,
    budget,
    strategy,
    checker: options.checker,
    seed,
    ...(options.guide && { guide: options.guide }),
    ...experience,
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    ...(policy !== 'outthink' && {
      allocator: new BucketAllocator(roundRobin({ whileInFlight: policy === 'uniform' })),
    }),
  })
  const results = await Promise.all(options.prompts.map((prompt) => engine.solve(prompt)))
  await engine.close()
  for (const model of models) await model.close?.()
  const over = engine.overshoot
  cell.add(results, engine.bill, Math.max(...units.map((unit) => over[unit])))
}

/** What the runs of one cell add up to. */
class Cell {
  readonly #right: Float64Array
  readonly #bills: Bill[] = []
  #runs = 0
  #overshoot = 0
  #exhausted = 0

  constructor(prompts: number) {
    this.#right = new Float64Array(prompts)
  }

  add(results: readonly Result[], bill: Bill, overshoot: number): void {
    this.#runs += 1
    this.#bills.push(bill)
    this.#overshoot = Math.max(this.#overshoot, overshoot)
    for (const [index, result] of results.entries()) {
      if (isAccepted(result)) this.#right[index] = (this.#right[index] as number) + 1
      if (result.reasons.some(({ code }) => code === 'recording')) this.#exhausted += 1
    }
  }

  /** For each prompt, the share of runs in which its answer was right. */
  coverage(): readonly number[] {
    return Array.from(this.#right, (count) => count / this.#runs)
  }

  point(random: () => number): PolicyPoint {
    const mean = (of: (bill: Bill) => number) =>
      this.#bills.reduce((sum, bill) => sum + of(bill), 0) / this.#runs
    const [first] = this.#bills
    return {
      coverage: bootstrapMean(this.coverage(), random),
      spent: {
        calls: mean((bill) => bill.calls),
        inputTokens: mean((bill) => bill.inputTokens),
        outputTokens: mean((bill) => bill.outputTokens),
        tokens: mean((bill) => bill.tokens),
        ...(first?.usd !== undefined && { usd: mean((bill) => bill.usd ?? 0) }),
        ...(first?.flops !== undefined && { flops: mean((bill) => bill.flops ?? 0) }),
      },
      overshoot: this.#overshoot,
      recording_exhausted: this.#exhausted / this.#runs,
    }
  }
}
