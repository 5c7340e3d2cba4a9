import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { rounded } from './lane.ts'

export interface EndlessLoops {
  readonly tasks: number
  readonly loops: number
  /** Tasks that never got a verdict. */
  readonly lost: number
  /** Verdicts beyond one a task, and verdicts that carry another task's answer. */
  readonly double: number
  /** Honest tasks that were not finished by the deadline: on a loaded machine a thread may not get to run. */
  readonly late: number
  /** Loops that did not end as a timeout. */
  readonly unkilled: number
  readonly wall_s: number
}

const deadlineMs = 100
/** One task in so many never ends. */
const loopEvery = 50

/** A user's own verifier: says the candidate's text back, or never ends. */
const verifierSource = `export default {
  id: 'bench-loops', version: '1', runs: 'pool', exact: 'always', deadlineMs: ${deadlineMs},
  verify({ candidate: { text } }) {
    if (text.startsWith('loop')) for (;;);
    return { kind: 'scored', score: 1, answer: text }
  },
}
`

/** Tasks of which 2 % never end, all handed to a pool of the default size at once. */
export async function endlessLoops(tasks: number): Promise<EndlessLoops> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-loops-'))
  try {
    const name = join(directory, 'loops.mjs')
    await writeFile(name, verifierSource)
    await using pool = new VerifierPool()
    const checker = await pool.checker({ name })
    const started = performance.now()
    const verdicts = new Map<number, number>()
    const answers = new Set<string>()
    let [loops, late, unkilled, mixed] = [0, 0, 0, 0]
    const one = async (index: number) => {
      const endless = index % loopEvery === loopEvery - 1
      if (endless) loops += 1
      const text = `${endless ? 'loop' : 'honest'} ${index}`
      const verdict = await checker.check({ candidate: { text, finish: 'stop' }, messages: [] })
      verdicts.set(index, (verdicts.get(index) ?? 0) + 1)
      const timedOut = verdict.kind === 'failed' && verdict.code === 'timeout'
      if (endless && !timedOut) unkilled += 1
      if (!endless && timedOut) late += 1
      if (verdict.kind !== 'scored') return
      if (verdict.answer !== text || answers.has(text)) mixed += 1
      answers.add(text)
    }
    await Promise.all(Array.from({ length: tasks }, (_, index) => one(index)))
    const given = pool.report().verifiers['bench-loops']?.verdicts ?? 0
    return {
      tasks,
      loops,
      lost: tasks - verdicts.size,
      double: Math.max(0, given - tasks) + mixed,
      late,
      unkilled,
      wall_s: rounded((performance.now() - started) / 1000),
    }
  } finally {
    await rm(directory, { recursive: true })
  }
}
