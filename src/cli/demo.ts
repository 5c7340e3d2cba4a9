import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { armNames, arms } from '../demo/arms.ts'
import { defaultPrompts, defaultTokensPerPrompt, runDemo, type DemoReport } from '../demo/demo.ts'
import { demoPage } from '../demo/page.ts'
import { Fault } from '../fault.ts'
import { whole, wholePositive } from './common-options.ts'
import { exitCode } from './exit-code.ts'
import { startProgress } from './progress.ts'
import { table } from './table.ts'

interface DemoCommandOptions {
  readonly seed: number
  readonly prompts: number
  readonly budgetTokens?: number
  readonly html: string
  readonly live?: boolean
  readonly json?: boolean
}

/** Steps of the progress bar. */
const progressSteps = 1000

export function addDemo(program: Command): void {
  program
    .command('demo')
    .description(
      'one hard budget of compute over held-out problems, spent in six ways by two tiny models in this process',
    )
    .option('--seed <seed>', 'of the problems and the draws', whole, 1)
    .option('--prompts <count>', 'number of problems', wholePositive, defaultPrompts)
    .option(
      '--budget-tokens <tokens>',
      `budget of each way, in tokens of the small model (default: ${defaultTokensPerPrompt} a problem)`,
      wholePositive,
    )
    .option('--html <file>', 'where the page with the curve goes', 'outthink-demo.html')
    .option('--live', 'fail unless the models themselves run, rather than their recordings')
    .option('--json', 'print one JSON object')
    .action(async (options: DemoCommandOptions) => {
      process.exitCode = await demo(options)
    })
}

async function demo(options: DemoCommandOptions): Promise<number> {
  const budgetTokens = options.budgetTokens ?? options.prompts * defaultTokensPerPrompt
  const progress = startProgress(
    progressSteps,
    `Solving ${options.prompts} problems in ${armNames.length} ways, each with the compute of ${budgetTokens.toLocaleString('en')} tokens of the small model (seed ${options.seed})`,
  )
  const report = await runDemo({
    seed: options.seed,
    prompts: options.prompts,
    budgetTokens,
    onProgress: ({ share, solved }) =>
      progress.update(
        share * progressSteps,
        `solved: large ${solved.large_once}, small uniform ${solved.uniform}, small outthink ${solved.outthink}, both ${solved.escalate}`,
      ),
  })
  progress.stop(`Done in ${report.wall_s} s`)
  if (report.fallback !== undefined) {
    console.error(
      `The native models were not used (${report.fallback}): samples recorded from those same models were replayed.`,
    )
  }
  await writeFile(options.html, demoPage(report)).catch((cause: unknown) => {
    throw new Fault(
      'bad-argument',
      `${options.html} cannot be written`,
      'Give --html a path in a folder that exists.',
      cause,
    )
  })
  if (options.json) console.log(JSON.stringify(report))
  else console.log(describe(report, options.html))
  return options.live && report.backend !== 'llama' ? exitCode.notLive : exitCode.done
}

function describe(report: DemoReport, page: string): string {
  const { arms: reports } = report
  const levels = Object.keys(reports.outthink.by_level)
  const rows = armNames.map((name) => {
    const arm = reports[name]
    return [
      arms[name].title,
      `${arm.solved} of ${report.prompts}`,
      ...levels.map((level) => {
        const row = arm.by_level[Number(level)]
        return row ? `${row.solved}/${row.prompts}` : '–'
      }),
      (arm.flops / 1e9).toFixed(2),
      arm.tokens.toLocaleString('en'),
      String(arm.overshoot),
    ]
  })
  return [
    '',
    table(
      ['', 'solved', ...levels.map((level) => `level ${level}`), '10⁹ FLOPs', 'tokens', 'overshoot'],
      rows,
    ),
    '',
    'Steps that outthink bought with both models, by level:',
    '',
    ...levels.map(
      (level) => `  level ${level}: ${stepsOf(reports.escalate.by_level[Number(level)]?.steps ?? {})}`,
    ),
    '',
    comparison(report),
    `Every way had ${(report.budget_flops / 1e9).toFixed(2)} × 10⁹ FLOPs (2 × parameters × tokens, prompts and embeddings counted) and the same draws of`,
    `the same models (${report.backend === 'llama' ? 'run in this process' : 'their recorded samples'}); seed ${report.seed}. The curve: ${page}`,
  ].join('\n')
}

function stepsOf(steps: Readonly<Record<string, number>>): string {
  return Object.entries(steps)
    .toSorted(([, left], [, right]) => right - left)
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(', ')
}

/** On which levels the small model with outthink beats the large one, and where it loses. */
function comparison({ arms: reports }: DemoReport): string {
  const levels = Object.keys(reports.outthink.by_level).map(Number)
  const of = (sign: number) =>
    levels.filter((level) => {
      const small = reports.outthink.by_level[level]?.solved ?? 0
      const large = reports.large_once.by_level[level]?.solved ?? 0
      return Math.sign(small - large) === sign
    })
  const said = [
    ['more', of(1)],
    ['as many', of(0)],
    ['fewer', of(-1)],
  ] as const
  const parts = said.flatMap(([what, where]) =>
    where.length > 0 ? [`${what} on level ${where.join(', ')}`] : [],
  )
  return `At equal FLOPs the small model with outthink solves, beside one sample of the large model: ${parts.join('; ')}.`
}
