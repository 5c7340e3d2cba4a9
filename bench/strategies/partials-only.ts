import type { ModelVerifier } from '../../src/contract.ts'

/** A guide that looks at unfinished answers only: an exact verifier has the last word on finished ones. */
export function partialsOnly(guide: ModelVerifier): ModelVerifier {
  return {
    ...guide,
    ask: (subject) => (subject.candidate.finish === 'length' ? guide.ask(subject) : []),
  }
}
