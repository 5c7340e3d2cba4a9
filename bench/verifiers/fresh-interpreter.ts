import { spawn, spawnSync } from 'node:child_process'
import type { Subject } from '../../src/contract.ts'
import { ForkServer } from '../../verifiers/python/fork-server.ts'
import { findInterpreter, type Interpreter } from '../../verifiers/python/interpreter.ts'
import { limitsFor } from '../../verifiers/python/limits.ts'
import { candidatePrograms, promptCode } from '../../verifiers/python/programs.ts'
import { userText } from '../../verifiers/python/verdict.ts'
import { candidateDeadlineMs } from './python-candidates.ts'

/** A way to run candidates: a candidate's score, null where there was no verdict. */
export type Scorer = (subject: Subject) => Promise<number | null>

/** What a fork server tells of one candidate, as far as its score needs it. */
interface ProgramResult {
  readonly passed: number
  readonly failed: number
  readonly unreached: number
  readonly problem: string | null
  /** How often the candidate ran out of memory. */
  readonly memory: number
  readonly late: boolean
  readonly chosen: number | null
  readonly ended: readonly ['exit' | 'signal', number] | null
  readonly unsupported?: string
  readonly outcome: {
    readonly complete: boolean
    readonly unreached: number
    readonly total: number
    readonly gone: string | null
    readonly unsupported?: string
  } | null
}

interface Task {
  readonly programs: readonly string[]
  readonly preamble: string
  readonly entry: string | null
  readonly tests: string
}

/**
 * The same candidates under the same isolation, each with an interpreter of its own: a fork server is started for it,
 * serves this one request and ends. The interpreter is looked for once, before the clock runs. A sentence when there
 * is none.
 */
export function freshInterpreters(lanes: number): Scorer | string {
  const interpreter = findInterpreter(undefined, false)
  if (typeof interpreter === 'string') return interpreter
  const free = Array.from({ length: lanes }, (_, index) => ofLane(interpreter, index))
  return async (subject) => {
    const own = free.pop() ?? interpreter
    const started = await ForkServer.start(own)
    if (typeof started === 'string') throw new Error(started)
    const { programs, preamble, entry, tests } = taskOf(subject)
    const limits = { ...limitsFor(candidateDeadlineMs, undefined) }
    const body = { kind: 'tests', tests, entry, preamble, programs: [...programs], limits }
    const reply = await started.server.request(body, candidateDeadlineMs)
    await started.server.close()
    free.push(own)
    return reply.kind === 'lost' ? null : scoreOf(JSON.parse(reply.json) as ProgramResult)
  }
}

/** Two servers of one user would eat each other's process limit, as two workers would. */
function ofLane(interpreter: Interpreter, lane: number): Interpreter {
  const { uid, gid } = interpreter.user
  if (uid === undefined || gid === undefined) return interpreter
  return { ...interpreter, user: { uid: uid + 1 + lane, gid: gid + 1 + lane } }
}

/** As the verifier scores: the share of assertions passed; null where it gives no verdict because nothing is known. */
function scoreOf(result: ProgramResult): number | null {
  const { passed, failed, outcome } = result
  const decided = passed + failed
  if (result.problem !== null || (result.unsupported ?? outcome?.unsupported) !== undefined) return null
  if (passed === 0) {
    if (result.memory > 0 && decided <= result.memory) return null
    if (decided === 0 && (result.late || result.ended?.[0] === 'signal' || outcome === null)) return null
  }
  if (outcome !== null && outcome.gone !== null && result.chosen === null) return null
  if (outcome?.complete === true && decided === 0) return outcome.total === 0 ? null : 0
  const missing = outcome?.complete === true ? 0 : Math.max(1, outcome?.unreached ?? result.unreached)
  return passed / (decided + missing)
}

const addressBytes = 512 * 2 ** 20
const bareDriver = `
import json, sys
task = json.load(sys.stdin)
for program in task["programs"]:
    try:
        code = compile(program, "candidate", "exec")
    except SyntaxError:
        continue
    space = {"__name__": "candidate"}
    exec(code, space)
    if task["entry"] in space:
        exec(task["tests"], space)
        space["check"](space[task["entry"]])
        sys.exit(0)
sys.exit(1)
`

/**
 * The least that others do, for honesty: one process a candidate, \`unshare -rn prlimit … python -I\`, candidate and
 * tests in one interpreter. It is no equal: a candidate can read the tests, print or exit its way to a pass, write
 * files and see the whole machine. A sentence when the tools are missing.
 */
export function bareInterpreters(): Scorer | string {
  const interpreter = findInterpreter(undefined, true)
  if (typeof interpreter === 'string') return interpreter
  if (spawnSync('unshare', ['-rn', 'prlimit', '--cpu=5', 'true']).status !== 0)
    return 'no unshare or prlimit here'
  const limits = [`--as=${addressBytes}`, `--cpu=${Math.ceil(candidateDeadlineMs / 1000) + 1}`]
  const args = ['-rn', 'prlimit', ...limits, interpreter.executable, '-I', '-c', bareDriver]
  return (subject) =>
    new Promise((resolve) => {
      const child = spawn('unshare', args, {
        env: {},
        cwd: '/',
        stdio: ['pipe', 'ignore', 'ignore'],
        timeout: candidateDeadlineMs,
        killSignal: 'SIGKILL',
      })
      child.once('error', () => resolve(null))
      child.once('exit', (code) => resolve(code === 0 ? 1 : 0))
      // A candidate that ends before it has read everything is wrong, not an error of ours.
      child.stdin.on('error', () => undefined)
      child.stdin.end(JSON.stringify(taskOf(subject)))
    })
}

/** What the verifier makes of a subject. */
function taskOf(subject: Subject): Task {
  const { entry_point: entry, test } = subject.meta ?? {}
  const name = typeof entry === 'string' ? entry : undefined
  const prompt = promptCode(userText(subject.messages), name)
  return {
    programs: candidatePrograms(subject.candidate.text, prompt, name),
    preamble: prompt.preamble,
    entry: name ?? null,
    tests: typeof test === 'string' ? test : '',
  }
}
