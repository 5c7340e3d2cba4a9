import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Subject } from '../../src/contract.ts'
import { randomFrom, shuffled } from '../../src/clock/random.ts'
import { promptOf, readProblems, readRecording, recordedModels } from '../../src/models/recording.ts'

export interface PythonCandidates {
  /** Where they are from: the recording of HumanEval, or our own generator. */
  readonly source: 'recorded' | 'generated'
  readonly subjects: readonly Subject[]
  /** Whether the candidate at this index is right, where that is certain. */
  readonly right?: (index: number) => boolean
}

/** What both sides of the comparison give one candidate, in milliseconds. */
export const candidateDeadlineMs = 3_000

/** `count` candidates of HumanEval's form, none twice, in a seeded order. */
export async function pythonCandidates(
  recordings: string,
  count: number,
  seed: number,
): Promise<PythonCandidates> {
  const directory = join(recordings, 'humaneval')
  const recorded = await access(join(directory, 'problems.jsonl')).then(
    () => recordedSubjects(directory),
    // The recordings are not part of the project.
    () => [],
  )
  if (recorded.length >= count) {
    const order = shuffled(recorded.length, randomFrom(`${seed}/python-candidates`)).slice(0, count)
    return { source: 'recorded', subjects: order.flatMap((index) => recorded[index] ?? []) }
  }
  const subjects = Array.from({ length: count }, (_, index) => generated(index))
  return { source: 'generated', subjects, right: isRight }
}

async function recordedSubjects(directory: string): Promise<readonly Subject[]> {
  const problems = new Map(
    (await readProblems(join(directory, 'problems.jsonl'))).map((problem) => [problem.id, problem]),
  )
  const seen = new Set<string>()
  const subjects: Subject[] = []
  for (const model of await recordedModels(directory)) {
    const { samples } = await readRecording(directory, model)
    for (const [id, own] of samples) {
      const problem = problems.get(id)
      if (!problem) continue
      const { messages, meta } = promptOf(problem)
      for (const { text } of own) {
        const key = `${id}\n${text}`
        if (text === undefined || seen.has(key)) continue
        seen.add(key)
        subjects.push(subjectOf(text, { messages, ...(meta && { meta }) }))
      }
    }
  }
  return subjects
}

function subjectOf(text: string, prompt: Pick<Subject, 'messages' | 'meta'>): Subject {
  return { candidate: { text, finish: 'stop' }, ...prompt, options: { deadlineMs: candidateDeadlineMs } }
}

interface Problem {
  readonly signature: string
  readonly task: string
  readonly right: string
  readonly wrong: string
  /** A Python expression for what the arguments in `values` give. */
  readonly expected: string
  readonly values: readonly string[]
}

const problems: readonly Problem[] = [
  {
    signature: 'total(numbers: List[int]) -> int',
    task: 'Return the sum of the squares of the even numbers.',
    right: 'return sum(n * n for n in numbers if n % 2 == 0)',
    wrong: 'return sum(n * n for n in numbers)',
    expected: 'sum(n ** 2 for n in value if not n % 2)',
    values: ['[1, 2, 3, 4]', '[]', '[-2, 7]', 'list(range(50))'],
  },
  {
    signature: 'words(text: str) -> int',
    task: 'Count the different words, upper and lower case being the same.',
    right: 'return len(set(text.lower().split()))',
    wrong: 'return len(text.split())',
    expected: 'len({w.lower() for w in value.split()})',
    values: ["'a A b'", "''", "'one two  two'", "'x ' * 40"],
  },
  {
    signature: 'runs(numbers: List[int]) -> int',
    task: 'Return the length of the longest run of equal numbers.',
    right:
      'best = run = 0\n    last = None\n    for n in numbers:\n        run = run + 1 if n == last else 1\n' +
      '        last = n\n        best = max(best, run)\n    return best',
    wrong: 'return max([numbers.count(n) for n in numbers] or [0])',
    expected: 'max([len(list(g)) for _, g in itertools.groupby(value)] or [0])',
    values: ['[1, 1, 2, 1, 1, 1]', '[]', '[5]', '[1, 2, 1, 2, 1]'],
  },
  {
    signature: 'primes(limit: int) -> List[int]',
    task: 'Return the primes below the limit, rising.',
    right: 'return [n for n in range(2, limit) if all(n % d for d in range(2, int(n ** 0.5) + 1))]',
    wrong: 'return [n for n in range(2, limit) if n % 2]',
    expected: '[n for n in range(2, value) if not any(n % d == 0 for d in range(2, n))]',
    values: ['2', '30', '100', '3'],
  },
]

/** Each problem in turn is answered right, then wrong. */
function isRight(index: number): boolean {
  return Math.floor(index / problems.length) % 2 === 0
}

/** Programs whole or as the body only, as models answer. */
function generated(index: number): Subject {
  const problem = problems[index % problems.length] as Problem
  const { signature, task, right, wrong, expected, values } = problem
  const name = signature.slice(0, signature.indexOf('('))
  const head = `from typing import List\n\n\ndef ${signature}:\n    """ ${task} """\n`
  const body = `    # try ${index}\n    ${isRight(index) ? right : wrong}\n`
  const text = Math.floor(index / problems.length) % 3 === 0 ? body : `\`\`\`python\n${head}${body}\`\`\``
  const assertions = values.map(
    (value) => `    value = ${value}\n    assert candidate(${value}) == ${expected}\n`,
  )
  return subjectOf(text, {
    messages: [{ role: 'user', content: head }],
    meta: { entry_point: name, test: `import itertools\n\ndef check(candidate):\n${assertions.join('')}` },
  })
}
