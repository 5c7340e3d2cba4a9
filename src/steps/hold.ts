import type { Amount } from '../budget/amount.ts'
import type { Ledger, Refusal, Reservation } from '../budget/ledger.ts'
import type { ModelProfile } from '../models/model.ts'
import type { Reason } from '../result.ts'
import { costOf } from './cost.ts'
import type { OutputLength } from './output-length.ts'

/** A step that may be sent: its upper bound is reserved. */
export interface Held {
  readonly kind: 'held'
  readonly reservation: Reservation
  /** The output cap that was reserved for. */
  readonly cap: number
  /** Whether that is below what the step would have been given with budget to spare. */
  readonly shortened: boolean
}

/** A step that no budget would allow. */
export interface Impossible {
  readonly kind: 'impossible'
  readonly reason: Reason
}

export interface Wish {
  readonly profile: ModelProfile
  /** Output cap of the whole step, in tokens. */
  readonly most: number
  readonly input: { readonly tokens: number; readonly exact: boolean }
  readonly scope: Ledger
  /** What is known of this model's answers. */
  readonly output: OutputLength
  readonly now: number
  /** Whether room may come back when what is in flight is settled; then a shortened step is not tried. */
  readonly mayWait: boolean
}

/** Reserves a step's upper bound; near the end of the budget with a smaller output cap, if that is still useful. */
export function hold({
  profile,
  most,
  input,
  scope,
  output,
  now,
  mayWait,
}: Wish): Held | Refusal | Impossible {
  let cap = most
  if (profile.contextWindow !== undefined && input.exact) {
    cap = Math.min(cap, profile.contextWindow - input.tokens)
    if (cap < 1) {
      const message = `the prompt has ${input.tokens} tokens, the context window of ${profile.name} ${profile.contextWindow}`
      return { kind: 'impossible', reason: { code: 'context', message } }
    }
  }
  const left = scope.deadline - now
  // A call that cannot be expected back before the deadline is not started.
  if (left <= 0 || left < output.usualMilliseconds)
    return { kind: 'refused', scope, unit: 'milliseconds', room: 0 }
  const whole = scope.reserve(costOf(profile, input.tokens, cap))
  if (whole.kind === 'held') return { kind: 'held', reservation: whole, cap, shortened: false }
  if (mayWait || !isTransient(whole)) return whole
  const shorter = largestCap(scope, (tokens) => costOf(profile, input.tokens, tokens), cap)
  if (shorter < Math.max(1, output.usual)) return whole
  const rest = scope.reserve(costOf(profile, input.tokens, shorter))
  return rest.kind === 'held' ? { kind: 'held', reservation: rest, cap: shorter, shortened: true } : rest
}

/** Whether room may come back when something in flight is settled. */
export function isTransient(refusal: Refusal): boolean {
  return refusal.unit !== 'stopped' && refusal.unit !== 'milliseconds'
}

/** Why a step was not started, for the result. */
export function reasonOf(refused: Refusal | Impossible): Reason {
  if (refused.kind === 'impossible') return refused.reason
  const { scope, unit, room } = refused
  if (unit === 'stopped') return { code: 'overrun', message: scope.stopped ?? 'the scope was stopped' }
  if (unit === 'milliseconds')
    return { code: 'deadline', message: 'the time left is less than a call usually takes' }
  return {
    code: 'budget',
    message: `the budget "${scope.name}" has no room for another call: ${room} ${unit} left`,
  }
}

/** The largest output cap whose cost fits, by bisection: costs grow with the cap. 0 when none does. */
function largestCap(scope: Ledger, cost: (cap: number) => Amount, most: number): number {
  let low = 0
  let high = most
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (scope.refusal(cost(middle))) high = middle - 1
    else low = middle
  }
  return low
}
