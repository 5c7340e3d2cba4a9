import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { amountText } from '../demo/amounts.ts'
import { armNames } from '../demo/arms.ts'
import { defaultPrompts, defaultTokensPerPrompt, runDemo, type DemoReport } from '../demo/demo.ts'
import { demoPage } from '../demo/page.ts'
import { settingsText, titleOf, type DemoSettings } from '../demo/settings.ts'
import { Fault } from '../fault.ts'
import {
  addSamplerOptions,
  addStrategyOptions,
  strategyOf,
  whole,
  wholePositive,
  type StrategyOptions,
} from './common-options.ts'
import { demoModels, type DemoModelOptions } from './demo-models.ts'
import { readDifficulty, writeDifficulty, type Experience } from './difficulty-file.ts'
import { exitCode } from './exit-code.ts'
import { startProgress } from './progress.ts'
import { table } from './table.ts'

interface DemoCommandOptions extends DemoModelOptions, StrategyOptions {
  readonly prompts: number
  readonly budgetTokens?: number
  readonly html: string
  readonly live?: boolean
  readonly json?: boolean
}

/** Steps of the progress bar. */
const progressSteps = 1000

export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'one hard budget of compute over held-out problems, spent in six ways by two tiny models in this process, or by two others',
    )
    .option('--seed <seed>', 'of the problems and the draws', whole, 1)
    .option('--prompts <count>', 'number of problems', wholePositive, defaultPrompts)
    .option(
      '--budget-tokens <tokens>',
      `budget of each way, in tokens of the small model, output tokens with --price (default: ${defaultTokensPerPrompt} a problem)`,
      wholePositive,
    )
    .option('--html <file>', 'where the page with the curve goes', 'outthink-demo.html')
    .option('--live', 'fail unless the models themselves run, rather than their recordings')
    .option('--json', 'print one JSON object')
  const again = 'given twice, the small one first, in place of those that are shipped'
  addStrategyOptions(addSamplerOptions(command, again, false)).action(async (options: DemoCommandOptions) => {
    process.exitCode = await demo(options)
  })
}

async function demo(options: DemoCommandOptions): Promise<number> {
  const strategy = strategyOf(options)
  const learned = await readDifficulty(options.difficulty)
  const settings = settingsOf(options, learned)
  const models = await demoModels(options)
  const budgetTokens = options.budgetTokens ?? options.prompts * defaultTokensPerPrompt
  const progress = startProgress(
    progressSteps,
    `Solving ${options.prompts} problems in ${armNames.length} ways, each with ${options.price ? 'the price' : 'the compute'} of ${budgetTokens.toLocaleString('en')} ${options.price ? 'output ' : ''}tokens of the small model (seed ${options.seed})`,
  )
  const ran = await runDemo({
    seed: options.seed,
    prompts: options.prompts,
    budgetTokens,
    strategy,
    ...models,
    // What is saved was learned with the whole budget; the other runs know as much beforehand and no more.
    experience: async (share) => (share === 1 ? learned : readDifficulty(options.difficulty)),
    onProgress: ({ share, solved }) =>
      progress.update(
        share * progressSteps,
        `solved: large ${solved.large_once}, small uniform ${solved.uniform}, small outthink ${solved.outthink}, both ${solved.escalate}`,
      ),
  })
  const report = { ...ran, ...settings }
  progress.stop(`Done in ${report.wall_s} s`)
  if (report.fallback !== undefined) {
    console.error(
      `The native models were not used (${report.fallback}): samples recorded from those same models were replayed.`,
    )
  }
  for (const { model, calls, failed, message } of report.failed_calls ?? [])
    console.error(`${failed} of ${calls} calls of ${model} failed, the last one so: ${message}`)
  if (report.failed_calls && armNames.every((name) => report.arms[name].tokens === 0)) return exitCode.failed
  await writeDifficulty(options.difficulty, learned)
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
  return options.live && report.backend === 'replay' ? exitCode.notLive : exitCode.done
}

/** What is not the default. */
function settingsOf(options: DemoCommandOptions, learned: Experience | undefined): DemoSettings {
  const { strategy, strategyOptions, model, guideModel, difficulty } = options
  return {
    ...((strategy !== 'auto' || strategyOptions) && { strategy }),
    ...(strategyOptions && { strategy_options: strategyOptions }),
    ...(model && { model }),
    ...(guideModel !== undefined && { guide_model: guideModel }),
    ...(difficulty !== undefined &&
      learned && { difficulty: { file: difficulty, outcomes: learned.difficulty.toJSON().outcomes.length } }),
  }
}

function describe(report: DemoReport, page: string): string {
  const { arms: reports } = report
  const amounts = amountText(report)
  const levels = Object.keys(reports.outthink.by_level)
  const rows = armNames.map((name) => {
    const arm = reports[name]
    return [
      titleOf(name, report),
      `${arm.solved} of ${report.prompts}`,
      ...levels.map((level) => {
        const row = arm.by_level[Number(level)]
        return row ? `${row.solved}/${row.prompts}` : '–'
      }),
      amounts.cell(arm.flops ?? arm.usd ?? 0),
      arm.tokens.toLocaleString('en'),
      String(arm.overshoot),
    ]
  })
  return [
    '',
    table(
      ['', 'solved', ...levels.map((level) => `level ${level}`), amounts.head, 'tokens', 'overshoot'],
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
    `Every way had ${amounts.said(report.budget_flops ?? report.budget_usd ?? 0)} (${amounts.counted}) and the same draws of`,
    `the same models (${backends[report.backend]}); seed ${report.seed}. The curve: ${page}`,
    ...settingsText(report),
  ].join('\n')
}

const backends = {
  llama: 'run in this process',
  live: 'called live',
  replay: 'their recorded samples',
} as const

function stepsOf(steps: Readonly<Record<string, number>>): string {
  return Object.entries(steps)
    .toSorted(([, left], [, right]) => right - left)
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(', ')
}

/** On which levels the small model with outthink beats the large one, and where it loses. */
function comparison(report: DemoReport): string {
  const { arms: reports } = report
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
  return `At equal ${amountText(report).unit} the small model with outthink solves, beside one sample of the large model: ${parts.join('; ')}.`
}
