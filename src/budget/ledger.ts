import type { Clock } from '../clock/clock.ts'
import { limitsOf, nothing, units, type Amount, type Budget, type Limits, type Unit } from './amount.ts'

/** Why a reservation was not granted. */
export interface Refusal {
  readonly kind: 'refused'
  /** The scope that had no room. */
  readonly scope: Ledger
  readonly unit: Unit | 'milliseconds' | 'stopped'
  /** What is left in that unit: limit − spent − reserved. */
  readonly room: number
}

type Mutable = Record<Unit, number>

/**
 * Keeps a budget: reserve an upper bound before a call, settle what was really used after it.
 *
 * A ledger is one scope (a run, a key, a call); `scope()` opens a smaller one inside it, and a reservation must fit
 * every scope up to the root. At every instant, in every unit, `spent + reserved <= limit`. JavaScript runs one thing
 * at a time and nothing here awaits, so check and write are one step.
 *
 * A reservation goes from held to settled exactly once. If more was used than reserved (a provider that ignored its
 * cap), the overrun is charged and kept in `overrun`, and every scope it was drawn from that limits the unit stops:
 * the bound that the budget rests on has been shown not to hold.
 *
 * Milliseconds are a deadline and not a sum: see `deadline`.
 */
export class Ledger {
  readonly name: string
  readonly limits: Limits
  /** Absolute time, in the clock's milliseconds, after which nothing runs; Infinity when unlimited. */
  readonly deadline: number
  readonly #parent: Ledger | undefined
  /** This scope and all that enclose it. */
  readonly #chain: readonly Ledger[]
  readonly #clock: Clock
  readonly #spent: Mutable = { ...nothing }
  readonly #reserved: Mutable = { ...nothing }
  readonly #overrun: Mutable = { ...nothing }
  #stopped: string | undefined

  /**
   * @param budget a root must limit something; a scope inside another may only keep count
   * @throws Fault `bad-argument` for a root that limits nothing, or a limit that is not above zero
   */
  constructor(name: string, budget: Budget, clock: Clock, parent?: Ledger) {
    this.name = name
    this.limits = parent && Object.keys(budget).length === 0 ? {} : limitsOf(budget)
    this.#clock = clock
    this.#parent = parent
    this.#chain = parent ? [this, ...parent.#chain] : [this]
    const own = budget.milliseconds === undefined ? Infinity : clock.now() + budget.milliseconds
    this.deadline = Math.min(own, parent?.deadline ?? Infinity)
  }

  /** A smaller scope inside this one; what it spends is spent here too. */
  scope(name: string, budget: Budget = {}): Ledger {
    return new Ledger(name, budget, this.#clock, this)
  }

  /** What was settled so far, overruns included. */
  get spent(): Amount {
    return { ...this.#spent }
  }

  /** What is held by calls in flight. */
  get reserved(): Amount {
    return { ...this.#reserved }
  }

  /** Whether anything is held: only then may room come back. */
  get holding(): boolean {
    return this.#reserved.calls > 0
  }

  /** What providers charged above their reservations; part of `spent`. */
  get overrun(): Amount {
    return { ...this.#overrun }
  }

  /** Why nothing more is granted, when the scope has stopped. */
  get stopped(): string | undefined {
    return this.#stopped ?? this.#parent?.stopped
  }

  /** Grants nothing more; what is held stays held until it is settled. */
  stop(reason: string): void {
    this.#stopped ??= reason
  }

  /** What could still be reserved here in one unit, the enclosing scopes considered. */
  room(unit: Unit): number {
    const limit = this.limits[unit]
    const own = limit === undefined ? Infinity : Math.max(0, limit - this.#spent[unit] - this.#reserved[unit])
    return Math.min(own, this.#parent?.room(unit) ?? Infinity)
  }

  /** Share of the budget not yet spent, 0..1: the scarcest unit decides. */
  get left(): number {
    let left = this.#parent?.left ?? 1
    for (const unit of units) {
      const limit = this.limits[unit]
      if (limit !== undefined) left = Math.min(left, Math.max(0, 1 - this.#spent[unit] / limit))
    }
    return left
  }

  /** Whether `amount` could be reserved now; the refusal if not. */
  refusal(amount: Amount): Refusal | undefined {
    if (this.#stopped !== undefined) return { kind: 'refused', scope: this, unit: 'stopped', room: 0 }
    if (this.#clock.now() >= this.deadline)
      return { kind: 'refused', scope: this, unit: 'milliseconds', room: 0 }
    for (const unit of units) {
      const limit = this.limits[unit]
      if (limit === undefined) continue
      const room = limit - this.#spent[unit] - this.#reserved[unit]
      if (amount[unit] > room) return { kind: 'refused', scope: this, unit, room: Math.max(0, room) }
    }
    return this.#parent?.refusal(amount)
  }

  /** Holds an upper bound in every scope up to the root, or refuses and holds nothing. */
  reserve(amount: Amount): Reservation | Refusal {
    for (const unit of units) {
      if (!Number.isSafeInteger(amount[unit]) || amount[unit] < 0) {
        throw new RangeError(`a reservation of ${amount[unit]} ${unit} is not a safe integer >= 0`)
      }
    }
    const refusal = this.refusal(amount)
    if (refusal) return refusal
    for (const scope of this.#chain) for (const unit of units) scope.#reserved[unit] += amount[unit]
    return new Reservation(amount, (used) => this.#settle(amount, used))
  }

  #settle(held: Amount, used: Amount): void {
    for (const scope of this.#chain) {
      for (const unit of units) {
        scope.#reserved[unit] -= held[unit]
        scope.#spent[unit] += used[unit]
        const over = used[unit] - held[unit]
        if (over <= 0) continue
        scope.#overrun[unit] += over
        if (scope.limits[unit] !== undefined) {
          scope.stop(`a call used ${used[unit]} ${unit} where ${held[unit]} was its upper bound`)
        }
      }
    }
  }
}

/** What one call in flight may use at most. */
export class Reservation {
  readonly kind = 'held'
  readonly amount: Amount
  #settle: ((used: Amount) => void) | undefined

  /** @internal Made by {@link Ledger.reserve}. */
  constructor(amount: Amount, settle: (used: Amount) => void) {
    this.amount = amount
    this.#settle = settle
  }

  get settled(): boolean {
    return this.#settle === undefined
  }

  /** Gives back what is held and charges what was used. The first call counts; later ones return false. */
  settle(used: Amount): boolean {
    const settle = this.#settle
    if (!settle) return false
    for (const unit of units) {
      if (!Number.isSafeInteger(used[unit]) || used[unit] < 0) {
        throw new RangeError(`a charge of ${used[unit]} ${unit} is not a safe integer >= 0`)
      }
    }
    this.#settle = undefined
    settle(used)
    return true
  }
}
