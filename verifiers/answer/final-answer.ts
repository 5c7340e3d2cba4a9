import { boxed } from './boxed.ts'
import { statements } from './statements.ts'
import { unmarked } from './unmarked.ts'

/** The answer that a text states outright (`\boxed{…}`, "the answer is …", "#### …"), or undefined when it does not. */
export function finalAnswer(text: string): string | undefined {
  const inBox = boxed(text)
  if (inBox !== undefined) return inBox
  for (const statement of statements(text)) {
    const answer = unmarked(statement)
    if (answer !== '' && !/^not\b/i.test(answer)) return answer
  }
  return undefined
}
