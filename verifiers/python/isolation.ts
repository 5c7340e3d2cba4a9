import type { IsolationPart } from '../../src/contract.ts'
import { defaultLimits } from './limits.ts'
import { outputBytes } from './server/program.ts'
import { askWorker, greetWorker } from './worker.ts'

/** What holds a Python candidate, part by part, as found by trying on this machine. */
export interface IsolationReport {
  /** `full`: every part is in force. `weak`: some are not. `none`: no Python can be started at all. */
  readonly level: 'full' | 'weak' | 'none'
  readonly interpreter?: string
  readonly version?: string
  readonly parts: readonly IsolationPart[]
}

/** How long all the attempts together may take. */
const probeMilliseconds = 10_000
const outputPart = 'output limit'

/** Prints more than is kept, and answers all the same. */
const noisyProgram = `def noisy():\n    print('x' * ${outputBytes * 4})\n    return 1\n`

/** Whether output beyond the limit is thrown away without holding up the candidate: the reason when it is not. */
async function outputProblem(executable: string | undefined): Promise<string | null> {
  const reply = await askWorker({
    body: {
      kind: 'cases',
      cases: [{ args: [], kwargs: {}, expected: 1 }],
      tolerance: 0,
      entry: 'noisy',
      programs: [noisyProgram],
      limits: { ...defaultLimits },
    },
    deadlineMs: probeMilliseconds,
    weak: true,
    executable,
  })
  if (reply.kind !== 'answered') return reply.message
  const result: { readonly passed: number; readonly printed: string } = JSON.parse(reply.json)
  if (result.passed !== 1) return 'a candidate that prints much did not come to its end'
  return result.printed.length <= outputBytes ? null : `${result.printed.length} characters were kept`
}

/**
 * Which parts of the isolation are in force on this machine. Not what is installed: a process that stands where a
 * candidate would stand tries to get past each part, in this worker's own fork server.
 */
export async function describeIsolation(executable?: string): Promise<IsolationReport> {
  // Weak, so that a server comes up with what works; strictness changes what is accepted, not what is set up.
  const wanted = { executable, weak: true }
  const greeting = await greetWorker(wanted)
  if (typeof greeting === 'string') {
    return { level: 'none', parts: [{ part: 'interpreter', inForce: false, reason: greeting }] }
  }
  const reply = await askWorker({
    ...wanted,
    body: { kind: 'probe', limits: { ...defaultLimits } },
    deadlineMs: probeMilliseconds,
  })
  const answer: { readonly found?: { readonly [part: string]: string | null } } =
    reply.kind === 'answered' ? JSON.parse(reply.json) : {}
  const found = answer.found ?? {}
  const probed = Object.keys(found).length > 0 ? found : { probe: 'the probe did not come back' }
  const reasons = new Map(Object.entries(greeting.report))
  for (const [part, reason] of [
    ...Object.entries(probed),
    [outputPart, await outputProblem(executable)] as const,
  ]) {
    reasons.set(part, reason ?? reasons.get(part) ?? null)
  }
  const parts = [...reasons].map(([part, reason]) =>
    reason === null ? { part, inForce: true } : { part, inForce: false, reason },
  )
  return {
    level: parts.every((part) => part.inForce) ? 'full' : 'weak',
    interpreter: greeting.executable,
    version: greeting.version,
    parts,
  }
}
