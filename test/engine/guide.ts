import type { ModelVerifier } from '../../src/contract.ts'

/** A process reward: the number that the model `guide` says of a text. */
export const guide: ModelVerifier = {
  id: 'guide',
  version: '1',
  runs: 'model',
  exact: 'never',
  ask: ({ candidate }) => [{ model: 'guide', messages: [{ role: 'user', content: candidate.text }] }],
  read: ([reply]) =>
    reply
      ? { kind: 'scored', score: Number(reply.text) }
      : { kind: 'failed', code: 'crashed', message: 'no reply' },
}
