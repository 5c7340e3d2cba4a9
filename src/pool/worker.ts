import { threadId } from 'node:worker_threads'
import type { Subject, Verdict, Verifier } from '../contract.ts'
import { verifierNamed } from '../registry.ts'

/** One verification as it crosses to a worker. */
export interface Task {
  readonly verifier: string
  readonly subject: Subject
  /** A Float64 that the worker sets to the time when verifying starts: loading a verifier is not the candidate's fault. */
  readonly started: Float64Array<SharedArrayBuffer>
}

/** What comes back. */
export interface TaskReport {
  readonly verdict: Verdict
  readonly threadId: number
}

const loaded = new Map<string, Promise<Verifier>>()

/** The entry of a worker thread: verifies one candidate. */
export default async function verify({ verifier: name, subject, started }: Task): Promise<TaskReport> {
  let loading = loaded.get(name)
  if (!loading) {
    loading = verifierNamed(name)
    loaded.set(name, loading)
  }
  const verifier = await loading
  started[0] = performance.timeOrigin + performance.now()
  try {
    return { verdict: await verifier.verify(subject), threadId }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    return { verdict: { kind: 'failed', code: 'crashed', message }, threadId }
  }
}
