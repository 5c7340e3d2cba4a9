import { spawnSync } from 'node:child_process'
import { threadId } from 'node:worker_threads'

/** The user that candidates run as. `undefined` fields: the process is unprivileged already and stays who it is. */
export interface WorkerUser {
  readonly uid?: number
  readonly gid?: number
}

/** A real Python executable that the worker's user can run. */
export interface Interpreter {
  readonly executable: string
  readonly user: WorkerUser
}

/** The oldest Python with `socket.send_fds`, which hands a candidate's socket to its checker. */
const oldestPython = [3, 9] as const

const candidateExecutables = [
  'python3',
  '/usr/bin/python3',
  '/usr/local/bin/python3',
  '/opt/homebrew/bin/python3',
  'python',
]

/** How long one candidate executable may take to say what it is. */
const questionMilliseconds = 5_000

/**
 * First of the user ids handed to workers: above what systems assign to people, services and containers, and below
 * 2^31, where some file systems stop.
 */
const firstWorkerUser = 0x7000_0000
const workersPerProcess = 1024
const processesApart = 0xffff

/** Where only the usual 2^16 ids exist (a container with a mapped range). */
const firstSmallUser = 60_001
const smallUsers = 4_000

/**
 * A user id of this worker alone, because the kernel counts processes per user: two workers of one user would eat
 * each other's process limit, and as root the limit does not hold at all.
 */
function workerUsers(weak: boolean): readonly WorkerUser[] {
  if (process.getuid?.() !== 0) return [{}]
  const large =
    firstWorkerUser + (process.pid & processesApart) * workersPerProcess + (threadId % workersPerProcess)
  const small = firstSmallUser + ((process.pid * 31 + threadId) % smallUsers)
  const own = [large, small].map((id) => ({ uid: id, gid: id }))
  return weak ? [...own, {}] : own
}

const question =
  'import sys, ctypes, resource, socket; print(sys.executable); print("%d %d" % sys.version_info[:2])'

/**
 * The first interpreter that this worker's user can really start, found by starting it: a shim on the PATH may lie
 * in a folder that user cannot enter. With `weak`, one that only we ourselves can start will do. Returns the reason
 * when there is none.
 */
export function findInterpreter(wanted: string | undefined, weak: boolean): Interpreter | string {
  const reasons: string[] = []
  for (const user of workerUsers(weak)) {
    for (const executable of wanted === undefined ? candidateExecutables : [wanted]) {
      const answer = spawnSync(executable, ['-I', '-c', question], {
        ...user,
        cwd: '/',
        env: { PATH: process.env['PATH'] ?? '' },
        encoding: 'utf8',
        timeout: questionMilliseconds,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [path, version] = (answer.stdout ?? '').split('\n')
      if (answer.status !== 0 || path === undefined || version === undefined || path === '') {
        const said = answer.error?.message ?? answer.stderr.trim().split('\n').at(-1) ?? ''
        reasons.push(`${executable}: ${said.slice(0, 120)}`)
        continue
      }
      const [major = 0, minor = 0] = version.split(' ').map(Number)
      if (major < oldestPython[0] || (major === oldestPython[0] && minor < oldestPython[1])) {
        reasons.push(`${executable}: is Python ${major}.${minor}, and ${oldestPython.join('.')} is needed`)
        continue
      }
      return { executable: path, user }
    }
  }
  return `no Python interpreter can be started by the user that candidates run as (${reasons.join('; ')})`
}
