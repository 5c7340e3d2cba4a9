/** Why a run was stopped from outside. */
export type Stop = 'timeout' | 'out-of-memory' | 'stack-overflow' | 'crashed'

/** The clock and the end of one candidate's run, shared by its two realms. */
export class RunLimits {
  #deadline = Number.POSITIVE_INFINITY
  #stop: Stop | undefined

  /** Starts the clock: when the realms stand, since their making is no fault of the candidate. */
  start(deadlineMs: number): void {
    this.#deadline = performance.now() + deadlineMs
  }

  /** Set once; the first reason is the true one, later ones follow from it. */
  get stop(): Stop | undefined {
    return this.#stop
  }

  end(stop: Stop): void {
    this.#stop ??= stop
  }

  /** Asked by QuickJS again and again while it runs. */
  mustStop(): boolean {
    if (this.#stop === undefined && performance.now() > this.#deadline) this.#stop = 'timeout'
    return this.#stop !== undefined
  }
}
