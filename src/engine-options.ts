import type { Allocator } from './allocator/allocator.ts'
import type { MenuMemory } from './allocator/menu-memory.ts'
import type { Budget } from './budget/amount.ts'
import type { Step, Strategy, Verdict } from './contract.ts'
import type { DifficultyLearner } from './difficulty/learner.ts'
import type { Model } from './models/model.ts'
import type { Checker, ModelChecker } from './pool/verifier-pool.ts'
import type { Result } from './result.ts'

export interface EngineOptions {
  /** Where samples come from; the first is the caller's own model. */
  readonly models: readonly Model[]
  /** Hard limits over all prompts together. */
  readonly budget: Budget
  readonly strategy: Strategy
  /** Verifies candidates of prompts that bring no checker of their own. */
  readonly checker?: Checker | ModelChecker
  /**
   * Scores partials and candidates for strategies that are guided (a process reward), from 0 to 1. Its questions are
   * steps, and in the ledger; it never proves anything.
   */
  readonly guide?: Checker | ModelChecker
  /**
   * Default: the vote index for strategies that count votes, the fair-cap index where the checker asks a model for its
   * opinion, the menu index else. A `StreamAllocator` is for prompts that arrive over time.
   */
  readonly allocator?: Allocator
  /** What is known of how hard prompts are, and learns on; default a new one, which knows nothing yet. */
  readonly difficulty?: DifficultyLearner
  /** What is known of the odds of each kind of step beside the plain one, and learns on; default a new one. */
  readonly menu?: MenuMemory
  /** Steps in flight, verification included; default 16. */
  readonly concurrency?: number
  /** Of draws, seeds and back-off; default 0. */
  readonly seed?: number
  /** Wall milliseconds of one call; default 120,000. */
  readonly timeout?: number
  /** Calls for one step before it counts as failed; default 3. */
  readonly attempts?: number
  /** Hears of every step and every finished prompt; for progress and logs. */
  readonly onEvent?: (event: EngineEvent) => void
}

export type EngineEvent =
  | { readonly type: 'step-started'; readonly prompt: string; readonly step: Step; readonly attempt: number }
  | {
      readonly type: 'step-ended'
      readonly prompt: string
      readonly step: Step
      readonly state: 'done' | 'failed'
      readonly verdict?: Verdict
    }
  | { readonly type: 'prompt-finished'; readonly result: Result }

export interface SolveOptions {
  readonly checker?: Checker | ModelChecker
  /** A smaller budget inside the engine's, for this prompt alone. */
  readonly budget?: Budget
  /** Ends this prompt: its calls are cancelled and it fails with reason `cancelled`. */
  readonly signal?: AbortSignal
}
