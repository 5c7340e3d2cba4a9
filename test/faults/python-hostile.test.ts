import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/**
 * Hostile Python candidates. Each runs in a Node process of its own user (as we are, and as an unprivileged one when
 * we are root), and that process reports: the verdict, the wall time, which processes are left, what was written
 * where it must not be, and whether the next honest candidate on the same worker passes.
 */

const deadlineMs = 1_500
/** What a verdict may take beyond its deadline. */
const lateMs = 1_000
const unprivilegedUser = 61_234
const repository = resolve(import.meta.dirname, '../..')
/** Occurs in the tests only; a candidate that finds it has seen the tests. Assembled, so that no candidate holds it. */
const secret = 'kept-from-the-candidate'
/** Occurs in the names of files that candidates try to leave behind. */
const marker = `outthink-hostile-${process.pid}`

const tests = `
# ${secret}
def check(candidate):
    assert candidate(1) == 2
    assert candidate(4) == 8
    assert candidate(-3) == -6
    assert candidate(21) == 42
`
const honest = 'def double(x):\n    return 2 * x\n'
/** A candidate that answers rightly only if `attack` failed with an OSError: passing proves that it was refused. */
const rightIfRefused = (attack: string) =>
  `import os, sys, socket, ctypes\ndef double(x):\n    try:\n        ${attack.replaceAll('\n', '\n        ')}\n` +
  `    except (OSError, ImportError):\n        return 2 * x\n    return 'it was possible'\n`
/** A wrong candidate that tries to pass all the same. */
const wrong = (attack: string, body = 'return 0') =>
  `import os, sys\n${attack}\ndef double(x):\n    ${body}\n`

interface Case {
  readonly name: string
  readonly text: string
  /** The verdicts that are right: `failed:<code>` or `scored:<0 | partial | 1>`. */
  readonly allowed: readonly string[]
  readonly meta?: { readonly [key: string]: string }
  readonly prompt?: string
}

const notPassed = ['scored:0', 'scored:partial', 'failed:timeout', 'failed:crashed', 'failed:out-of-memory']
const lone = String.fromCharCode(0xd800)

function casesFor(port: number): Case[] {
  return [
    { name: 'endless loop', text: wrong('', 'while True: pass'), allowed: ['failed:timeout'] },
    { name: 'endless loop at import', text: wrong('while True: pass'), allowed: ['failed:timeout'] },
    {
      name: 'endless loop after right answers',
      text: wrong('', 'while x == 21: pass\n    return 2 * x'),
      allowed: ['scored:partial'],
    },
    {
      name: 'fork bomb',
      text: wrong('', 'while True:\n        try: os.fork()\n        except OSError: pass'),
      allowed: ['failed:timeout'],
    },
    {
      name: 'fork bomb that daemonizes and ignores signals',
      text: wrong(
        'import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass',
        'while True:\n        try:\n            if os.fork() == 0: os.setsid()\n        except OSError: pass',
      ),
      allowed: ['failed:timeout'],
    },
    {
      name: '10 GB at once',
      text: wrong('', 'return bytearray(10 << 30)'),
      allowed: ['failed:out-of-memory'],
    },
    {
      name: '10 GB bit by bit',
      text: wrong('kept = []', 'while True: kept.append(bytearray(1 << 20))'),
      allowed: ['failed:out-of-memory'],
    },
    {
      name: '1 GB of output',
      text: wrong('', `for _ in range(1024): sys.stdout.write('x' * (1 << 20))\n    return 0`),
      allowed: ['scored:0', 'failed:timeout'],
    },
    {
      name: 'endless output',
      text: wrong('', `while True: os.write(2, b'x' * 65536)`),
      allowed: ['failed:timeout'],
    },
    { name: 'deep recursion', text: wrong('', 'return double(x)'), allowed: ['scored:0'] },
    {
      name: 'deep recursion with the limit lifted',
      text: wrong('sys.setrecursionlimit(10 ** 9)', 'return sorted([x], key=double)'),
      allowed: ['scored:0', 'failed:crashed', 'failed:out-of-memory', 'failed:timeout'],
    },
    { name: 'deeply nested source', text: `double = ${'('.repeat(50_000)}0`, allowed: ['scored:0'] },
    {
      name: 'catastrophic regex',
      text: wrong('import re', `return re.match('(a+)+$', 'a' * 64 + 'b')`),
      allowed: ['failed:timeout'],
    },
    {
      name: 'reading /etc/passwd',
      text: rightIfRefused(`open('/etc/passwd').read()`),
      allowed: ['scored:1'],
    },
    {
      name: 'reading the environment',
      text: `import os\ndef double(x):\n    return 2 * x if not os.environ and not os.path.exists('/proc/self/environ') else 0`,
      allowed: ['scored:1'],
    },
    {
      name: 'reading homes and the repository',
      text: `import os\ndef double(x):\n    seen = [p for p in ${JSON.stringify([homedir(), '/home', repository, '/etc', '/var', '/proc/1', '/sys', '/usr/bin'])} if os.path.exists(p)]\n    return seen or 2 * x`,
      allowed: ['scored:1'],
    },
    {
      name: 'opening a socket to the host',
      text: rightIfRefused(`socket.create_connection(('127.0.0.1', ${port}), 1)`),
      allowed: ['scored:1'],
    },
    {
      name: 'opening a socket to the network',
      text: rightIfRefused(`socket.create_connection(('192.0.2.1', 80), 1)`),
      allowed: ['scored:1'],
    },
    {
      name: 'writing outside scratch',
      text:
        `import os\ndef double(x):\n    made = []\n` +
        `    for folder in ${JSON.stringify(['/', '/usr/lib', '/lib', '/dev', '/dev/shm', '/var/tmp', '/run', homedir(), repository])}:\n` +
        `        try:\n            open(os.path.join(folder, '${marker}'), 'w').write('x')\n            made.append(folder)\n` +
        `        except OSError: pass\n    open('/tmp/${marker}', 'w').write('scratch may be written')\n    return made or 2 * x`,
      allowed: ['scored:1'],
    },
    {
      name: 'scratch left by another candidate',
      text: `import os\ndef double(x):\n    return os.listdir('/tmp') or 2 * x`,
      allowed: ['scored:1'],
    },
    {
      name: 'filling scratch',
      text: `import os\ndef double(x):\n    try:\n        for n in range(100): open('/tmp/%d' % n, 'wb').write(bytes(1 << 20))\n    except OSError:\n        return 2 * x\n    return 0`,
      allowed: ['scored:1'],
    },
    {
      name: 'a new user namespace',
      text: rightIfRefused(
        `if ctypes.CDLL(None, use_errno=True).unshare(0x10000000) != 0: raise OSError('refused')`,
      ),
      allowed: ['scored:1'],
    },
    {
      name: 'mounting',
      text: rightIfRefused(
        `if ctypes.CDLL(None).mount(b'tmpfs', b'/usr', b'tmpfs', 0, None) != 0: raise OSError('refused')`,
      ),
      allowed: ['scored:1'],
    },
    {
      name: 'killing the parent',
      text: `import os\ndef double(x):\n    for pid in [os.getppid(), -1, 1, *range(2, 400)]:\n        for number in (9, 15, 19):\n            try: os.kill(pid, number)\n            except OSError: pass\n    return 2 * x`,
      // As the first process of its own namespace it reaches nobody, itself included.
      allowed: ['scored:1'],
    },
    {
      name: 'stopping and tracing itself',
      text: wrong('', 'os.kill(os.getpid(), 19); os.abort()'),
      allowed: ['failed:crashed'],
    },
    {
      name: 'patching assert',
      text: wrong(
        `import builtins\nclass Never(Exception): pass\nbuiltins.AssertionError = Never\nbuiltins.bool = lambda *a: True\nbuiltins.abs = lambda *a: 0\nbuiltins.isinstance = lambda *a: True`,
      ),
      allowed: notPassed,
    },
    {
      name: 'a value that equals everything',
      text: wrong(
        `class Any:\n    __eq__ = lambda *a: True\n    __ne__ = lambda *a: False\n    __bool__ = lambda *a: True\n    __hash__ = lambda *a: 0`,
        'return Any()',
      ),
      allowed: ['scored:0'],
    },
    {
      name: 'an integer that equals everything',
      text: wrong(
        `class Any(int):\n    __eq__ = lambda *a: True\n    __hash__ = lambda *a: 0`,
        'return Any(0)',
      ),
      allowed: ['scored:0'],
    },
    { name: 'sys.exit(0) at import', text: wrong('sys.exit(0)'), allowed: ['scored:0'] },
    { name: 'sys.exit(0) in the call', text: wrong('', 'sys.exit(0)'), allowed: ['scored:0'] },
    { name: 'os._exit(0) at import', text: wrong('os._exit(0)'), allowed: ['scored:0'] },
    { name: 'os._exit(0) in the call', text: wrong('', 'os._exit(0)'), allowed: ['scored:0'] },
    {
      name: 'os._exit(0) at the last call',
      text: wrong('', 'if x == 21: os._exit(0)\n    return 2 * x'),
      allowed: ['scored:partial'],
    },
    {
      name: 'exiting by a finalizer',
      text: wrong('import atexit\natexit.register(os._exit, 0)', 'raise KeyboardInterrupt'),
      allowed: ['scored:0'],
    },
    {
      name: 'monkey-patching the checker',
      text: wrong(
        `import gc, json, unittest, types\n` +
          `unittest.TestCase.assertEqual = lambda *a: None\n` +
          `main = sys.modules['__main__']\n` +
          `for name in list(vars(main)):\n` +
          `    if name in ('counted', 'same_json', 'mirror', 'decode', 'show'): setattr(main, name, lambda *a, **k: True)\n` +
          `tally = getattr(main, 'tally', None)\n` +
          `if tally is not None: tally.passed = 4; tally.count = lambda *a: None\n` +
          `for found in gc.get_objects():\n` +
          `    if isinstance(found, types.FunctionType) and found.__name__ in ('counted', 'check'):\n` +
          `        found.__code__ = (lambda *a, **k: True).__code__`,
      ),
      allowed: notPassed,
    },
    {
      name: 'printing the success marker',
      text: wrong(
        `import struct, json\n` +
          `for text in ('passed', 'OK', 'D{"complete": true}', 'P 4', '{"kind":"scored","score":1}'):\n    print(text); print(text, file=sys.stderr)\nsys.stdout.flush()`,
      ),
      allowed: ['scored:0'],
    },
    {
      name: 'forging protocol bytes on every descriptor',
      text: wrong(
        `import struct\n` +
          `outcome = b'P4\\nD{"complete": true, "feedback": null, "unreached": 0, "total": 4, "memory": 0, "gone": null}\\n'\n` +
          `frame = b'{"passed": 4, "failed": 0, "chosen": 0, "late": false, "outcome": {"complete": true}}'\n` +
          `for d in range(0, 256):\n    for data in (outcome, struct.pack('>I', len(frame)) + frame):\n        try: os.write(d, data)\n        except OSError: pass`,
      ),
      allowed: notPassed,
    },
    {
      name: 'answers to questions not yet asked',
      text: wrong(
        `import struct, json\n` +
          `def send(message):\n    body = json.dumps(message).encode()\n    for d in range(3, 64):\n        try: os.write(d, struct.pack('>I', len(body)) + body)\n        except OSError: pass\n` +
          `send({'found': {}})\nfor n in range(1, 6): send({'id': n, 'value': True})`,
      ),
      allowed: notPassed,
    },
    {
      name: 'a message that never ends',
      text: wrong(
        `import time, struct`,
        `for d in range(3, 64):\n        try: os.write(d, struct.pack('>I', 1000) + b'{')\n        except OSError: pass\n    time.sleep(60)`,
      ),
      allowed: ['failed:timeout'],
    },
    {
      name: 'a message of four gigabytes',
      text: wrong(
        '',
        `for d in range(3, 64):\n        try: os.write(d, b'\\xff' * 4096)\n        except OSError: pass`,
      ),
      allowed: ['scored:0'],
    },
    {
      name: 'looking for the tests in memory',
      text:
        `import gc, sys\nneedle = 'kept-from' + '-the-candidate'\n` +
        `def double(x):\n    for found in gc.get_objects():\n        parts = found.values() if type(found) is dict else found if type(found) in (list, tuple, set) else ()\n` +
        `        for part in list(parts):\n            if type(part) in (str, bytes) and part is not needle and (needle if type(part) is str else needle.encode()) in part:\n                return 'seen'\n    return 2 * x`,
      allowed: ['scored:1'],
    },
    {
      name: 'redefining a helper of the tests',
      prompt:
        'def twice(x: int) -> int:\n    return 2 * x\n\n\ndef double(x: int) -> int:\n    """ Doubles x. """\n',
      meta: {
        test: 'def check(candidate):\n    for n in range(1, 9):\n        assert candidate(n) == twice(n)\n',
      },
      text: 'def twice(x):\n    return 0\n\ndef double(x):\n    return 0\n',
      allowed: ['scored:0'],
    },
    {
      name: 'redefining a built-in of the tests',
      meta: {
        test: 'def check(candidate):\n    for n in range(1, 9):\n        assert abs(candidate(n) - 2 * n) < 1e-9\n',
      },
      text: 'def abs(x):\n    return 0\n\ndef double(x):\n    return 0\n',
      allowed: ['scored:0'],
    },
    {
      name: 'threads left running',
      text: `import threading\ndef spin():\n    while True: pass\nfor _ in range(4): threading.Thread(target=spin, daemon=True).start()\n${honest}`,
      allowed: ['scored:1'],
    },
    {
      name: 'processes left running',
      text: `import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(600)\n    os._exit(0)\n${honest}`,
      allowed: ['scored:1'],
    },
    {
      name: 'signals ignored',
      text: wrong(
        'import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass',
        'while True:\n        try:\n            while True: pass\n        except BaseException: pass',
      ),
      allowed: ['failed:timeout'],
    },
    { name: 'reading standard input', text: wrong('', 'return int(input())'), allowed: ['scored:0'] },
    { name: 'a 5 MB answer', text: `${honest}# ${'x'.repeat(5_000_000)}`, allowed: ['scored:0'] },
    { name: 'a 5 MB value', text: wrong('', `return 'x' * 5_000_000`), allowed: ['scored:0'] },
    {
      name: 'an integer of a million digits',
      text: wrong('', 'return 10 ** 1_000_000'),
      allowed: ['scored:0'],
    },
    {
      name: 'a value nested very deeply',
      text: wrong('', 'value = []\n    for _ in range(100_000): value = [value]\n    return value'),
      allowed: ['scored:0'],
    },
    {
      name: 'a value that holds itself',
      text: wrong('', 'value = []\n    value.append(value)\n    return value'),
      allowed: ['scored:0'],
    },
    { name: 'invalid UTF-16 in the answer', text: `${honest}text = '${lone}'\n`, allowed: ['scored:0'] },
    { name: 'invalid UTF-16 in a value', text: wrong('', `return chr(0xd800)`), allowed: ['scored:0'] },
    { name: 'a zero character', text: `${honest}\0`, allowed: ['scored:0'] },
    { name: 'NaN', text: wrong('', `return float('nan')`), allowed: ['scored:0'] },
    { name: 'Infinity', text: wrong('', `return float('inf')`), allowed: ['scored:0'] },
    {
      name: '__proto__ and constructor as values',
      text: wrong('', `return {'__proto__': {'score': 1}, 'constructor': {'prototype': {'score': 1}}}`),
      allowed: ['scored:0'],
    },
    {
      name: '__proto__ as the entry point',
      meta: { entry_point: '__proto__' },
      text: 'def __proto__(x):\n    return 0\n',
      allowed: ['scored:0'],
    },
    {
      name: 'an exception that fights back',
      text: wrong(
        'class Evil(BaseException):\n    def __str__(self): os._exit(0)\n    __repr__ = __str__',
        'raise Evil()',
      ),
      allowed: ['scored:0'],
    },
  ]
}

interface Report {
  readonly name: string
  readonly outcome: string
  readonly verdict: unknown
  readonly wall: number
  /** Processes below the Node process that are none of the warm fork server's. */
  readonly extra: readonly string[]
  readonly written: readonly string[]
  readonly honest: string
}

/** What the reporting Node process runs; everything it needs comes as one JSON argument on standard input. */
const reporter = String.raw`
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
const job = JSON.parse(readFileSync(0, 'utf8'))
const { pythonTests } = await import(job.verifier)
const subject = (text, meta = {}, prompt = '') => ({
  candidate: { text, finish: 'stop' },
  messages: [{ role: 'user', content: prompt }],
  meta: { test: job.tests, entry_point: 'double', ...meta },
  // Less memory than by default only so that filling it takes little of the deadline.
  options: { deadlineMs: job.deadlineMs, memoryMegabytes: 128 },
})
const outcomeOf = (verdict) =>
  verdict.kind === 'failed'
    ? 'failed:' + verdict.code
    : 'scored:' + (verdict.score === 0 || verdict.score === 1 ? verdict.score : 'partial')
const statusOf = (pid, field) => {
  const line = readFileSync('/proc/' + pid + '/status', 'utf8').split('\n').find((one) => one.startsWith(field + ':'))
  return line === undefined ? [] : line.split(/\s+/).slice(1)
}
const below = () => {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      parents.set(name, { parent: statusOf(name, 'PPid')[0], inside: statusOf(name, 'NSpid'), threads: statusOf(name, 'Threads')[0] })
    } catch { continue }
  }
  const found = []
  for (const pid of parents.keys()) {
    for (let at = pid; parents.has(at); at = parents.get(at).parent) {
      if (at === String(process.pid) && pid !== at) { found.push(parents.get(pid)); break }
    }
  }
  return found
}
// Launcher, supervisor, zygote and spare, and a checker for each of the test sources of the cases. Each has one
// thread; the spare and the checkers are the first processes of namespaces of their own.
const warm = 4 + job.sources
const leftBehind = () => {
  const found = below()
  const odd = found.filter((one) => one.threads !== '1' || (one.inside.length > 2 && one.inside.at(-1) !== '1'))
  return [...odd, ...(found.length > warm ? found : [])].map((one) => JSON.stringify(one))
}
await pythonTests.verify(subject(job.honest))
const reports = []
for (const one of job.cases) {
  const started = performance.now()
  const verdict = await pythonTests.verify(subject(one.text, one.meta, one.prompt))
  const wall = performance.now() - started
  const left = leftBehind()
  const honest = await pythonTests.verify(subject(job.honest))
  reports.push({
    name: one.name, outcome: outcomeOf(verdict), verdict, wall, extra: left,
    written: job.folders.filter((folder) => existsSync(join(folder, job.marker))), honest: outcomeOf(honest),
  })
}
await pythonTests.close()
process.stdout.write(JSON.stringify({ user: process.getuid(), reports, after: below().map((one) => JSON.stringify(one)) }))
`

interface Answer {
  readonly user: number
  readonly reports: readonly Report[]
  readonly after: readonly string[]
}

const folders = [
  '/',
  '/tmp',
  '/var/tmp',
  '/dev/shm',
  '/dev',
  '/run',
  '/usr/lib',
  tmpdir(),
  homedir(),
  repository,
]
let listener: ReturnType<typeof createServer>
let port = 0
let copied: string | undefined

beforeAll(async () => {
  // Something that would answer on the host, so that a refused connection proves the network namespace.
  listener = createServer((socket) => socket.end())
  await new Promise<void>((done) => {
    listener.listen(0, '127.0.0.1', done)
  })
  const address = listener.address()
  if (address !== null && typeof address === 'object') port = address.port
})

afterAll(() => {
  listener.close()
  if (copied !== undefined) rmSync(copied, { recursive: true, force: true })
})

function reportAs(user: number | undefined, node: string, root: string): Promise<Answer> {
  const verifier = pathToFileURL(join(root, 'verifiers/python-tests.ts')).href
  return new Promise((done, failed) => {
    const child = spawn(node, ['--no-warnings', '--input-type=module', '-e', reporter], {
      ...(user === undefined ? {} : { uid: user, gid: user }),
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', SECRET: 'not for candidates' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
    child.once('close', (code) => {
      if (code !== 0) {
        failed(new Error(`the reporting process ended with ${code}`))
        return
      }
      const answer: Answer = JSON.parse(text)
      done(answer)
    })
    const sources = new Set(casesFor(port).map((one) => `${one.meta?.['test']} ${one.prompt}`)).size
    child.stdin.end(
      JSON.stringify({
        verifier,
        tests,
        honest,
        deadlineMs,
        cases: casesFor(port),
        folders,
        marker,
        sources,
      }),
    )
  })
}

/** Node and the sources where another user can reach them: as they are if possible, else copies. */
function reachableFor(user: number): { node: string; root: string } | string {
  const works = (node: string, root: string) => {
    const code = `require('node:fs').readFileSync(process.argv[1])`
    const tried = spawnSync(node, ['-e', code, join(root, 'verifiers/python-tests.ts')], {
      uid: user,
      gid: user,
      cwd: '/',
    })
    return tried.status === 0
  }
  if (works(process.execPath, repository)) return { node: process.execPath, root: repository }
  copied = mkdtempSync(join(tmpdir(), 'outthink-hostile-'))
  chmodSync(copied, 0o755)
  const node = join(copied, 'node')
  cpSync(process.execPath, node)
  chmodSync(node, 0o755)
  mkdirSync(join(copied, 'verifiers'))
  mkdirSync(join(copied, 'src'))
  writeFileSync(join(copied, 'package.json'), '{"type":"module"}')
  for (const path of ['verifiers/python', 'verifiers/python-tests.ts', 'src/contract.ts']) {
    cpSync(join(repository, path), join(copied, path), { recursive: true })
  }
  spawnSync('chmod', ['-R', 'a+rX', copied])
  return works(node, copied)
    ? { node, root: copied }
    : 'the other user can start no copy of Node in the temporary folder'
}

function expectHarmless(answer: Answer): void {
  const allowed = new Map(casesFor(port).map((one) => [one.name, one.allowed]))
  const wrongOnes = answer.reports.filter(
    (report) =>
      !(allowed.get(report.name) ?? []).includes(report.outcome) ||
      report.wall > deadlineMs + lateMs ||
      report.extra.length > 0 ||
      report.written.length > 0 ||
      report.honest !== 'scored:1',
  )
  expect(wrongOnes).toEqual([])
  expect(answer.reports.length).toBe(allowed.size)
  expect(answer.after).toEqual([])
  expect(folders.filter((folder) => existsSync(join(folder, marker)))).toEqual([])
}

const isRoot = process.getuid?.() === 0
const onLinux = process.platform === 'linux'

describe.skipIf(!onLinux)('hostile Python candidates', () => {
  test(`as ${isRoot ? 'root' : 'an unprivileged user'}`, { timeout: 120_000 }, async () => {
    expectHarmless(await reportAs(undefined, process.execPath, repository))
  })

  test('as an unprivileged user, from root', { timeout: 120_000 }, async ({ skip }) => {
    if (!isRoot) skip('this run is unprivileged already')
    const place = reachableFor(unprivilegedUser)
    if (typeof place === 'string') {
      console.warn(`NOT RUN as an unprivileged user: ${place}`)
      skip(place)
      return
    }
    const answer = await reportAs(unprivilegedUser, place.node, place.root)
    expect(answer.user).toBe(unprivilegedUser)
    expectHarmless(answer)
  })
})
