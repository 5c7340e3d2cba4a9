import { availableParallelism, loadavg } from 'node:os'
import { benchOptions, commitOf, type BenchOptions } from './replay/options.ts'
import { benchCases } from './verifiers/cases.ts'
import { endlessLoops, type EndlessLoops } from './verifiers/endless-loops.ts'
import { eventLoopDelay, type EventLoopDelay } from './verifiers/event-loop-delay.ts'
import { rounded } from './verifiers/lane.ts'
import { pythonCandidates } from './verifiers/python-candidates.ts'
import { comparePython, type PythonComparison } from './verifiers/python-comparison.ts'
import { printVerifiers } from './verifiers/report.ts'
import { measure, type VerifierFigures } from './verifiers/throughput.ts'

/** One claim and whether this run bears it out. */
export interface Bar {
  readonly name: string
  readonly measured: number
  readonly bar: number
  readonly goal: number
  readonly holds: boolean
}

export interface VerifiersReport {
  readonly bench: 'verifiers'
  readonly seed: number
  readonly commit: string | null
  readonly quick: boolean
  readonly machine: { readonly cores: number; readonly load_before: number; readonly load_after: number }
  readonly wall_s: number
  readonly verifiers: Readonly<Record<string, VerifierFigures>>
  readonly python_tests: PythonComparison
  readonly event_loop_delay_ms: EventLoopDelay
  readonly loops: EndlessLoops
  readonly bars: readonly Bar[]
}

/** How much a run does. */
export interface VerifiersSizes {
  /** Of each lane of a verifier. */
  readonly milliseconds: number
  readonly tasks: number
  /** Of each worker before a lane's clock runs. */
  readonly warmUpTasks: number
  readonly pythonCandidates: number
  readonly saturatedMilliseconds: number
  readonly loopTasks: number
}

const fullSizes: VerifiersSizes = {
  milliseconds: 3000,
  tasks: 200_000,
  warmUpTasks: 12,
  pythonCandidates: 500,
  saturatedMilliseconds: 10_000,
  loopTasks: 10_000,
}
const quickSizes: VerifiersSizes = {
  milliseconds: 300,
  tasks: 20_000,
  warmUpTasks: 12,
  pythonCandidates: 40,
  saturatedMilliseconds: 1500,
  loopTasks: 500,
}

/** Verifiers that saturate the pool together while the main thread is watched. */
const saturating = ['math', 'json-schema', 'javascript-tests'] as const

/**
 * What verifiers cost: verdicts per second, latency, cold start and memory of each; Python tests against an
 * interpreter a candidate; the main thread while the pool is saturated; and endless loops among many tasks.
 * Options: `[--recordings DIR] [--json] [--quick] [--seed N]`.
 */
export async function main(args: readonly string[]): Promise<void> {
  const options = await benchOptions(args)
  const report = await verifiersReport(options)
  if (options.json) console.log(JSON.stringify(report))
  else printVerifiers(report)
}

/** Figures of this machine at this moment: other programs on it make them worse, never better. */
export async function verifiersReport(
  options: Pick<BenchOptions, 'recordings' | 'quick' | 'seed'>,
  sizes: VerifiersSizes = options.quick ? quickSizes : fullSizes,
): Promise<VerifiersReport> {
  const workers = availableParallelism()
  const started = performance.now()
  const [loadBefore = 0] = loadavg()
  const candidates = await pythonCandidates(options.recordings, sizes.pythonCandidates, options.seed)

  const verifiers: Record<string, VerifierFigures> = {}
  for (const [name, cases] of Object.entries(benchCases)) {
    verifiers[name] = await measure(name, (index) => cases(index).subject, {
      workers,
      milliseconds: sizes.milliseconds,
      tasks: sizes.tasks,
      warmUpTasks: sizes.warmUpTasks,
      right: (index) => cases(index).right,
    })
  }
  const generated = await pythonCandidates('', pythonCases, options.seed)
  verifiers['python-tests'] = await measure('python-tests', (index) => numbered(generated, index), {
    workers,
    milliseconds: sizes.milliseconds,
    tasks: sizes.tasks,
    warmUpTasks: sizes.warmUpTasks,
    right: (index) => generated.right?.(index % pythonCases) ?? false,
  })

  const comparison = await comparePython(candidates, workers)
  const delay = await eventLoopDelay(
    {
      ...Object.fromEntries(
        saturating.flatMap((name) => {
          const cases = benchCases[name]
          return cases ? [[name, (index: number) => cases(index).subject] as const] : []
        }),
      ),
      'python-tests': (index) => numbered(generated, index),
    },
    sizes.saturatedMilliseconds,
  )
  const loops = await endlessLoops(sizes.loopTasks)
  const [loadAfter = 0] = loadavg()
  return {
    bench: 'verifiers',
    seed: options.seed,
    commit: commitOf(),
    quick: options.quick,
    machine: {
      cores: workers,
      load_before: rounded(loadBefore),
      load_after: rounded(loadAfter),
    },
    wall_s: rounded((performance.now() - started) / 1000),
    verifiers,
    python_tests: comparison,
    event_loop_delay_ms: delay,
    loops,
    bars: barsOf(verifiers, comparison, delay, loops),
  }
}

/** Generated Python candidates; more are had by numbering them. */
const pythonCases = 400

/** A candidate of any index that no other index has. */
function numbered(candidates: Awaited<ReturnType<typeof pythonCandidates>>, index: number) {
  const subject = candidates.subjects[index % candidates.subjects.length]
  if (!subject) throw new Error('there are no Python candidates')
  const { candidate } = subject
  // Seen by the cache, not by Python: the trailing comment lies outside of the function.
  const text = candidate.text.endsWith('```')
    ? `${candidate.text.slice(0, -3)}# ${index}\n\`\`\``
    : `${candidate.text}    # ${index}\n`
  return { ...subject, candidate: { ...candidate, text } }
}

const bars = {
  python: { bar: 4, goal: 8 },
  delay: { bar: 20, goal: 20 },
  inline: { bar: 50_000, goal: 50_000 },
  math: { bar: 100, goal: 100 },
} as const

function barsOf(
  verifiers: Readonly<Record<string, VerifierFigures>>,
  python: PythonComparison,
  delay: EventLoopDelay,
  loops: EndlessLoops,
): readonly Bar[] {
  const atLeast = (name: string, measured: number, { bar, goal }: { bar: number; goal: number }): Bar => ({
    name,
    measured,
    bar,
    goal,
    holds: measured >= bar,
  })
  const none = (name: string, measured: number): Bar => ({
    name,
    measured,
    bar: 0,
    goal: 0,
    holds: measured === 0,
  })
  return [
    atLeast(
      'python-tests ÷ a fresh interpreter per candidate, same cores',
      python.against_fresh,
      bars.python,
    ),
    none('python-tests: verdicts unequal to the fresh interpreter’s', python.unequal),
    {
      name: 'event-loop delay p99 while the pool is saturated, ms',
      measured: delay.p99,
      ...bars.delay,
      holds: delay.p99 < bars.delay.bar,
    },
    atLeast('numeric inline, per second', verifiers['numeric']?.inline?.per_s ?? 0, bars.inline),
    atLeast('exact inline, per second', verifiers['exact']?.inline?.per_s ?? 0, bars.inline),
    atLeast('math on all workers, per second', verifiers['math']?.all_workers.per_s ?? 0, bars.math),
    none('python-tests and math: tasks on the main thread', mainThreadTasks(verifiers, python)),
    none('tasks lost among endless loops', loops.lost),
    none('tasks judged twice among endless loops', loops.double),
  ]
}

function mainThreadTasks(
  verifiers: Readonly<Record<string, VerifierFigures>>,
  python: PythonComparison,
): number {
  const own = [verifiers['math'], verifiers['python-tests']].map((figures) => figures?.thread_tasks['0'] ?? 0)
  return own.reduce((sum, tasks) => sum + tasks, python.thread_tasks['0'] ?? 0)
}
