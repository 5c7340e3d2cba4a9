import type { FailedVerdict, Reply } from '../../src/contract.ts'

/** The model was asked and did not give a verdict. */
export function unread(message: string): FailedVerdict {
  return { kind: 'failed', code: 'crashed', message }
}

/** The replies of calls that did not fail. */
export function answered(replies: readonly (Reply | null)[]): readonly Reply[] {
  return replies.filter((reply) => reply !== null)
}
