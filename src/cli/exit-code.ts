/** What the exit codes of every command mean. */
export const exitCode = {
  done: 0,
  /** Nothing came back: every prompt failed, for reasons outside of the input. */
  failed: 1,
  badInput: 2,
  exhausted: 3,
  /** `demo --live` without the live model. */
  notLive: 4,
  interrupted: 130,
} as const
