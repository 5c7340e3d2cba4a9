import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { assert as assertProperty, property, readConfigureGlobal, string } from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Json, Subject, Verdict } from '../../src/contract.ts'
import { recordedModels } from '../../src/models/recording.ts'
import { pythonTests } from '../../verifiers/python-tests.ts'
import { describeIsolation } from '../../verifiers/python/isolation.ts'
import { whatIsMissing } from '../../verifiers/python/missing-parts.ts'
import { normalProgram, programKey } from '../../verifiers/python/normal-form.ts'
import { candidatePrograms, fencedBlocks, promptCode } from '../../verifiers/python/programs.ts'
import { workerProcessIds } from '../../verifiers/python/worker.ts'
import { labelledSamples } from './labelled-samples.ts'
import { scoreOf } from './score-of.ts'

const deadlineMs = 5_000
const onLinux = process.platform === 'linux'

afterAll(async () => {
  await pythonTests.close?.()
})

const doublePrompt =
  'from typing import List\n\n\ndef double(numbers: List[int]) -> List[int]:\n    """ Doubles. """\n'
const doubleTest = `
def check(candidate):
    assert candidate([1]) == [2]
    assert candidate([]) == []
    assert candidate([1, 2, 3]) == [2, 4, 6], "three"
    for n in range(5):
        assert candidate([n]) == [2 * n]
`

function subject(text: string, more: Partial<Subject> = {}): Subject {
  return {
    candidate: { text, finish: 'stop' },
    messages: [{ role: 'user', content: doublePrompt }],
    meta: { test: doubleTest, entry_point: 'double' },
    options: { deadlineMs },
    ...more,
  }
}

async function verify(text: string, more: Partial<Subject> = {}): Promise<Verdict> {
  return pythonTests.verify(subject(text, more))
}

/** Tests of a function `f` of one's own, without a prompt. */
function withTest(tests: string, entry = 'f'): Partial<Subject> {
  return { messages: [], meta: { test: tests, entry_point: entry } }
}

function feedbackOf(verdict: Verdict): string {
  return verdict.kind === 'scored' ? (verdict.feedback ?? '') : verdict.message
}

describe.skipIf(!onLinux)('reading the candidate', () => {
  const body = 'return [2 * n for n in numbers]'
  const definition = `def double(numbers: List[int]) -> List[int]:\n    ${body}`
  test.each([
    ['an indented body', `    ${body}\n`],
    ['a body without indentation', body],
    [
      'a body whose first line lost its indentation',
      'result = []\n    for n in numbers:\n        result.append(2 * n)\n    return result',
    ],
    [
      'a body without indentation in several lines',
      'result = []\nfor n in numbers:\n    result.append(2 * n)\nreturn result',
    ],
    ['a body indented by two', `  if numbers:\n    ${body}\n  return []`],
    ['a definition', definition],
    ['a definition in a fence', `Here it is:\n\n\`\`\`python\n${definition}\n\`\`\`\nIt works.`],
    ['a body in a fence', `\`\`\`\n${body}\n\`\`\``],
    ['an unclosed fence', `\`\`\`python\n${definition}`],
    ['a fence closed on the last line', `\`\`\`python\n${definition}\`\`\``],
    [
      'two fences, the second a usage example',
      `\`\`\`python\n${definition}\n\`\`\`\nUse:\n\`\`\`python\nprint(undefined)\n\`\`\``,
    ],
    [
      'two fences, the second a correction',
      `\`\`\`python\ndef double(x):\n    return x\n\`\`\`\nBetter:\n\`\`\`python\n${definition}\n\`\`\``,
    ],
    ['prose around a definition', `Sure, this doubles:\n\n${definition}\n\nHope it helps!`],
    [
      'a body followed by junk',
      `    ${body}\n\nprint(double([1]))\nassert False\nimport nothing_of_the_kind`,
    ],
    ['Windows line ends', `def double(numbers):\r\n    ${body}\r\n`],
    ['the whole prompt repeated', `${doublePrompt}    ${body}`],
    ['an indented definition', `    def double(numbers):\n        ${body}`],
    ['a lambda', 'double = lambda numbers: [2 * n for n in numbers]'],
  ])('%s', async (_name, text) => {
    expect(await verify(text)).toMatchObject({ kind: 'scored', score: 1 })
  })

  test('a prompt in prose with a fenced signature', async () => {
    const messages = [
      { role: 'user', content: `Complete this function.\n\`\`\`python\n${doublePrompt}\`\`\`\nOnly code.` },
    ]
    expect(scoreOf(await verify(`    ${body}`, { messages }))).toBe(1)
  })

  test('a definition inside a string is no definition', async () => {
    expect(scoreOf(await verify(`"""\n${definition}\n"""`))).not.toBe(1)
  })

  test.each(['', ' ', 'I cannot do that.', 'def double(numbers:', '```python\n```', '{"code": 1}'])(
    'no program: %j',
    async (text) => {
      const verdict = await verify(text)
      expect(verdict.kind).toBe('scored')
      expect(scoreOf(verdict)).toBeLessThan(1)
    },
  )

  test('never throws, whatever the text', () => {
    const prompt = promptCode(doublePrompt, 'double')
    assertProperty(
      property(string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(candidatePrograms(text, prompt, 'double').length).toBeGreaterThan(0)
        expect(fencedBlocks(text)).toBeInstanceOf(Array)
        expect(programKey(text)).toMatch(/^[0-9a-f]{16}$/)
      }),
    )
  })
})

describe.skipIf(!onLinux)('scoring', () => {
  test('partial credit counts executed assertions and never reaches 1', async () => {
    const verdict = await verify('    return [2] * len(numbers)')
    // Right: [1], [], and of the loop n = 1. Wrong: [1, 2, 3] and the other four of the loop.
    expect(scoreOf(verdict)).toBeCloseTo(3 / 8, 12)
    expect(feedbackOf(verdict)).toBe('assert candidate([1, 2, 3]) == [2, 4, 6], "three": got [2, 2, 2]')
  })

  test('one failure among very many is not rounded to 1', async () => {
    const tests = 'def check(candidate):\n    for n in range(2000):\n        assert candidate(n) == n\n'
    const verdict = await verify('def f(n):\n    return n if n != 7 else 0', withTest(tests))
    expect(scoreOf(verdict)).toBe(1_999 / 2_000)
  })

  test('what the tests did not reach counts as not passed', async () => {
    const tests =
      'def check(candidate):\n    assert candidate(1) == 1\n    value = candidate(2)\n    assert value == 2\n    assert candidate(3) == 3\n'
    const verdict = await verify(
      'def f(n):\n    if n == 2: raise ValueError("two")\n    return n',
      withTest(tests),
    )
    expect(scoreOf(verdict)).toBeCloseTo(1 / 3, 12)
    expect(feedbackOf(verdict)).toContain('two')
  })

  test('a branch that was not taken is not held against it', async () => {
    const tests =
      'def check(candidate):\n    assert candidate(1) == 1\n    if candidate(0) != 0:\n        assert False\n'
    expect(scoreOf(await verify('def f(n):\n    return n', withTest(tests)))).toBe(1)
  })

  test('avoiding every assertion is no pass', async () => {
    const tests = 'def check(candidate):\n    for item in candidate(3):\n        assert item > 0\n'
    expect(scoreOf(await verify('def f(n):\n    return []', withTest(tests)))).toBe(0)
  })

  test('tests that assert nothing are unsupported', async () => {
    expect(
      await verify('def f(n): return n', withTest('def check(candidate):\n    candidate(1)\n')),
    ).toMatchObject({
      kind: 'failed',
      code: 'unsupported',
    })
  })

  test('tests that do not compile are unsupported', async () => {
    expect(scoreOf(await verify('def f(n): return n', withTest('def check(candidate:')))).toBe('unsupported')
  })

  test('without tests: unsupported', async () => {
    expect(scoreOf(await verify('def f(n): return n', { messages: [], meta: { entry_point: 'f' } }))).toBe(
      'unsupported',
    )
  })

  test.each<[string, Json]>([
    ['a list of asserts', ['assert f(1) == 2', 'assert f(2) == 4', 'assert abs(f(0.5) - 1) < 1e-9']],
    ['a source', 'import math\nfor n in range(3):\n    assert math.isclose(f(n), 2 * n)\n'],
    ['test functions', 'def test_one():\n    assert f(1) == 2\ndef test_two():\n    assert f(2) == 4\n'],
  ])('the reference may be %s', async (_name, reference) => {
    const more = { messages: [], meta: {}, reference }
    expect(scoreOf(await verify('def f(x):\n    return 2 * x', more))).toBe(1)
    expect(scoreOf(await verify('def f(x):\n    return 2 + x', more))).toBeLessThan(1)
    expect(scoreOf(await verify('def g(x):\n    return 2 * x', more))).toBe(0)
    const viaOptions = { messages: [], meta: {}, options: { deadlineMs, tests: reference } }
    expect(scoreOf(await verify('def f(x):\n    return 2 * x', viaOptions))).toBe(1)
  })

  test('several names and constants of the candidate', async () => {
    const reference = ['assert f(LIMIT) == g(1)', 'assert LIMIT == 3']
    expect(
      scoreOf(
        await verify('LIMIT = 3\ndef f(x): return x\ndef g(x): return 3', {
          messages: [],
          meta: {},
          reference,
        }),
      ),
    ).toBe(1)
  })

  test('exceptions keep their built-in type', async () => {
    const tests = `
def check(candidate):
    try:
        candidate(-1)
        assert False, "no exception"
    except ValueError as error:
        assert str(error) == "negative"
    try:
        candidate(0)
    except (KeyError, IndexError):
        assert False
    except ArithmeticError:
        assert True is not False
`
    const right =
      'class Negative(ValueError): pass\ndef f(n):\n    if n < 0: raise Negative("negative")\n    return 1 / n'
    expect(scoreOf(await verify(right, withTest(tests)))).toBe(1)
    expect(scoreOf(await verify('def f(n):\n    return n', withTest(tests)))).toBeLessThan(1)
  })

  test('a bare except in the tests does not hide that the candidate ended', async () => {
    const tests =
      'def check(candidate):\n    assert candidate(1) == 1\n    try:\n        candidate(2)\n    except:\n        pass\n'
    const verdict = await verify(
      'import os\ndef f(n):\n    if n == 2: os._exit(0)\n    return n',
      withTest(tests),
    )
    expect(scoreOf(verdict)).toBeLessThan(1)
  })

  test('arguments that the candidate changes are seen by the tests', async () => {
    const tests = `
def check(candidate):
    numbers, table = [3, 1, 2], {'a': [1], 'b': 2}
    inner = table['a']
    assert candidate(numbers, table) is None
    assert numbers == [1, 2, 3]
    assert table == {'a': [1, 9]} and inner == [1, 9]
`
    const right = 'def f(numbers, table):\n    numbers.sort()\n    table["a"].append(9)\n    del table["b"]'
    expect(scoreOf(await verify(right, withTest(tests)))).toBe(1)
  })

  test.each([
    ['None', 'None'],
    ['True', 'True'],
    ['big integers', '-(2 ** 200)'],
    ['floats', '[0.1, -0.0, 1e308, float("inf")]'],
    ['text', '"a\\u00e9\\U0001f600\\ud800"'],
    ['bytes', '[b"\\x00\\xff", bytearray(b"x")]'],
    ['tuples', '(1, (2, [3, (4,)]))'],
    ['sets', '[{1, "a"}, frozenset([(1, 2)])]'],
    ['dicts', '{1: "a", (1, 2): {"b": None}, "c": [{}]}'],
    ['complex', '1 + 2j'],
    ['ranges', 'range(1, 9, 2)'],
    ['fractions', '[__import__("fractions").Fraction(1, 3), __import__("decimal").Decimal("0.10")]'],
    ['a counter as a dict', '__import__("collections").Counter("aab")'],
    ['dict views', '{"a": 1}.keys()'],
  ])('values survive the way there and back: %s', async (_name, source) => {
    const tests = `
def check(candidate):
    value = ${source}
    assert candidate(value) == value
    assert repr(candidate(value)) == repr(value) or type(value) is not type(candidate(value)) or type(value) in (set, frozenset)
    assert candidate([value, value]) == [value, value]
`
    const sendable = !/keys\(\)/.test(source)
    if (sendable) expect(scoreOf(await verify('def f(value):\n    return value', withTest(tests)))).toBe(1)
    const made = `def check(candidate):\n    assert candidate(0) == ${source}\n`
    expect(scoreOf(await verify(`def f(value):\n    return ${source}`, withTest(made)))).toBe(1)
  })

  test('iterators can be consumed and are not lists', async () => {
    const generator = 'def f(n):\n    for i in range(n): yield i'
    expect(
      scoreOf(await verify(generator, withTest('def check(c):\n    assert list(c(3)) == [0, 1, 2]\n'))),
    ).toBe(1)
    expect(scoreOf(await verify(generator, withTest('def check(c):\n    assert c(3) == [0, 1, 2]\n')))).toBe(
      0,
    )
  })

  test('tests that pass a function are unsupported, not failed by the candidate', async () => {
    const verdict = await verify(
      'def f(g): return g(1)',
      withTest('def check(c):\n    assert c(lambda x: x) == 1\n'),
    )
    expect(verdict).toMatchObject({ kind: 'failed', code: 'unsupported' })
  })

  test('what a candidate printed is part of the feedback', async () => {
    expect(feedbackOf(await verify('    print("instead")'))).toContain('it printed: instead')
  })

  test('the same program and tests always get the same verdict', async () => {
    const tests = 'def check(candidate):\n    assert candidate(0) == 1\n    assert candidate(1) == 1\n'
    const program = 'import random\ndef f(n):\n    return list({"a", "b", "c", "d"}), random.random()'
    const verdicts = await Promise.all([1, 2, 3].map(() => verify(program, withTest(tests))))
    expect(new Set(verdicts.map((verdict) => JSON.stringify(verdict))).size).toBe(1)
  })

  test('many at once on one worker', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 40 }, async (_, n) =>
        verify(`    return [${n % 2 === 0 ? '2 * n' : 'n'} for n in numbers]`),
      ),
    )
    expect(verdicts.map((verdict) => scoreOf(verdict) === 1)).toEqual(verdicts.map((_, n) => n % 2 === 0))
  })
})

describe('answer keys', () => {
  test.each([
    ['def f(x):\n    return x+1', 'def f( x ):\n\n  # adds\n  return x + 1  # one\n', true],
    ['x = [1,\n  2]', 'x=[1,2]', true],
    ['x = "a  # b"', 'x = "a # b"', false],
    ["x = 'it\\'s' # c", "x = 'it\\'s'", true],
    ['if a:\n    b\nc', 'if a:\n    b\n    c', false],
    ['return x', 'returnx', false],
    ['a = """x\n  y"""', 'a = """x\n y"""', false],
    ['if a:\n\tb', 'if a:\n    b', true],
    ['x = 1 + \\\n  2', 'x = 1+2', true],
  ])('%j and %j', (one, other, same) => {
    expect(normalProgram(one) === normalProgram(other)).toBe(same)
    expect(programKey(one) === programKey(other)).toBe(same)
  })
})

describe.skipIf(!onLinux)('isolation', () => {
  test('every part is in force, by experiment', async () => {
    const report = await describeIsolation()
    expect(report.parts.filter((part) => !part.inForce)).toEqual([])
    expect(report.level).toBe('full')
    expect(report.parts.map((part) => part.part)).toEqual(
      expect.arrayContaining([
        'user namespace',
        'pid namespace',
        'mount namespace',
        'network namespace',
        'ipc namespace',
        'unprivileged user',
        'read-only root',
        'scratch',
        'memory limit',
        'processor limit',
        'process limit',
        'file limit',
        'output limit',
      ]),
    )
  })

  test('an interpreter that cannot be started is refused with a sentence', async () => {
    const verdict = await verify('    return numbers', { options: { python: '/nonexistent/python3' } })
    expect(verdict).toMatchObject({ kind: 'failed', code: 'unsupported' })
    expect(feedbackOf(verdict)).toContain('/nonexistent/python3')
  })

  test('the sentence names the missing part and what to do', () => {
    const greeting = {
      report: { 'user namespace': 'EPERM', 'pid namespace': null },
      executable: '',
      version: '',
    }
    expect(whatIsMissing(greeting)).toMatch(
      /missing: user namespace \(EPERM\).*user namespaces.*isolation: 'weak'/,
    )
    expect(whatIsMissing({ ...greeting, report: { 'pid namespace': null } })).toBeUndefined()
  })

  test('without user namespaces it refuses, unless weak isolation is accepted', ({ skip }) => {
    const verifier = pathToFileURL(resolve(import.meta.dirname, '../../verifiers/python-tests.ts')).href
    const subjects = [undefined, 'weak'].flatMap((isolation) =>
      ['    return [2 * n for n in numbers]', '    return numbers', '    while True: pass'].map((text) =>
        subject(text, { options: { deadlineMs: 1_000, ...(isolation === undefined ? {} : { isolation }) } }),
      ),
    )
    const script = `
      const { pythonTests } = await import(${JSON.stringify(verifier)})
      const verdicts = []
      for (const subject of ${JSON.stringify(subjects)}) verdicts.push(await pythonTests.verify(subject))
      await pythonTests.close()
      console.log(JSON.stringify(verdicts))`
    // A namespace of our own in which no further one may be made.
    const forbidding = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    const ran = spawnSync(
      'unshare',
      [
        '--user',
        '--map-root-user',
        'sh',
        '-c',
        forbidding,
        'sh',
        process.execPath,
        '--no-warnings',
        '--input-type=module',
        '-e',
        script,
      ],
      { encoding: 'utf8', timeout: 25_000 },
    )
    if (ran.status !== 0) {
      console.warn(`NOT RUN without user namespaces: ${ran.stderr.slice(-300)}`)
      skip('unshare cannot forbid user namespaces here')
      return
    }
    const verdicts: Verdict[] = JSON.parse(ran.stdout)
    expect(
      verdicts.map((verdict) =>
        scoreOf(verdict) === 1 ? 'passed' : verdict.kind === 'failed' ? verdict.code : 'wrong',
      ),
    ).toEqual(['unsupported', 'unsupported', 'unsupported', 'passed', 'wrong', 'timeout'])
  })
})

/** The status of a process, or undefined when there is none: state and parent. */
function statusOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined
  try {
    const [state = '', parent = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}

function isRunning(pid: number): boolean {
  const status = statusOf(pid)
  return status !== undefined && status.state !== 'Z'
}

/** All processes below this one. */
function descendants(): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const parents = new Map(pids.map((pid) => [pid, statusOf(pid)?.parent]))
  return pids.filter((pid) => {
    for (let at = parents.get(pid); at !== undefined; at = parents.get(at))
      if (at === process.pid) return true
    return false
  })
}

describe.skipIf(!onLinux)('the fork server', () => {
  test('is replaced when it was killed, before and during a request', async () => {
    const right = '    return [2 * n for n in numbers]'
    expect(scoreOf(await verify(right))).toBe(1)
    const [first] = workerProcessIds()
    process.kill(first ?? 0, 'SIGKILL')
    expect(scoreOf(await verify(right))).toBe(1)
    const [second] = workerProcessIds()
    expect(second).not.toBe(first)
    const slow = verify('    import time\n    time.sleep(0.1)\n    return [2 * n for n in numbers]')
    await setTimeout(50)
    process.kill(second ?? 0, 'SIGKILL')
    // Tried again on a new server: what happened to the first says nothing about the candidate.
    expect(scoreOf(await slow)).toBe(1)
  })

  test('close leaves no process, and a later call starts anew', async () => {
    await verify('    return numbers')
    const before = workerProcessIds()
    await pythonTests.close?.()
    for (const pid of before) expect(existsSync(`/proc/${pid}`)).toBe(false)
    expect(workerProcessIds()).toEqual([])
    expect(scoreOf(await verify('    return [2 * n for n in numbers]'))).toBe(1)
  })

  test('a worker thread that is killed in the middle of a candidate takes every process with it', async () => {
    // This thread's own server may still be about to fork its next candidate, which is none of the worker's.
    await pythonTests.close?.()
    const verifier = pathToFileURL(resolve(import.meta.dirname, '../../verifiers/python-tests.ts')).href
    const hanging = subject('    while True: pass')
    const worker = new Worker(
      `import(${JSON.stringify(verifier)}).then((it) => it.pythonTests.verify(${JSON.stringify(hanging)}))`,
      { eval: true },
    )
    const before = new Set(descendants())
    const started = performance.now()
    // Launcher, supervisor, zygote, candidate, checker.
    while (
      descendants().filter((pid) => !before.has(pid)).length < 5 &&
      performance.now() - started < deadlineMs
    ) {
      await setTimeout(20)
    }
    const its = descendants().filter((pid) => !before.has(pid))
    expect(its.length).toBeGreaterThanOrEqual(5)
    await worker.terminate()
    // The entry of a process whose thread is gone stays in the table until Node ends, but nothing runs.
    // How soon the kernel has ended them all is up to what else the machine does.
    await expect.poll(() => its.filter((pid) => isRunning(pid)), { timeout: 10_000 }).toEqual([])
  })

  test('an idle server does not keep Node running and dies with it', async () => {
    const verifier = pathToFileURL(resolve(import.meta.dirname, '../../verifiers/python-tests.ts')).href
    const worker = pathToFileURL(resolve(import.meta.dirname, '../../verifiers/python/worker.ts')).href
    const script = `
      const { pythonTests } = await import(${JSON.stringify(verifier)})
      const { workerProcessIds } = await import(${JSON.stringify(worker)})
      const verdict = await pythonTests.verify(${JSON.stringify(subject('    return [2 * n for n in numbers]'))})
      console.log(JSON.stringify({ verdict, pids: workerProcessIds() }))`
    const ran = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 10_000,
    })
    expect(ran.status).toBe(0)
    const said: { verdict: Verdict; pids: number[] } = JSON.parse(ran.stdout)
    expect(scoreOf(said.verdict)).toBe(1)
    // Killed by the kernel as Node ended, which takes a moment on a busy machine.
    await setTimeout(500)
    expect(said.pids.filter((pid) => isRunning(pid))).toEqual([])
  })
})

/** A prime that does not divide the number of samples, so that the subset spreads over all models and problems. */
const stride = 7_919
/** How many recorded samples one run of the tests checks; the whole set takes minutes. */
const checkedSamples = 300
const millisecondsForSamples = 60_000

describe.skipIf(!onLinux)('HumanEval', () => {
  test('our verdict is the recorded label', { timeout: millisecondsForSamples }, async ({ skip }) => {
    const folder = resolve(import.meta.dirname, '../../../shared/recordings/humaneval')
    if (!existsSync(folder)) {
      console.warn(`NOT RUN against recorded labels: there is no ${folder}`)
      skip('no recordings')
      return
    }
    const models = await recordedModels(folder)
    const samples = (await Promise.all(models.map((model) => labelledSamples(folder, model)))).flat()
    const seed = Math.abs(readConfigureGlobal().seed ?? 0)
    console.info(`HumanEval subset with TEST_SEED=${seed}`)
    const chosen = Array.from({ length: checkedSamples }, (_, n) => (seed + n * stride) % samples.length)
    const different: string[] = []
    let agreed = 0
    for (const index of chosen) {
      const sample = samples[index]
      if (sample === undefined) continue
      const { problem } = sample
      const verdict = await pythonTests.verify({
        candidate: { text: sample.text, finish: 'stop' },
        messages: [{ role: 'user', content: problem.prompt }],
        meta: problem.meta ?? {},
        options: { deadlineMs: 3_000 },
      })
      if ((scoreOf(verdict) === 1) === sample.correct) agreed += 1
      // A library that is not installed here is no difference of opinion.
      else if (!/ModuleNotFoundError/.test(feedbackOf(verdict))) {
        different.push(`${sample.name}: recorded ${sample.correct}, ${feedbackOf(verdict)}`)
      }
    }
    expect(different).toEqual([])
    expect(agreed).toBeGreaterThan(checkedSamples * 0.9)
  })
})
