import type { Candidate, Step, Tree } from '../contract.ts'
import type { AnsweredSample } from '../models/model.ts'
import { extended } from './extend.ts'
import { patched } from './patch.ts'

/** What a step's call brought: a finished answer, or an unfinished one. */
export type Brought =
  | { readonly kind: 'candidate'; readonly candidate: Candidate; readonly complaint?: string }
  | { readonly kind: 'partial'; readonly text: string }

/** Reads a step's sample back: an extension is joined to its partial, a patch applied to the attempt it is for. */
export function readBack(step: Step, tree: Tree, sample: AnsweredSample, emulated: boolean): Brought {
  if (step.kind === 'extend') return extended(step, tree, sample, emulated)
  const { candidate } = sample
  const revised = step.parents.at(-1)
  if (step.form !== 'patch' || revised === undefined) return { kind: 'candidate', candidate }
  const before = tree.node(revised)?.candidate?.text ?? ''
  const answer = patched(before, candidate.text)
  if (answer.kind !== 'unusable') return { kind: 'candidate', candidate: { ...candidate, text: answer.text } }
  // The whole patch or nothing: the attempt stays as it was.
  return { kind: 'candidate', candidate: { ...candidate, text: before }, complaint: answer.message }
}
