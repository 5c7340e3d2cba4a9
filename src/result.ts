import type { Bill } from './budget/amount.ts'
import type { Candidate, Step, Verdict } from './contract.ts'
import type { SampleFailure } from './models/model.ts'

/**
 * How a prompt ended. `verified`: an exact verifier proved the answer. `chosen`: the best of what was sampled, by
 * votes or scores that prove nothing. `exhausted`: tries or budget ran out before an answer was proven; `answer` is
 * then the best candidate, known not to be proven, or absent. `failed`: no candidate at all, for the given reasons.
 */
export type Status = 'verified' | 'chosen' | 'exhausted' | 'failed'

/** Why a prompt ended as it did, or what went wrong on the way. */
export interface Reason {
  readonly code:
    | 'solved'
    | 'enough'
    | 'tries'
    | 'budget'
    | 'deadline'
    | 'recording'
    | 'context'
    | 'cancelled'
    | 'overrun'
    | 'verifier'
    | 'cut'
    | 'patch'
    | 'emulated'
    | 'guide'
    | SampleFailure
  readonly message: string
  /** How often it happened, when more than once. */
  readonly count?: number
}

/** What became of one prompt, and what it cost. */
export interface Result {
  readonly id: string
  readonly status: Status
  readonly answer?: Candidate
  /** The verdict on the answer. */
  readonly verdict?: Verdict
  /** The id of the step that the answer came from. */
  readonly step?: string
  /** The provider's own response object of the answer. */
  readonly raw?: unknown
  readonly reasons: readonly Reason[]
  /** Every call made for this prompt, failed and cancelled ones included. */
  readonly usage: Bill
  /** The answer's own tokens. */
  readonly selectedUsage?: { readonly inputTokens: number; readonly outputTokens: number }
  /** True when a provider did not say what it used and an upper bound was charged. */
  readonly estimated: boolean
  /** P(first try succeeds) as believed before anything was tried; absent where nothing was known. */
  readonly predicted?: number
  /** Of a failed prompt: the client's own error of its last failed call. */
  readonly cause?: unknown
  readonly trace: readonly TraceEntry[]
}

/** Whether the verifier accepts the answer that was delivered, proven or chosen by votes. */
export function isAccepted({ answer, verdict }: Result): boolean {
  return answer !== undefined && verdict?.kind === 'scored' && verdict.score === 1
}

/** One step of a prompt as it happened. */
export interface TraceEntry {
  readonly step: Step
  readonly state: 'done' | 'failed' | 'cancelled' | 'pending'
  /** Calls made for this step; more than one after retries. */
  readonly attempts: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** When the step was started and when it came back, on the engine's clock. */
  readonly startedAt: number
  readonly endedAt: number
  readonly verdict?: Verdict
  /** Process reward of the candidate or partial, 0..1. */
  readonly value?: number
  readonly failure?: Reason
}
