import type { ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'

/** A prompt as the allocator knows it: a small number given by the engine. */
export type Arm = number

/** The action of the caller's own request, sampled again. */
export const plainAction = 'plain'

/** What the engine learned from one step of a prompt. */
export interface Evidence {
  /** `solved`, `unsolved`: a verified try. `votes`: the counts of the two leading answers. `nothing`: it failed. */
  readonly kind: 'solved' | 'unsolved' | 'votes' | 'nothing'
  readonly leader?: number
  readonly second?: number
  /** Votes that gave an answer so far. */
  readonly cast?: number
  /** The verifier's score, 0 to 1, where it is graded. */
  readonly score?: number
  /** What kind of purchase it was, where there are several; absent: {@link plainAction}. */
  readonly action?: string
  /** What the try cost, in the share of the budget that the engine counts in; > 0. */
  readonly cost: number
}

/** One thing that could be bought for a prompt now. */
export interface Offer {
  /** Which kind of purchase: offers of one action share what is learned. */
  readonly action: string
  /** Expected cost until a candidate is there, as a multiple of what the plain step of this prompt costs; > 0. */
  readonly cost: number
  /** Whether it is on another model than the plain action; default false. */
  readonly otherModel?: boolean
}

/**
 * Picks the prompt whose next step has the largest expected gain per cost. Knows nothing of steps, models or
 * budgets: the engine asks the strategy for the step, and the ledger whether it fits.
 */
export interface Allocator {
  /**
   * A new prompt of a class; prompts of one class share what is learned. `belief` is what is thought of its pass rate
   * before any try; without one the class's own outcomes say. Adding a known prompt again changes its class or belief
   * and keeps its state.
   * @param inputCost what its own input costs at every try, in the unit of `Evidence.cost`; default: not known apart
   */
  add(arm: Arm, className: string, belief?: ZeroInflatedBeta, inputCost?: number): void
  /** The prompt to serve next; stays where it is until the engine says what became of it. */
  next(): Arm | undefined
  /**
   * What may be bought for a prompt now, told whenever that changes; none where it is the plain step only. An
   * allocator without it takes every prompt to have one kind of step.
   */
  offer?(arm: Arm, offers: readonly Offer[]): void
  /** Which of these offers is worth most per cost for this prompt; the first, for an allocator without it. */
  pick?(arm: Arm, offers: readonly Offer[]): number
  /** Whether `next` naming nothing means to wait: for prompts to come, or for their end. Absent: prompts are finished. */
  readonly waits?: boolean
  /** No more prompts will come. */
  end?(): void
  /** A step of this prompt was started. */
  started(arm: Arm): void
  /** A started step came back. */
  observe(arm: Arm, evidence: Evidence): void
  /** Nothing can be started for this prompt until something of it comes back. */
  block(arm: Arm): void
  /** The prompt is finished. */
  close(arm: Arm): void
}
