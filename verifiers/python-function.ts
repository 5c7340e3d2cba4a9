import type { Json, Subject, Verdict, Verifier } from '../src/contract.ts'
import { isRecord, type JsonRecord } from './json/record.ts'
import { describeIsolation } from './python/isolation.ts'
import { defaultDeadlineMs, judgeProgram } from './python/verdict.ts'
import { closeWorker } from './python/worker.ts'
import { unsupported } from './verdict/unsupported.ts'

/** The calls to make and what each must return; a sentence when they cannot be used. */
function casesOf(subject: Subject): JsonRecord[] | string {
  const given = subject.meta?.['cases'] ?? subject.reference
  if (!Array.isArray(given) || given.length === 0) {
    return 'python-function needs meta.cases or a reference: a list of {"args", "expected"}.'
  }
  const cases: JsonRecord[] = []
  for (const one of given as readonly Json[]) {
    if (!isRecord(one) || !('expected' in one)) return 'A case of python-function has no "expected".'
    const { args = [], kwargs = {}, expected = null } = one
    if (!Array.isArray(args) || !isRecord(kwargs)) return 'A case of python-function has no list "args".'
    cases.push({ args, kwargs, expected })
  }
  return cases
}

/**
 * Calls one Python function (`meta.entry_point`) with each case's `args` and `kwargs` and compares what it returns
 * with `expected` as JSON values: a tuple is a list, and 1 equals 1.0 but not true. `options.tolerance` allows
 * numbers to differ by that much, absolutely below 1 and relatively above.
 */
export const pythonFunction: Verifier = {
  id: 'python-function',
  version: '1',
  runs: 'process',
  exact: 'always',
  deadlineMs: defaultDeadlineMs,
  async verify(subject): Promise<Verdict> {
    const cases = casesOf(subject)
    if (typeof cases === 'string') return unsupported(cases)
    const entryPoint = subject.meta?.['entry_point']
    if (typeof entryPoint !== 'string') return unsupported('python-function needs meta.entry_point.')
    const asked = subject.options?.['tolerance']
    const tolerance = typeof asked === 'number' && asked >= 0 ? asked : 0
    return judgeProgram(subject, { entryPoint, body: { kind: 'cases', cases, tolerance } })
  },
  isolation: async () => (await describeIsolation()).parts,
  close: closeWorker,
}
