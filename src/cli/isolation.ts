import type { Checker, ModelChecker } from '../pool/verifier-pool.ts'

/** What holds model-written programs on this machine, for reports. */
export interface IsolationReport {
  readonly complete: boolean
  readonly in_force: readonly string[]
  readonly missing: readonly { readonly part: string; readonly reason: string }[]
}

/** Tries what holds the programs a checker runs, tells it on standard error, and returns it for the report. */
export async function reportIsolation(
  checker: Checker | ModelChecker | undefined,
): Promise<IsolationReport | undefined> {
  if (!checker || !('isolation' in checker) || !checker.isolation) return undefined
  const parts = await checker.isolation()
  const inForce = parts.filter((part) => part.inForce).map(({ part }) => part)
  const missing = parts
    .filter((part) => !part.inForce)
    .map(({ part, reason = 'not in force' }) => ({ part, reason }))
  console.error(
    missing.length === 0
      ? `Isolation of programs: all ${inForce.length} parts are in force (${inForce.join(', ')})`
      : `Isolation of programs: in force are ${inForce.join(', ') || 'none'}; MISSING ${missing.map(({ part, reason }) => `${part} (${reason})`).join(', ')}`,
  )
  return { complete: missing.length === 0, in_force: inForce, missing }
}
