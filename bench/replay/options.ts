import { access } from 'node:fs/promises'
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { recordings } from '../../src/demo/asset.ts'
import { Fault } from '../../src/fault.ts'

/** What every bench is told on its command line. */
export interface BenchOptions {
  /** Where recordings are read from. */
  readonly recordings: string
  /** Print one JSON object instead of a table. */
  readonly json: boolean
  /** At most {@link quickLimits}: minutes become seconds. */
  readonly quick: boolean
  readonly seed: number
}

/** What `--quick` keeps. */
export const quickLimits = { recordings: 12, helpers: 3, orders: 40 } as const
/** Draw orders of a full run: the bars want at least 200. */
export const fullOrders = 200

/** Recordings of other models beside the project, used when they are there. */
const besideTheProject = '../shared/recordings'

/**
 * Reads `[--recordings DIR] [--json] [--quick] [--seed N]`. Without a directory: ../shared/recordings when it is
 * there, else the project's own recording.
 * @throws Fault `bad-argument`
 */
export async function benchOptions(args: readonly string[]): Promise<BenchOptions> {
  const values = parsed(args)
  const seed = Number(values.seed ?? 0)
  if (!Number.isSafeInteger(seed)) {
    throw new Fault('bad-argument', `--seed is ${values.seed}`, 'Give a whole number.')
  }
  return {
    recordings: values.recordings ?? (await defaultRecordings()),
    json: values.json ?? false,
    quick: values.quick ?? false,
    seed,
  }
}

/** The commit of the checkout that a bench ran in, or null outside of one. */
export function commitOf(): string | null {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    // Not a checkout, or no git: the figures stand without a commit.
    return null
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        recordings: { type: 'string' },
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        seed: { type: 'string' },
      },
    }).values
  } catch (cause) {
    throw new Fault(
      'bad-argument',
      cause instanceof Error ? cause.message : String(cause),
      'Options: [--recordings DIR] [--json] [--quick] [--seed N].',
      cause,
    )
  }
}

async function defaultRecordings(): Promise<string> {
  return access(besideTheProject).then(
    () => besideTheProject,
    () => recordings(),
  )
}
