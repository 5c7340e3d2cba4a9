import type { Json, Subject, Verdict, Verifier } from '../src/contract.ts'
import { parsedConstraints } from './constraints/parsed-constraints.ts'
import { violation } from './constraints/violation.ts'
import { answerKey } from './json/answer-key.ts'
import { feedback } from './json/feedback.ts'
import { findJson } from './json/find-json.ts'
import { isList, isRecord, ownMember } from './json/record.ts'
import { unsupported } from './verdict/unsupported.ts'

/** Values of the answer that all constraints together may visit: some tens of milliseconds. */
const MAX_VISITS = 100_000

/**
 * Numeric constraints over the fields of a JSON answer; the score is the share satisfied.
 *
 * The constraints are `options.constraints`, else `reference.constraints` (or a list as reference), else
 * `meta.constraints`. Each is one of
 *
 * - `{"path": "/a/b", "op": ">=", "value": 3}`: every value at the path; ops `< <= > >= = !=`, optional `tolerance`
 * - `{"sum": ["/hours/*"], "op": "<=", "value": 40}`: also `count`, `min`, `max`, `mean`
 * - `{"path": "/share", "between": [0, 1]}`
 * - `{"allDifferent": ["/slots/*"]}`
 * - `{"integer": ["/guests"]}`, or `{"path": "/guests", "integer": true}`
 *
 * A path is a JSON Pointer in which `*` stands for every member (`~2` for a literal `*`). A `value` may be a number,
 * `{"path": …}` or an aggregate. A term of an aggregate may be `{"path": "/prices/*", "times": 2}`, or times
 * another path with the same wildcards, as `"/counts/*"`. `name` is what feedback calls the constraint. What is missing, not a number
 * or not finite violates, and so does a path that matches nothing.
 */
export const constraints: Verifier = {
  id: 'constraints',
  version: '1',
  runs: 'inline',
  exact: 'always',
  verify,
}

function verify(subject: Subject): Verdict {
  const list = listOf(subject)
  if (list === undefined) return unsupported('no constraints were given')
  const parsed = parsedConstraints(list)
  if (parsed.kind === 'malformed') return unsupported(parsed.reason)

  const found = findJson(subject.candidate)
  if (found.kind === 'none') return { kind: 'scored', score: 0, feedback: found.reason }
  const allowance = { left: MAX_VISITS }
  const violated: string[] = []
  for (const constraint of parsed.constraints) {
    const reason = violation(constraint, found.value, allowance)
    if (reason !== undefined) violated.push(`${constraint.name ?? constraint.text}: ${reason}`)
  }
  const count = parsed.constraints.length
  return {
    kind: 'scored',
    score: (count - violated.length) / count,
    answer: answerKey(found.value),
    ...(violated.length === 0 ? {} : { feedback: feedback(violated) }),
  }
}

function listOf(subject: Subject): Json | undefined {
  const { reference } = subject
  const referred =
    reference === undefined
      ? undefined
      : isRecord(reference)
        ? ownMember(reference, 'constraints')
        : reference
  return (
    subject.options?.['constraints'] ??
    (isList(referred) ? referred : undefined) ??
    subject.meta?.['constraints']
  )
}
