/** Where time comes from; a parameter everywhere, so that a replay does not depend on this machine's clock. */
export interface Clock {
  /** Milliseconds since some fixed start. */
  now(): number
}
