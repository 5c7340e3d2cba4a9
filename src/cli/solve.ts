import type { Command } from 'commander'
import { hash32 } from '../clock/random.ts'
import { Engine } from '../engine.ts'
import { VerifierPool } from '../pool/verifier-pool.ts'
import {
  addBudgetOptions,
  addModelOptions,
  addVerifierOptions,
  budgetOf,
  guideOf,
  jsonOrText,
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

interface SolveCommandOptions extends ModelOptions, StrategyOptions, VerifierOptions, BudgetOptions {
  readonly reference?: string
  readonly id?: string
  readonly samples?: number
  readonly json?: boolean
}

export function addSolve(program: Command): void {
  const command = program
    .command('solve <prompt>')
    .description('solve one prompt under a budget and print the answer')
    .option('--reference <reference>', 'what the verifier compares with: text or JSON')
    .option('--id <id>', 'of the prompt; a recording is looked up by it, else by the text')
    .option('--samples <count>', 'most candidates', wholePositive)
    .option('--json', 'print one JSON object')
  addBudgetOptions(addVerifierOptions(addModelOptions(command))).action(
    async (prompt: string, options: SolveCommandOptions) => {
      process.exitCode = await solve(prompt, options)
    },
  )
}

async function solve(text: string, options: SolveCommandOptions): Promise<number> {
  const budget = budgetOf(options)
  const strategy = strategyOf(options, options.samples)
  const models = await modelsOf(options)
  const difficulty = await readDifficulty(options.difficulty)
  await using pool = new VerifierPool()
  using interrupted = interruption()
  const verifier = verifierOf(options)
  const checker = verifier && (await pool.anyChecker(verifier))
  const guide = guideOf(options)
  const isolation = await reportIsolation(checker)
  await using engine = new Engine({
    models,
    budget,
    strategy,
    seed: options.seed,
    ...(checker && { checker }),
    ...(guide && { guide: await pool.anyChecker(guide) }),
    ...difficulty,
  })
  const result = await engine.solve(
    {
      id: options.id ?? `prompt-${hash32(text).toString(16)}`,
      messages: [{ role: 'user', content: text }],
      ...(options.reference !== undefined && { reference: jsonOrText(options.reference) }),
    },
    { signal: interrupted.signal },
  )
  for (const model of models) await model.close?.()
  await writeDifficulty(options.difficulty, difficulty)
  const bill = `${result.usage.tokens.toLocaleString('en')} tokens in ${result.usage.calls} calls${result.estimated ? ' (an upper bound: the provider did not say)' : ''}`
  console.error(`${result.status}: ${result.reasons.map((reason) => reason.message).join('; ')}; ${bill}`)
  if (options.json) {
    const { raw: _raw, ...shown } = result
    console.log(JSON.stringify({ ...shown, seed: options.seed, ...(isolation && { isolation }) }))
  } else if (result.answer) {
    console.log(result.answer.text)
  }
  if (interrupted.signal.aborted) return exitCode.interrupted
  if (result.status === 'exhausted') return exitCode.exhausted
  if (result.status !== 'failed') return exitCode.done
  return result.reasons.some(({ code }) => code === 'context' || code === 'recording')
    ? exitCode.badInput
    : exitCode.failed
}
