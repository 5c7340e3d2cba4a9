import type { FailedVerdict } from '../../src/contract.ts'

/** No verdict, because what the verifier needs is not there or cannot be read. */
export function unsupported(message: string): FailedVerdict {
  return { kind: 'failed', code: 'unsupported', message }
}
