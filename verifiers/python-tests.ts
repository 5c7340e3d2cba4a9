import type { Json, Subject, Verdict, Verifier } from '../src/contract.ts'
import { describeIsolation } from './python/isolation.ts'
import { defaultDeadlineMs, judgeProgram } from './python/verdict.ts'
import { closeWorker } from './python/worker.ts'
import { unsupported } from './verdict/unsupported.ts'

/** The tests of a subject as one Python source, or undefined when it has none. */
function testSource(subject: Subject): string | undefined {
  for (const given of [subject.meta?.['test'], subject.options?.['tests'], subject.reference] as (
    | Json
    | undefined
  )[]) {
    if (typeof given === 'string') return given
    if (Array.isArray(given) && given.length > 0 && given.every((one) => typeof one === 'string')) {
      return given.join('\n')
    }
  }
  return undefined
}

/**
 * Runs a Python program against assertions: `meta.test` in HumanEval's form (`def check(candidate)`, with
 * `meta.entry_point`), or a test source or list of assert statements in `options.tests` or `reference`.
 *
 * The score is the share of assertions that passed, and 1 only when the tests came to their end and all did. A
 * program that hangs, crashes or runs out of memory keeps what was decided before; when nothing was decided, the
 * verdict is failed, not 0. A wrong program (an exception, an early exit, no program at all) is scored.
 *
 * The tests run in a process of their own that never executes candidate code. The candidate runs in another one,
 * from which only plain data comes back, and it is told the arguments of each call, one call at a time.
 *
 * What this cannot guarantee:
 * - A candidate sees the arguments of the calls it gets, so it can answer from a table of what it has learned
 *   elsewhere. It never sees the assertions or what they expect.
 * - Changes that a candidate makes to mutable arguments are shown to the tests, as they would be within one
 *   interpreter. Tests that compute what they expect from an argument after the call trust what was left in it.
 * - Values outside of plain data (instances of the candidate's classes, functions, modules) are equal to nothing, so
 *   tests of them fail. Identity is not kept: `is` holds for None, True and False only.
 * - Tests that pass functions or instances to the candidate cannot be run this way: unsupported.
 * - `random` is seeded and the order of sets is fixed, so that a verdict can be repeated; time is not.
 *
 * Options: `deadlineMs`, `memoryMegabytes`, `processes`, `fileMegabytes`, `python` (an interpreter), and
 * `isolation: 'weak'`, which accepts whatever isolation this machine allows instead of refusing.
 */
export const pythonTests: Verifier = {
  id: 'python-tests',
  version: '1',
  runs: 'process',
  exact: 'always',
  deadlineMs: defaultDeadlineMs,
  async verify(subject): Promise<Verdict> {
    const tests = testSource(subject)
    if (tests === undefined) {
      return unsupported('python-tests needs meta.test, options.tests or a reference with test source.')
    }
    const entry = subject.meta?.['entry_point']
    return judgeProgram(subject, {
      entryPoint: typeof entry === 'string' ? entry : undefined,
      body: { kind: 'tests', tests },
    })
  },
  isolation: async () => (await describeIsolation()).parts,
  close: closeWorker,
}
