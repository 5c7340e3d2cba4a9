import type { Candidate, Message, Prompt, Step, Tree } from '../contract.ts'
import type { AnsweredSample, ModelProfile } from '../models/model.ts'
import type { Asked } from './asked.ts'

const goOn =
  'Go on with your answer from exactly where it stops. Write only what is missing, without repeating anything.'

/** What became of an `extend` step: the answer ended, or it paused at the step's span. */
export type Extended =
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'partial'; readonly text: string }

/**
 * What is sent for an `extend` step. A model that serves the kind continues the partial itself. Any other is shown
 * the partial as its turn and asked to go on: a prompt's emulation, cut at the delimiter when the answer is here.
 * `cap` is that of a whole answer; what the partial has used of it is gone.
 */
export function askedToExtend(
  prompt: Prompt,
  step: Step,
  tree: Tree,
  profile: ModelProfile,
  cap: number,
): Asked {
  const partial = partialOf(step, tree)
  const { span } = step
  const left = Math.max(1, cap - writtenBefore(step, tree))
  const here = span && 'tokens' in span ? Math.min(left, span.tokens) : left
  const native = profile.kinds?.includes('extend') === true
  const stop = native && span && 'delimiter' in span ? { stop: [span.delimiter] } : {}
  if (partial === '') return { prompt, cap: here, ...stop, ...(!native && { emulated: true }) }
  const turn: Message = { role: 'assistant', content: partial }
  if (native)
    return {
      prompt: { ...prompt, messages: [...prompt.messages, turn] },
      cap: here,
      continues: true,
      ...stop,
    }
  const messages = [...prompt.messages, turn, { role: 'user', content: goOn }]
  return { prompt: { ...prompt, messages }, cap: here, emulated: true }
}

/** Reads an `extend` step's sample back. */
export function extended(step: Step, tree: Tree, sample: AnsweredSample, emulated: boolean): Extended {
  const before = partialOf(step, tree)
  const { candidate, stoppedAt } = sample
  const { span } = step
  if (stoppedAt !== undefined) return { kind: 'partial', text: before + candidate.text + stoppedAt }
  if (emulated && span && 'delimiter' in span) {
    // Leading delimiters belong to what comes after them.
    const start = candidate.text.search(/\S/)
    const at = start < 0 ? -1 : candidate.text.indexOf(span.delimiter, start)
    const end = at + span.delimiter.length
    if (at >= 0 && candidate.text.slice(end).trim() !== '')
      return { kind: 'partial', text: before + candidate.text.slice(0, end) }
  }
  if (candidate.finish === 'length' && span && 'tokens' in span)
    return { kind: 'partial', text: before + candidate.text }
  return { kind: 'candidate', candidate: { ...candidate, text: before + candidate.text } }
}

function partialOf(step: Step, tree: Tree): string {
  const [parent] = step.parents
  return (parent === undefined ? undefined : tree.node(parent)?.partial) ?? ''
}

/** Output tokens of the steps that wrote the partial. */
function writtenBefore(step: Step, tree: Tree): number {
  let tokens = 0
  for (let [id] = step.parents; id !== undefined;) {
    const node = tree.node(id)
    tokens += node?.outputTokens ?? 0
    id = node?.step.parents[0]
  }
  return tokens
}
