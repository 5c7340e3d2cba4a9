import type { Command } from 'commander'
import { readBatch } from '../batch/read-batch.ts'
import { runBatch } from '../batch/run-batch.ts'
import { VerifierPool } from '../pool/verifier-pool.ts'
import {
  addBudgetOptions,
  addModelOptions,
  addVerifierOptions,
  budgetOf,
  guideOf,
  modelsOf,
  strategyOf,
  verifierOf,
  wholePositive,
  type BudgetOptions,
  type ModelOptions,
  type StrategyOptions,
  type VerifierOptions,
} from './common-options.ts'
import { readDifficulty, writeDifficulty } from './difficulty-file.ts'
import { exitCode } from './exit-code.ts'
import { reportIsolation } from './isolation.ts'
import { interruption } from './interruption.ts'
import { startProgress } from './progress.ts'

interface BatchCommandOptions extends ModelOptions, StrategyOptions, VerifierOptions, BudgetOptions {
  readonly out: string
  readonly concurrency?: number
  readonly json?: boolean
}

/** Prompts that one message lists. */
const mostListed = 10

export function addBatch(program: Command): void {
  const command = program
    .command('batch <in.jsonl>')
    .description('solve OpenAI Batch lines under one total budget')
    .requiredOption('--out <out.jsonl>', 'where the OpenAI Batch output lines go')
    .option('--concurrency <steps>', 'steps in flight', wholePositive)
    .option('--json', 'print one JSON object')
  addBudgetOptions(addVerifierOptions(addModelOptions(command))).action(
    async (file: string, options: BatchCommandOptions) => {
      process.exitCode = await batch(file, options)
    },
  )
}

async function batch(file: string, options: BatchCommandOptions): Promise<number> {
  const lines = await readBatch(file)
  const budget = budgetOf(options)
  const strategy = strategyOf(options)
  const difficulty = await readDifficulty(options.difficulty)
  const models = await modelsOf(options)
  await using pool = new VerifierPool()
  using interrupted = interruption()
  const verifier = verifierOf(options)
  const guide = guideOf(options)
  const isolation = await reportIsolation(verifier && (await pool.anyChecker(verifier)))
  const progress = startProgress(
    lines.length,
    `Solving ${lines.length} prompts of ${file} (seed ${options.seed})`,
  )
  const outcome = await runBatch({
    lines,
    out: options.out,
    models,
    pool,
    strategy,
    budget,
    seed: options.seed,
    signal: interrupted.signal,
    ...(verifier && { verifier }),
    ...(guide && { guide: await pool.anyChecker(guide) }),
    ...difficulty,
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    onProgress: ({ finished, verified, bill }) =>
      progress.update(
        finished,
        `${finished} finished, ${verified} verified, ${bill.tokens.toLocaleString('en')} tokens`,
      ),
  })
  for (const model of models) await model.close?.()
  await writeDifficulty(options.difficulty, difficulty)
  const { report } = outcome
  progress.stop(
    `${outcome.interrupted ? 'Interrupted' : 'Done'}: ${report.verified} verified, ${report.chosen} chosen, ${report.exhausted} exhausted, ${report.failed} failed; ` +
      `${report.spent.tokens.toLocaleString('en')} tokens in ${report.spent.calls} calls; written to ${options.out}`,
  )
  const bad = outcome.unanswered.filter(({ result }) => result.status === 'failed')
  for (const { line, result } of bad.slice(0, mostListed)) {
    console.error(
      `${file}:${line.line}: "${line.prompt.id}" failed: ${result.reasons.map((reason) => reason.message).join('; ')}`,
    )
  }
  if (bad.length > mostListed)
    console.error(`and ${bad.length - mostListed} more that failed; the reasons are in ${options.out}`)
  if (options.json) console.log(JSON.stringify({ ...report, ...(isolation && { isolation }) }))
  if (outcome.interrupted) return exitCode.interrupted
  const badInput = bad.some(({ result }) =>
    result.reasons.some(({ code }) => code === 'context' || code === 'recording'),
  )
  if (badInput) return exitCode.badInput
  const ranOut = outcome.unanswered.some(({ result }) => result.status === 'exhausted')
  if (ranOut) return exitCode.exhausted
  return bad.length === lines.length ? exitCode.failed : exitCode.done
}
