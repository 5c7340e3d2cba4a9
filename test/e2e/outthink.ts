import { spawn } from 'node:child_process'
import { join } from 'node:path'

const entry = join(import.meta.dirname, '../../src/cli/main.ts')

/** What a run of the program left behind. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the program's sources as a process, as a shell would. */
export function outthink(
  args: readonly string[],
  options: {
    readonly env?: Record<string, string>
    readonly interruptOn?: RegExp
    readonly cwd?: string
  } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [entry, ...args], {
      env: { ...process.env, ...options.env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    let interrupted = false
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString()
      if (!interrupted && options.interruptOn?.test(stderr)) {
        interrupted = true
        child.kill('SIGINT')
      }
    })
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
