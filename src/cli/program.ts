import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { Fault } from '../fault.ts'
import { addBatch } from './batch.ts'
import { addDemo } from './demo.ts'
import { exitCode } from './exit-code.ts'
import { addSolve } from './solve.ts'
import { addSweep } from './sweep.ts'

/** Runs one command; sets the exit code and never throws for what the user did. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('outthink')
    .description('Adaptive test-time compute: one fixed budget over many prompts.')
    .version(versionOf())
    .exitOverride()
    .showHelpAfterError('(add --help for the options)')
  addSolve(program)
  addBatch(program)
  addSweep(program)
  addDemo(program)
  for (const command of program.commands) command.exitOverride()
  try {
    await program.parseAsync(argv)
  } catch (cause) {
    if (cause instanceof CommanderError) {
      process.exitCode = cause.exitCode === 0 ? exitCode.done : exitCode.badInput
      return
    }
    if (!Fault.isFault(cause)) throw cause
    console.error(`${cause.message}\n${cause.advice}`)
    process.exitCode = exitCode.badInput
  }
}

function versionOf(): string {
  const up = import.meta.url.includes('/dist/src/') ? '../../../package.json' : '../../package.json'
  return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version
}
