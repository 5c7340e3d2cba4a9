import type { Happening, Timeline } from './timeline.ts'

/** Things in the order in which they happen on this machine. */
export class LiveTimeline implements Timeline {
  readonly virtual = false
  readonly #queue: Happening[] = []
  #wake: (() => void) | undefined

  now(): number {
    return performance.now()
  }

  follow<Value>(
    _key: string,
    work: Promise<Value>,
    _milliseconds: (value: Value) => number,
    heard: (value: Value) => void,
  ): () => void {
    let followed = true
    void work.then((value) => {
      if (followed) this.post(() => heard(value))
    })
    return () => {
      followed = false
    }
  }

  after(milliseconds: number, _key: string, heard: Happening): () => void {
    if (milliseconds === Infinity) return () => undefined
    // setTimeout counts in 31 bits; a longer wait would fire at once.
    const timer = setTimeout(() => this.post(heard), Math.min(milliseconds, 0x7fffffff))
    return () => clearTimeout(timer)
  }

  post(heard: Happening): void {
    this.#queue.push(heard)
    this.#wake?.()
    this.#wake = undefined
  }

  async next(): Promise<Happening> {
    for (;;) {
      const heard = this.#queue.shift()
      if (heard) return heard
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
