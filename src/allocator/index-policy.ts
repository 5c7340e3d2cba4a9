import type { ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'
import type { Evidence, Offer } from './allocator.ts'

/** What is known of one prompt, as a small integer that prompts in the same situation share. */
export type State = number

/**
 * How promising a prompt is: a function of its class and state only, so that all prompts in the same situation share
 * one bucket and a refit touches buckets, not prompts.
 */
export interface IndexPolicy {
  readonly first: State
  /**
   * The class of prompts with this belief, and with input that costs this much at every try, among those of
   * `className`: close beliefs and costs share a class. A policy without it takes neither.
   * @param inputCost in the unit of `Evidence.cost`; default: not known apart
   */
  classFor?(className: string, belief: ZeroInflatedBeta | undefined, inputCost?: number): string
  /** The state after a step came back. */
  after(className: string, state: State, evidence: Evidence): State
  /** The state of a prompt that now has these offers. A policy without it knows one kind of step. */
  offered?(state: State, offers: readonly Offer[]): State
  /** Which of these offers is worth most per cost. */
  pick?(className: string, state: State, offers: readonly Offer[]): number
  /** Expected gain per cost of one more step while `inFlight` are out; 0 or less: not worth a step. */
  value(className: string, state: State, inFlight: number): number
  /** Changes whenever values may have changed; buckets are then priced anew. */
  readonly revision: number
}
