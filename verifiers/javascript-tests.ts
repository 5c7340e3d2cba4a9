import { createHash } from 'node:crypto'
import type { Subject, Verdict, Verifier } from '../src/contract.ts'
import { candidatePrograms, MAX_PROGRAM_CHARACTERS } from './javascript/candidate-program.ts'
import { type ProgramLimits, runProgram } from './javascript/program-run.ts'
import { testPlan } from './javascript/test-plan.ts'
import { unsupported } from './verdict/unsupported.ts'

/** Milliseconds for one candidate, all its tests together. */
const DEFAULT_DEADLINE_MS = 3_000

/** Milliseconds; below the pool's deadline, so that our verdict comes first. */
const MAX_DEADLINE_MS = 9_000

const BYTES_PER_MEGABYTE = 1_048_576
const DEFAULT_MEMORY_MEGABYTES = 64
const MAX_MEMORY_MEGABYTES = 1_024

/**
 * Runs a JavaScript program's tests in QuickJS (WebAssembly), without any access to the host.
 *
 * Tests are `options.tests`, `reference` (or its `tests`), `meta.tests` or `meta.test`: a list of
 * `{"call": "add", "args": [1, 2], "expected": 3}` and scripts with assertions (`assert`, `console.assert`, or an
 * expression that must be true). `call` may be any expression for a function; instead of `expected` a test may say
 * `throws`, and `"argument": 0` compares an argument after the call. `{"$value": "NaN"}` (or `undefined`,
 * `Infinity`, `-Infinity`) is expected where JSON has no word.
 *
 * The program runs in a realm of its own and only data leaves it: results are compared here, scripts run in a second
 * realm that calls the program's functions through copies. Score = share of tests passed. `options.deadlineMs`
 * and `options.memoryMegabytes` bound a candidate. A native loop inside QuickJS (a huge `Array.prototype.join`)
 * does not look at the clock: there the pool's deadline strikes.
 */
export const javascriptTests: Verifier = {
  id: 'javascript-tests',
  version: '1',
  runs: 'pool',
  exact: 'always',
  verify,
}

async function verify(subject: Subject): Promise<Verdict> {
  const plan = testPlan(subject)
  if (plan.kind === 'malformed') return unsupported(`the tests cannot be read: ${plan.reason}`)
  const names = plan.entryPoint !== undefined && IDENTIFIER.test(plan.entryPoint) ? [plan.entryPoint] : []
  for (const test of plan.tests) if (test.kind === 'call' && IDENTIFIER.test(test.call)) names.push(test.call)

  const programs = candidatePrograms(subject.candidate.text, names)
  const [first] = programs
  if (first === undefined) {
    return {
      kind: 'scored',
      score: 0,
      feedback: `the program is longer than ${MAX_PROGRAM_CHARACTERS} characters`,
    }
  }
  if (first.trim() === '') return { kind: 'scored', score: 0, feedback: 'there is no program' }
  const limits = limitsOf(subject)
  let program = first
  let result = await runProgram(first, plan.tests, plan.entryPoint, limits)
  for (const other of programs.slice(1)) {
    if (result.loads) break
    program = other
    result = await runProgram(other, plan.tests, plan.entryPoint, limits)
  }
  if (result.malformed !== undefined) return unsupported(result.malformed)

  const answer = createHash('sha256').update(program.trim()).digest('hex')
  if (result.stop === 'timeout') {
    return {
      kind: 'failed',
      code: 'timeout',
      message: `no end after ${limits.deadlineMs} ms: ${result.failure ?? ''}`,
    }
  }
  if (result.stop === 'out-of-memory') {
    return { kind: 'failed', code: 'out-of-memory', message: `more than ${limits.memoryBytes} bytes` }
  }
  if (result.stop === 'crashed') {
    return { kind: 'failed', code: 'crashed', message: 'the sandbox gave up on the program' }
  }
  if (result.stop === 'stack-overflow') {
    // Endless recursion is a fault of the program like any exception; only the tests after it were not run.
    const score = Math.min(result.passed, plan.tests.length - 1) / plan.tests.length
    return { kind: 'scored', score, answer, feedback: 'the program overflows the stack' }
  }
  if (result.failure === undefined) return { kind: 'scored', score: 1, answer }
  return { kind: 'scored', score: result.passed / plan.tests.length, answer, feedback: result.failure }
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

function limitsOf(subject: Subject): ProgramLimits {
  const deadlineMs = positive(subject.options?.['deadlineMs'], DEFAULT_DEADLINE_MS, MAX_DEADLINE_MS)
  const megabytes = positive(
    subject.options?.['memoryMegabytes'],
    DEFAULT_MEMORY_MEGABYTES,
    MAX_MEMORY_MEGABYTES,
  )
  return { deadlineMs, memoryBytes: megabytes * BYTES_PER_MEGABYTE }
}

function positive(value: unknown, fallback: number, maximum: number): number {
  return typeof value === 'number' && value > 0 ? Math.min(value, maximum) : fallback
}
