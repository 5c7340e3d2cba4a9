import type { Verifier } from '../../src/contract.ts'

/** Proves the text `right`, and nothing else. */
export const right: Verifier = {
  id: 'right',
  version: '1',
  runs: 'inline',
  exact: 'always',
  verify: ({ candidate }) => ({
    kind: 'scored',
    score: candidate.text === 'right' ? 1 : 0,
    answer: candidate.text,
  }),
}
