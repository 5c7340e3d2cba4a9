import type { Prompt } from '../contract.ts'

/** What is sent for a step. */
export interface Asked {
  /** The prompt itself for a plain sample, so that what is known of its tokens holds; else as the step needs it. */
  readonly prompt: Prompt
  /** Tokens that this call may write at most. */
  readonly cap: number
  readonly continues?: true
  readonly stop?: readonly string[]
  /** The model has no way to go on by itself: it was asked by prompt to do so. */
  readonly emulated?: true
}
