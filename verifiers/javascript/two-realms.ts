import { type Outcome, outcomeOf, Realm } from './realm.ts'
import type { RunLimits } from './run-limits.ts'
import type { SandboxModule } from './sandbox-module.ts'

/** A promise of one realm that stands in the other for the one it waits on. */
interface PromisePair {
  readonly from: Realm
  readonly to: Realm
  readonly id: number
}

const STOPPED_REPLY = '["t",["e","Error","the run was stopped"]]'

/**
 * The candidate's realm and the realm of the tests. Calls go both ways as text, so neither can reach the other's
 * objects: whatever the candidate patches, it patches for itself.
 */
export class TwoRealms {
  readonly candidate: Realm
  /** Only there when tests are scripts. */
  readonly tests: Realm | undefined
  readonly #limits: RunLimits
  readonly #waiting = new Set<PromisePair>()

  constructor(candidateModule: SandboxModule, testModule: SandboxModule | undefined, limits: RunLimits) {
    this.#limits = limits
    this.candidate = new Realm(candidateModule, limits, (id, args) =>
      this.#cross(this.tests, this.candidate, id, args),
    )
    this.tests =
      testModule === undefined
        ? undefined
        : new Realm(testModule, limits, (id, args) => this.#cross(this.candidate, this.tests, id, args))
  }

  /** Calls a function held in one realm for the other. */
  #cross(target: Realm | undefined, caller: Realm | undefined, id: number, args: string): string {
    const reply = target?.invoke(id, args)
    if (target === undefined || caller === undefined || reply === undefined) return STOPPED_REPLY
    const outcome = outcomeOf(reply)
    if (outcome.kind === 'promise') this.#waiting.add({ from: target, to: caller, id: outcome.id })
    return reply
  }

  /** What an outcome comes to: itself, or what its promise settles with once all that is due has run. */
  awaited(realm: Realm, outcome: Outcome): Outcome {
    if (outcome.kind !== 'promise') return outcome
    for (;;) {
      const reply = realm.settled(outcome.id)
      if (reply !== undefined) return { ...outcomeOf(reply), ...changedOf(outcome) }
      if (this.#limits.stop !== undefined) return { kind: 'stopped' }
      if (!this.#advance()) return { kind: 'thrown', error: ['e', 'Error', 'the promise never settles'] }
    }
  }

  /** Runs what is due anywhere; timers only when nothing else is. */
  #advance(): boolean {
    let worked = this.candidate.runJobs()
    if (this.tests?.runJobs() === true) worked = true
    for (const pair of this.#waiting) {
      const reply = pair.from.settled(pair.id)
      if (reply === undefined) continue
      this.#waiting.delete(pair)
      pair.to.settle(pair.id, reply)
      worked = true
    }
    return worked || this.candidate.runTimer() || this.tests?.runTimer() === true
  }
}

function changedOf(outcome: Outcome) {
  return outcome.kind !== 'stopped' && outcome.changed !== undefined ? { changed: outcome.changed } : {}
}
