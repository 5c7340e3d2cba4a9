import type { Command } from 'commander'
import { armNames, defaultPrompts, defaultTokensPerPrompt, runDemo, type DemoReport } from '../demo/demo.ts'
import { whole, wholePositive } from './common-options.ts'
import { exitCode } from './exit-code.ts'
import { startProgress } from './progress.ts'
import { table } from './table.ts'

interface DemoCommandOptions {
  readonly seed: number
  readonly prompts: number
  readonly budgetTokens?: number
  readonly live?: boolean
  readonly json?: boolean
}

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'one hard token budget over 100 puzzles, spent in three ways by a tiny model in this process',
    )
    .option('--seed <seed>', 'of the puzzles and the draws', whole, 1)
    .option('--prompts <count>', 'number of puzzles', wholePositive, defaultPrompts)
    .option(
      '--budget-tokens <tokens>',
      `total budget of each way (default: ${defaultTokensPerPrompt} a puzzle)`,
      wholePositive,
    )
    .option('--live', 'fail unless the model itself runs, rather than its recording')
    .option('--json', 'print one JSON object')
    .action(async (options: DemoCommandOptions) => {
      process.exitCode = await demo(options)
    })
}

async function demo(options: DemoCommandOptions): Promise<number> {
  const budgetTokens = options.budgetTokens ?? options.prompts * defaultTokensPerPrompt
  const progress = startProgress(
    budgetTokens * armNames.length,
    `Solving ${options.prompts} countdown puzzles three times, each with ${budgetTokens.toLocaleString('en')} tokens (seed ${options.seed})`,
  )
  let fellBack: string | undefined
  const report = await runDemo({
    seed: options.seed,
    prompts: options.prompts,
    budgetTokens,
    onFallback: (reason) => {
      fellBack = reason
    },
    onProgress: ({ spent, solved }) =>
      progress.update(
        spent,
        `solved: uniform ${solved.uniform}, drop-solved ${solved.drop_solved}, outthink ${solved.outthink}`,
      ),
  })
  progress.stop(`Done in ${report.wall_s} s`)
  if (fellBack !== undefined) {
    console.error(
      `The native model was not used (${fellBack}): samples recorded from that same model were replayed.`,
    )
  }
  if (options.json) console.log(JSON.stringify(report))
  else console.log(describe(report))
  return options.live && report.backend !== 'llama' ? exitCode.notLive : exitCode.done
}

const titles = {
  uniform: 'uniform best-of-N',
  drop_solved: 'drop-solved round robin',
  outthink: 'outthink',
} as const

function describe(report: DemoReport): string {
  const { arms } = report
  const sizes = Object.keys(arms.outthink.by_numbers)
  const rows = armNames.map((name) => {
    const arm = arms[name]
    return [
      titles[name],
      `${arm.solved} of ${report.prompts}`,
      arm.tokens.toLocaleString('en'),
      arm.tokens_per_solved === null ? '–' : arm.tokens_per_solved.toLocaleString('en'),
      String(arm.samples),
      String(arm.overshoot),
    ]
  })
  const bySize = armNames.map((name) => [
    titles[name],
    ...sizes.map((size) => {
      const row = arms[name].by_numbers[Number(size)]
      return row
        ? `${row.solved}/${row.prompts} (${Math.round((100 * row.tokens) / arms[name].tokens)} %)`
        : '–'
    }),
  ])
  return [
    '',
    table(['', 'solved', 'tokens spent', 'tokens per solved', 'samples', 'overshoot'], rows),
    '',
    'Solved puzzles by how many numbers they have, and the share of the tokens that went there:',
    '',
    table(['', ...sizes.map((size) => `${size} numbers`)], bySize),
    '',
    `Every way had the same ${report.budget_tokens.toLocaleString('en')} tokens and the same draws of the same model ` +
      `(${report.backend === 'llama' ? 'tiny-1.3m, run in this process' : 'recorded samples of tiny-1.3m'}); seed ${report.seed}.`,
  ].join('\n')
}
