import type { Happening, Timeline } from './timeline.ts'

interface Event {
  readonly at: number
  readonly key: string
  /** Breaks ties between equal keys in the order of asking, which is itself deterministic. */
  readonly turn: number
  readonly heard: Happening
  cancelled: boolean
}

/**
 * Virtual time. Work that is still being computed on this machine has no finish yet, so `next()` first waits until
 * every followed piece of work has said how long it took, and then hears of the one that finished first. Real time
 * never enters.
 */
export class VirtualTimeline implements Timeline {
  readonly virtual = true
  #now = 0
  #turn = 0
  /** A binary heap, earliest first. */
  readonly #heap: Event[] = []
  #computing = 0
  #wake: (() => void) | undefined

  now(): number {
    return this.#now
  }

  follow<Value>(
    key: string,
    work: Promise<Value>,
    milliseconds: (value: Value) => number,
    heard: (value: Value) => void,
  ): () => void {
    const started = this.#now
    const turn = this.#turn++
    let event: Event | undefined
    let cancelled = false
    this.#computing += 1
    void work.then((value) => {
      this.#computing -= 1
      if (!cancelled) {
        event = { at: started + milliseconds(value), key, turn, heard: () => heard(value), cancelled: false }
        this.#push(event)
      }
      this.#rouse()
    })
    return () => {
      cancelled = true
      if (event) event.cancelled = true
    }
  }

  after(milliseconds: number, key: string, heard: Happening): () => void {
    const event: Event = { at: this.#now + milliseconds, key, turn: this.#turn++, heard, cancelled: false }
    this.#push(event)
    this.#rouse()
    return () => {
      event.cancelled = true
    }
  }

  post(heard: Happening): void {
    this.after(0, '', heard)
  }

  async next(): Promise<Happening> {
    for (;;) {
      const event = this.#computing === 0 ? this.#pop() : undefined
      if (event) {
        this.#now = Math.max(this.#now, event.at)
        return event.heard
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #rouse(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  #push(event: Event): void {
    if (event.at === Infinity) return
    const heap = this.#heap
    let hole = heap.length
    while (hole > 0) {
      const above = (hole - 1) >> 1
      const parent = heap[above]
      if (!parent || !earlier(event, parent)) break
      heap[hole] = parent
      hole = above
    }
    heap[hole] = event
  }

  #pop(): Event | undefined {
    for (;;) {
      const first = this.#heap[0]
      const last = this.#heap.pop()
      if (!first || !last) return undefined
      if (this.#heap.length > 0) this.#sink(last)
      if (!first.cancelled) return first
    }
  }

  #sink(event: Event): void {
    const heap = this.#heap
    let hole = 0
    for (;;) {
      let below = 2 * hole + 1
      let child = heap[below]
      if (!child) break
      const sibling = heap[below + 1]
      if (sibling && earlier(sibling, child)) {
        child = sibling
        below += 1
      }
      if (!earlier(child, event)) break
      heap[hole] = child
      hole = below
    }
    heap[hole] = event
  }
}

function earlier(left: Event, right: Event): boolean {
  if (left.at !== right.at) return left.at < right.at
  if (left.key !== right.key) return left.key < right.key
  return left.turn < right.turn
}
