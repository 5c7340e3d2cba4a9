import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Option, type Command } from 'commander'
import type { Budget } from '../budget/amount.ts'
import { Fault } from '../fault.ts'
import { promptOf, readProblems } from '../models/recording.ts'
import { VerifierPool } from '../pool/verifier-pool.ts'
import { strategyNamed } from '../registry.ts'
import { policies, runSweep, type SweepPoint } from '../sweep/run-sweep.ts'
import {
  addModelOptions,
  addVerifierOptions,
  guideOf,
  modelsOf,
  strategyOf,
  numbers,
  verifierOf,
  wholePositive,
  type ModelOptions,
  type StrategyOptions,
  type VerifierOptions,
} from './common-options.ts'
import { readDifficulty } from './difficulty-file.ts'
import { exitCode } from './exit-code.ts'
import { reportIsolation } from './isolation.ts'
import { startProgress } from './progress.ts'
import { table } from './table.ts'

/** What a budget of a sweep counts; totals, or shares of a total that grow with the prompts. */
const sweepUnits = {
  'calls-per-prompt': (value, prompts) => ({ calls: value * prompts }),
  'tokens-per-prompt': (value, prompts) => ({ tokens: value * prompts }),
  calls: (value) => ({ calls: value }),
  tokens: (value) => ({ tokens: value }),
  usd: (value) => ({ usd: value }),
  flops: (value) => ({ flops: value }),
} satisfies Record<string, (value: number, prompts: number) => Budget>

interface SweepCommandOptions extends ModelOptions, StrategyOptions, VerifierOptions {
  readonly budgets: readonly number[]
  readonly unit: keyof typeof sweepUnits
  readonly orders?: number
  readonly concurrency?: number
  readonly csv?: string
  readonly json?: boolean
}

/** Draw orders a point: replays are cheap, live models are not. */
const replayOrders = 20

export function addSweep(program: Command): void {
  const command = program
    .command('sweep <directory>')
    .description(
      "budget against coverage over a directory's problems.jsonl, beside uniform and drop-solved allocation",
    )
    .requiredOption('--budgets <list>', 'such as 1,3,8', numbers)
    .addOption(
      new Option('--unit <unit>', 'of the budgets')
        .choices(Object.keys(sweepUnits))
        .default('calls-per-prompt'),
    )
    .option(
      '--orders <count>',
      `draw orders a point (default: ${replayOrders} for a replay, 1 for a live model)`,
      wholePositive,
    )
    .option('--concurrency <steps>', 'steps in flight', wholePositive)
    .option('--csv <file>', 'write the table there as CSV, rather than after the table')
    .option('--json', 'print one JSON object')
  addVerifierOptions(addModelOptions(command)).action(
    async (directory: string, options: SweepCommandOptions) => {
      process.exitCode = await sweep(directory, options)
    },
  )
}

async function sweep(directory: string, options: SweepCommandOptions): Promise<number> {
  const started = performance.now()
  const prompts = (await readProblems(join(directory, 'problems.jsonl'))).map(promptOf)
  if (prompts.length === 0)
    throw new Fault('bad-input', `${directory}/problems.jsonl has no problems`, 'Give at least one.')
  const verifier = verifierOf(options)
  if (!verifier)
    throw new Fault('bad-argument', 'a sweep needs a verifier to score with', 'Give --verifier NAME.')
  // Opened once before the work, so that a wrong name is found out now.
  const opened = await modelsOf(options)
  const orders = options.orders ?? (opened[0]?.time === 'virtual' ? replayOrders : 1)
  for (const model of opened) await model.close?.()
  const guide = guideOf(options)
  await using pool = new VerifierPool()
  const checker = await pool.checker(verifier)
  const isolation = await reportIsolation(checker)
  const cells = options.budgets.length * policies.length * orders
  const progress = startProgress(
    cells,
    `Sweeping ${options.budgets.length} budgets over ${prompts.length} prompts, ${orders} draw orders each (seed ${options.seed})`,
  )
  const points = await runSweep({
    prompts,
    models: (seed) => modelsOf(options, seed),
    ...(guide && { guide: await pool.anyChecker(guide) }),
    experience: () => readDifficulty(options.difficulty),
    strategy: (policy) => {
      // Uniform best-of-N is the rival of every strategy that goes by scores.
      if (policy === 'uniform' && strategyOf(options).decides === 'scores')
        return strategyNamed('best-of-n', { stopWhenSolved: false })
      return strategyOf(options)
    },
    checker,
    budgets: options.budgets.map((label) => ({
      label,
      budget: sweepUnits[options.unit](label, prompts.length),
    })),
    orders,
    seed: options.seed,
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    onProgress: (done, total) => progress.update(done, `${done} of ${total} runs`),
  })
  const seconds = Math.round((performance.now() - started) / 10) / 100
  progress.stop(`Done in ${seconds} s`)
  const csv = csvOf(options.unit, points)
  if (options.csv !== undefined) {
    await writeFile(options.csv, csv).catch((cause: unknown) => {
      throw new Fault(
        'bad-argument',
        `${options.csv} cannot be written`,
        'Give --csv a path in a folder that exists.',
        cause,
      )
    })
  }
  if (options.json) {
    const { model, strategy, unit, seed } = options
    console.log(
      JSON.stringify({
        directory,
        model,
        strategy,
        verifier: verifier.name,
        unit,
        seed,
        prompts: prompts.length,
        orders,
        points,
        ...(isolation && { isolation }),
      }),
    )
  } else {
    console.log(tableOf(options.unit, points))
    if (options.csv === undefined) console.log(`\n${csv.trimEnd()}`)
  }
  return exitCode.done
}

const percent = (value: number) => (100 * value).toFixed(1)

function tableOf(unit: string, points: readonly SweepPoint[]): string {
  const head = [
    unit,
    ...policies.map((policy) => `${policy} %`),
    'outthink − drop_solved',
    'tokens spent',
    'overshoot',
  ]
  const rows = points.map(({ budget, policies: by, outthink_minus_drop_solved: difference }) => [
    String(budget),
    ...policies.map((policy) => {
      const [mean, low, high] = by[policy].coverage
      return `${percent(mean)} [${percent(low)}, ${percent(high)}]`
    }),
    `${percent(difference[0])} [${percent(difference[1])}, ${percent(difference[2])}]`,
    policies.map((policy) => Math.round(by[policy].spent.tokens)).join(' / '),
    String(Math.max(...policies.map((policy) => by[policy].overshoot))),
  ])
  return `${table(head, rows)}\n\nShare of prompts whose delivered answer the verifier accepts, with 95 % intervals over prompts.`
}

function csvOf(unit: string, points: readonly SweepPoint[]): string {
  const rows = points.flatMap(({ budget, policies: by }) =>
    policies.map((policy) => {
      const { coverage, spent, overshoot } = by[policy]
      return [
        unit,
        budget,
        policy,
        ...coverage,
        spent.calls,
        spent.inputTokens,
        spent.outputTokens,
        spent.usd ?? '',
        spent.flops ?? '',
        overshoot,
      ].join(',')
    }),
  )
  return `unit,budget,policy,coverage,coverage_low,coverage_high,calls,input_tokens,output_tokens,usd,flops,overshoot\n${rows.join('\n')}\n`
}
