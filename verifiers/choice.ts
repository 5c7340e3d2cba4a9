import type { Subject, Verdict, Verifier } from '../src/contract.ts'
import { boxed } from './answer/boxed.ts'
import { choiceIn, lastChoice, labelsNamed, type ChoiceLabels } from './answer/choice-label.ts'
import { statements } from './answer/statements.ts'
import { tail } from './answer/tail.ts'
import { unsupported } from './verdict/unsupported.ts'

/**
 * One option of several: a letter A–Z, in whatever dress (`(C)`, `**C**`, "the answer is C", `\boxed{C}`). The last
 * choice stated outright wins; letters that merely occur, such as the article "A", count only when they stand alone.
 *
 * Options: `labels`, `letters` (default), `digits` or `roman`; `count`, how many options there are.
 */
export const choice = {
  id: 'choice',
  version: '1',
  runs: 'inline',
  exact: 'reference',
  verify(subject: Subject): Verdict {
    const labels = labelsNamed(subject.options?.['labels'], subject.options?.['count'])
    if (labels === undefined) {
      return unsupported(
        'the option labels is "letters", "digits" or "roman", and count a whole number above 0',
      )
    }
    const answer = chosen(subject.candidate.text, labels)
    const { reference } = subject
    const expected = reference === undefined ? undefined : referenceChoice(reference, labels)
    if (reference !== undefined && expected === undefined) return unsupported('the reference is not a choice')
    if (answer === undefined) {
      return { kind: 'scored', score: 0, feedback: 'No single choice was found in the answer.' }
    }
    if (reference === undefined || answer === expected) return { kind: 'scored', score: 1, answer }
    return { kind: 'scored', score: 0, answer, feedback: `Choice ${answer} is not right.` }
  },
} satisfies Verifier

function chosen(text: string, labels: ChoiceLabels): string | undefined {
  const seen = tail(text)
  const inBox = boxed(seen)
  if (inBox !== undefined) {
    const found = choiceIn(inBox, labels)
    if (found !== 'none') return found === 'several' ? undefined : found.label
  }
  for (const statement of statements(seen)) {
    const found = choiceIn(statement, labels)
    if (found !== 'none') return found === 'several' ? undefined : found.label
  }
  return lastChoice(seen, labels)
}

function referenceChoice(reference: unknown, labels: ChoiceLabels): string | undefined {
  if (typeof reference !== 'string' && typeof reference !== 'number') return undefined
  const text = String(reference)
  const found = choiceIn(boxed(text) ?? text, labels)
  return typeof found === 'string' ? chosen(text, labels) : found.label
}
