import { shortened } from '../json/feedback.ts'
import { ASSERT_LIBRARY, CHECKS_GLOBAL } from './assert-library.ts'
import { type Outcome, outcomeOf, type Realm } from './realm.ts'
import { RunLimits, type Stop } from './run-limits.ts'
import { type SandboxModule, sandboxModule } from './sandbox-module.ts'
import type { ProgramTest } from './test-plan.ts'
import { TwoRealms } from './two-realms.ts'
import { isExpected, isWireList, type Wire, wireOf, wireText } from './wire.ts'

/** What came of running tests on a program. */
export interface ProgramResult {
  /** False when the program does not even run by itself: it does not parse, or throws at once. */
  readonly loads: boolean
  /** Tests passed, in parts where a test is a script of several assertions. */
  readonly passed: number
  /** The first test that failed, in words. */
  readonly failure?: string
  /** Set when the run was ended from outside; `passed` then counts what came before. */
  readonly stop?: Stop
  /** Set when a test itself cannot be run. */
  readonly malformed?: string
}

export interface ProgramLimits {
  readonly deadlineMs: number
  readonly memoryBytes: number
}

/** Bytes for the realm of the tests. */
const TEST_MEMORY_BYTES = 64 * 1_048_576

/** Characters of values and errors in feedback. */
const SHOWN_CHARACTERS = 160

/** Identifiers of a test script that are looked for in the program. */
const MAX_NAMES = 2_000

/** Modules are reused while their last run left them sound: starting one costs some milliseconds. */
const spares = new Map<
  'candidate' | 'tests',
  { readonly memoryBytes: number; readonly module: SandboxModule }
>()

/** Takes the spare module or starts one. A module that is taken is nobody else's until it is put back. */
async function taken(role: 'candidate' | 'tests', memoryBytes: number): Promise<SandboxModule> {
  const spare = spares.get(role)
  spares.delete(role)
  return spare?.memoryBytes === memoryBytes ? spare.module : await sandboxModule(memoryBytes)
}

/** Runs a program's tests, each candidate in a runtime of its own. */
export async function runProgram(
  program: string,
  tests: readonly ProgramTest[],
  entryPoint: string | undefined,
  limits: ProgramLimits,
): Promise<ProgramResult> {
  const { memoryBytes } = limits
  const hasScripts = tests.some((test) => test.kind === 'source')
  const module = await taken('candidate', memoryBytes)
  const testModule = hasScripts ? await taken('tests', TEST_MEMORY_BYTES) : undefined
  const run = new RunLimits()
  let realms: TwoRealms
  let result: ProgramResult
  try {
    realms = new TwoRealms(module, testModule, run)
    run.start(limits.deadlineMs)
    result = testedProgram(realms, program, tests, entryPoint)
  } catch {
    // Neither module is put back: whatever broke them is gone with them.
    return { loads: true, passed: 0, stop: 'crashed' }
  }
  const { stop } = run
  if (realms.candidate.dispose()) spares.set('candidate', { memoryBytes, module })
  if (realms.tests?.dispose() === true && testModule !== undefined) {
    spares.set('tests', { memoryBytes: TEST_MEMORY_BYTES, module: testModule })
  }
  return stop === undefined ? result : { ...result, stop }
}

function testedProgram(
  realms: TwoRealms,
  program: string,
  tests: readonly ProgramTest[],
  entryPoint: string | undefined,
): ProgramResult {
  const loaded = load(realms.candidate, program)
  if (loaded.outcome.kind === 'stopped')
    return { loads: true, passed: 0, failure: 'the program does not come to an end' }
  if (loaded.outcome.kind === 'thrown')
    return { loads: false, passed: 0, failure: `the program throws ${shown(loaded.outcome.error)}` }
  const finder = new FunctionFinder(realms.candidate, loaded.functionId, entryPoint)
  realms.tests?.evaluate(ASSERT_LIBRARY, 'assert.js')
  const reserved = realms.tests === undefined ? new Set<string>() : ownNames(realms.tests)

  let passed = 0
  let failure: string | undefined
  for (const [index, test] of tests.entries()) {
    const part =
      test.kind === 'call'
        ? callTest(realms, finder, test)
        : sourceTest(realms, finder, reserved, test.source)
    if (part.kind === 'malformed')
      return { loads: true, passed, malformed: `test ${index + 1} ${part.reason}` }
    passed += part.share
    if (part.kind === 'failed') failure ??= `test ${index + 1}: ${part.reason}`
    if (part.kind === 'stopped') {
      return { loads: true, passed, failure: failure ?? `test ${index + 1} does not come to an end` }
    }
  }
  return { loads: true, passed, ...(failure === undefined ? {} : { failure }) }
}

/** What one test came to; `share` is what it adds to the tests passed. */
type TestPart =
  | { readonly kind: 'passed'; readonly share: 1 }
  | { readonly kind: 'failed'; readonly share: number; readonly reason: string }
  | { readonly kind: 'stopped'; readonly share: 0 }
  | { readonly kind: 'malformed'; readonly reason: string; readonly share: 0 }

const PASSED: TestPart = { kind: 'passed', share: 1 }
const STOPPED: TestPart = { kind: 'stopped', share: 0 }

function failed(reason: string, share = 0): TestPart {
  return { kind: 'failed', share, reason }
}

/** Words that only a module may say at its top level. */
const MODULE_SYNTAX = /^\s*(?:import|export)\b|^\s*(?:const|let|var)?[\s\w={}]*\bawait\b/m

function load(
  realm: Realm,
  program: string,
): { readonly outcome: Outcome; readonly functionId?: number | undefined } {
  const loaded = realm.load(program, 'script')
  const isSyntaxError =
    loaded.kind === 'thrown' && isWireList(loaded.error) && loaded.error[1] === 'SyntaxError'
  if (isSyntaxError && MODULE_SYNTAX.test(program)) return { outcome: realm.load(program, 'module') }
  return { outcome: loaded, functionId: loaded.functionId }
}

/** Finds the functions of a program by the names that tests use, once each. */
class FunctionFinder {
  readonly #realm: Realm
  readonly #completion: number | undefined
  readonly #entryPoint: string | undefined
  readonly #known = new Map<string, number | undefined>()

  constructor(realm: Realm, completion: number | undefined, entryPoint: string | undefined) {
    this.#realm = realm
    this.#completion = completion
    this.#entryPoint = entryPoint
  }

  find(name: string): number | undefined {
    if (this.#known.has(name)) return this.#known.get(name)
    const target = name === 'candidate' && this.#entryPoint !== undefined ? this.#entryPoint : name
    const id = this.#realm.functionAt(target)
    this.#known.set(name, id)
    return id
  }

  /** As {@link find}, or the function that is the whole program, such as `(a, b) => a + b`. */
  called(name: string): number | undefined {
    return this.find(name) ?? this.#completion
  }
}

function callTest(
  realms: TwoRealms,
  finder: FunctionFinder,
  test: ProgramTest & { readonly kind: 'call' },
): TestPart {
  const id = finder.called(test.call)
  const label = `${test.call}(${test.args.map((arg) => JSON.stringify(arg)).join(', ')})`
  const call = shortened(label, SHOWN_CHARACTERS)
  if (id === undefined) return failed(`${shortened(test.call, SHOWN_CHARACTERS)} is not defined`)
  const reply = realms.candidate.invoke(id, JSON.stringify(wireOf(test.args)))
  if (reply === undefined) return STOPPED
  const outcome = realms.awaited(realms.candidate, outcomeOf(reply))
  if (outcome.kind === 'stopped') return STOPPED

  const { expected } = test
  if (outcome.kind === 'thrown') {
    if (expected.kind !== 'throws') return failed(`${call} throws ${shown(outcome.error)}`)
    const message = errorText(outcome.error)
    return message.includes(expected.message) ? PASSED : failed(`${call} throws ${shown(outcome.error)}`)
  }
  if (outcome.kind !== 'value') return failed(`${call} never settles`)
  if (expected.kind === 'throws') return failed(`${call} should throw, but returns ${shown(outcome.value)}`)
  if (expected.kind === 'result') {
    if (isExpected(outcome.value, expected.value, expected.tolerance)) return PASSED
    const wanted = shortened(JSON.stringify(expected.value), SHOWN_CHARACTERS)
    return failed(`${call} is ${shown(outcome.value)}, not ${wanted}`)
  }
  // Without a change the arguments are what they were.
  const { changed } = outcome
  const now = isWireList(changed) ? changed[expected.index + 1] : undefined
  const actual = now ?? wireOf(test.args[expected.index] ?? null)
  if (isExpected(actual, expected.value, expected.tolerance)) return PASSED
  return failed(`${call} leaves argument ${expected.index} as ${shown(actual)}`)
}

/** Assertions that a script would have made had it not thrown: those still to be seen in its text. */
const ASSERTION = /\bassert\b(?:\s*\.\s*\w+)*\s*\(/g

function sourceTest(
  realms: TwoRealms,
  finder: FunctionFinder,
  reserved: ReadonlySet<string>,
  source: string,
): TestPart {
  const { tests } = realms
  if (tests === undefined) return STOPPED
  const parses = tests.evaluate(`(async function () {\n${source}\n})\n0`, 'parse.js')
  if (parses.kind === 'stopped') return STOPPED
  if (parses.kind === 'thrown')
    return { kind: 'malformed', share: 0, reason: `does not parse: ${shown(parses.error)}` }
  expose(realms, tests, finder, reserved, source)
  checksOf(tests)

  // A block keeps names of one test from another; a function is needed to wait, and then there is no completion value.
  const script = /\bawait\b|\breturn\b/.test(source) ? `(async () => {\n${source}\n})()` : `{\n${source}\n}`
  let outcome = tests.evaluate(script, 'test.js')
  if (outcome.kind === 'thrown' && isUnexpectedSyntax(outcome.error)) {
    outcome = tests.evaluate(`(async () => {\n${source}\n})()`, 'test.js')
  }
  outcome = realms.awaited(tests, outcome)
  if (outcome.kind === 'stopped') return STOPPED
  const { passed, failed: wrong, first } = checksOf(tests)
  if (outcome.kind === 'thrown') {
    const total = Math.max(passed + wrong + 1, source.match(ASSERTION)?.length ?? 0)
    return failed(first === '' ? `throws ${shown(outcome.error)}` : first, passed / total)
  }
  if (wrong > 0) return failed(first, passed / (passed + wrong))
  const value = outcome.kind === 'value' ? outcome.value : null
  if (value === false) return failed(`${shortened(source.trim(), SHOWN_CHARACTERS)} is false`)
  // A loop over a result that turned out empty checks nothing, and nothing is no pass.
  return passed > 0 || value === true ? PASSED : failed('nothing was checked')
}

function isUnexpectedSyntax(error: Wire): boolean {
  return isWireList(error) && error[1] === 'SyntaxError'
}

const NAME = /[A-Za-z_$][\w$]*/g

/** Gives the realm of the tests a stand-in for each function of the program that the script mentions. */
function expose(
  realms: TwoRealms,
  tests: Realm,
  finder: FunctionFinder,
  reserved: ReadonlySet<string>,
  source: string,
): void {
  const names = new Set<string>()
  for (const [name] of source.matchAll(NAME)) {
    if (names.size >= MAX_NAMES) break
    names.add(name)
  }
  for (const name of names) {
    if (reserved.has(name)) continue
    const functionId = finder.find(name)
    if (functionId !== undefined) tests.define(name, { functionId })
    else {
      const value = realms.candidate.evaluate(name, 'value.js')
      if (value.kind === 'value') tests.define(name, { wire: value.value })
    }
  }
}

/** Words that read like names and that every realm answers for itself. */
const LITERALS: readonly string[] = ['this', 'true', 'false', 'null']

/** Names that the realm of the tests has itself, and that must not come from the candidate's. */
function ownNames(tests: Realm): ReadonlySet<string> {
  const outcome = tests.evaluate('Object.getOwnPropertyNames(globalThis)', 'names.js')
  const names =
    outcome.kind === 'value' && isWireList(outcome.value) ? outcome.value.slice(1).map(String) : []
  return new Set([...LITERALS, ...names])
}

interface Checks {
  readonly passed: number
  readonly failed: number
  readonly first: string
}

/** Reads and resets the counters of the assertion library. */
function checksOf(tests: Realm): Checks {
  const outcome = tests.evaluate(`${CHECKS_GLOBAL}()`, 'checks.js')
  const wire =
    outcome.kind === 'value' && Array.isArray(outcome.value) ? (outcome.value as readonly Wire[]) : []
  return { passed: Number(wire[2] ?? 0), failed: Number(wire[4] ?? 0), first: String(wire[6] ?? '') }
}

function errorText(error: Wire): string {
  return isWireList(error) && error[0] === 'e' ? `${String(error[1])}: ${String(error[2])}` : wireText(error)
}

function shown(wire: Wire): string {
  return shortened(errorText(wire), SHOWN_CHARACTERS)
}
