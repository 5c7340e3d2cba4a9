import type { Json, Subject } from '../../src/contract.ts'

/** An answer by itself, as a verifier is shown it. */
export function subjectOf(
  text: string,
  reference?: Json,
  options?: { readonly [key: string]: Json },
): Subject {
  return {
    candidate: { text, finish: 'stop' },
    messages: [],
    ...(reference !== undefined && { reference }),
    ...(options !== undefined && { options }),
  }
}
