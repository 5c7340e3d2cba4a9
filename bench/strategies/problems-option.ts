import { Fault } from '../../src/fault.ts'

/**
 * Takes `--problems N` (problems of each task, instead of what a full or quick run has) out of a bench's arguments.
 * @throws Fault `bad-argument`
 */
export function problemsOption(args: readonly string[]): {
  readonly problems: number | undefined
  readonly rest: readonly string[]
} {
  const at = args.indexOf('--problems')
  if (at < 0) return { problems: undefined, rest: args }
  const problems = Number(args[at + 1])
  if (!Number.isSafeInteger(problems) || problems < 1)
    throw new Fault('bad-argument', `--problems is ${args[at + 1]}`, 'Give a whole number of at least 1.')
  return { problems, rest: args.toSpliced(at, 2) }
}
