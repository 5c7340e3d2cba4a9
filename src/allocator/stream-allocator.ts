import type { ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'
import type { Allocator, Arm, Evidence, Offer } from './allocator.ts'
import { BucketAllocator } from './bucket-allocator.ts'
import { forecastPrice, type ExpectedClass } from './forecast-price.ts'
import type { IndexPolicy } from './index-policy.ts'

export interface StreamOptions {
  /** The whole budget, in the unit of `Evidence.cost`. */
  readonly budget: number
  /** Prompts that are expected before the stream ends. */
  readonly horizon: number
  /** The kinds of prompt that are expected over the whole horizon, not those of the moment. */
  readonly mix: readonly ExpectedClass[]
  /** How far the price may leave the forecast, as a share of it; default 0.1. */
  readonly band?: number
  /** Whether spending keeps to the arrivals' share of the budget; default true. */
  readonly paced?: boolean
}

const defaultBand = 0.1
const smallestShare = 1e-9
/** The correction reaches the end of its band when spending is off the plan by this share of the budget. */
const fullCorrectionAt = 0.1

/**
 * Prompts that arrive over time under one budget. A try is made while its gain per cost is at least the price that the
 * forecast mix puts on the budget; the price follows spending only within a narrow band, because pacing that follows
 * it further spends on easy prompts what hard ones to come would need (reference/allocation.md 2c: .98 of the offline
 * gain on stationary traffic, .64 when it drifts). Spending never runs ahead of the arrivals' share of the budget: a
 * forecast that is too cheap would leave the last prompts without a single try. Unsolved prompts that fail either test
 * are deferred, and served by the same index as soon as they pass or the stream ends; waiting costs them time, not
 * chances. Nothing starts that the budget does not cover.
 */
export class StreamAllocator implements Allocator {
  readonly #inner: BucketAllocator
  readonly #options: StreamOptions
  readonly #forecast: number
  #spent = 0
  #arrived = 0
  #ended = false

  constructor(policy: IndexPolicy, options: StreamOptions) {
    this.#inner = new BucketAllocator(policy)
    this.#options = options
    this.#forecast = forecastPrice(options.mix, options.budget / Math.max(1, options.horizon))
  }

  /** Gain per cost that a try must have now. */
  get price(): number {
    if (this.#ended) return 0
    const { budget, band = defaultBand } = this.#options
    const off = (this.#spent / budget - this.#plan) / fullCorrectionAt
    return this.#forecast * (1 + band * Math.min(1, Math.max(-1, off)))
  }

  /** Share of the budget that is for the prompts that have come. */
  get #plan(): number {
    return this.#ended ? 1 : Math.min(1, this.#arrived / Math.max(1, this.#options.horizon))
  }

  /** Until the stream ends, prompts that are not worth the price are deferred rather than finished. */
  get waits(): boolean {
    return !this.#ended
  }

  /** No more prompts will come: what is left goes to the deferred. */
  end(): void {
    this.#ended = true
  }

  add(arm: Arm, className: string, belief?: ZeroInflatedBeta, inputCost?: number): void {
    this.#arrived += 1
    this.#inner.add(arm, className, belief, inputCost)
  }

  next(): Arm | undefined {
    const { budget, paced = true } = this.#options
    // Shares of a budget are rarely exact in binary.
    if (this.#spent >= ((paced ? this.#plan : 1) - smallestShare) * budget) return undefined
    const arm = this.#inner.next()
    return arm === undefined || this.#inner.bestValue < this.price ? undefined : arm
  }

  offer(arm: Arm, offers: readonly Offer[]): void {
    this.#inner.offer(arm, offers)
  }

  pick(arm: Arm, offers: readonly Offer[]): number {
    return this.#inner.pick(arm, offers)
  }

  started(arm: Arm): void {
    this.#inner.started(arm)
  }

  observe(arm: Arm, evidence: Evidence): void {
    this.#spent += evidence.cost
    this.#inner.observe(arm, evidence)
  }

  block(arm: Arm): void {
    this.#inner.block(arm)
  }

  close(arm: Arm): void {
    this.#inner.close(arm)
  }
}
