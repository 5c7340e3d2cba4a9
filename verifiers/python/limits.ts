import type { Json } from '../../src/contract.ts'

/** What one candidate may use. Memory and processes multiply: the worst case is memory × (processes + 1). */
export interface CandidateLimits {
  readonly memoryMegabytes: number
  readonly cpuSeconds: number
  /** Size of the largest file it may write in its scratch folder. */
  readonly fileMegabytes: number
  readonly openFiles: number
  /** Processes and threads besides the first. */
  readonly processes: number
}

export const defaultLimits: CandidateLimits = {
  memoryMegabytes: 512,
  cpuSeconds: 11,
  fileMegabytes: 8,
  openFiles: 64,
  processes: 8,
}

const millisecondsPerSecond = 1000

/** The limits for a deadline, with what a verifier's options change. */
export function limitsFor(
  deadlineMs: number,
  options: { readonly [key: string]: Json } | undefined,
): CandidateLimits {
  const number = (key: string, otherwise: number) => {
    const value = options?.[key]
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : otherwise
  }
  return {
    memoryMegabytes: number('memoryMegabytes', defaultLimits.memoryMegabytes),
    // The wall clock is what ends a candidate; this ends one whose supervisor is gone.
    cpuSeconds: Math.ceil(deadlineMs / millisecondsPerSecond) + 1,
    fileMegabytes: number('fileMegabytes', defaultLimits.fileMegabytes),
    openFiles: defaultLimits.openFiles,
    processes: number('processes', defaultLimits.processes),
  }
}
