import type { Clock } from './clock.ts'

/** Something that happened; calling it lets the engine take note. */
export type Happening = () => void

/**
 * The order in which the engine hears of things. Live, that is the order in which they happen. In replay time is
 * virtual: each piece of work says how long it took, and things are heard in (finish, key) order whatever the
 * machine did, so the same seed gives the same decisions byte for byte.
 */
export interface Timeline extends Clock {
  readonly virtual: boolean
  /**
   * Follows work that never rejects. `milliseconds` says how long it took in virtual time; a live timeline ignores it.
   * @param key orders things that finish at the same virtual time
   * @returns a function that stops following: the work's result is then never heard of
   */
  follow<Value>(
    key: string,
    work: Promise<Value>,
    milliseconds: (value: Value) => number,
    heard: (value: Value) => void,
  ): () => void
  /** Hears of `heard` after a while. @returns a function that cancels it */
  after(milliseconds: number, key: string, heard: Happening): () => void
  /** Hears of `heard` next. */
  post(heard: Happening): void
  /** The next thing that happened, as soon as there is one. */
  next(): Promise<Happening>
}
