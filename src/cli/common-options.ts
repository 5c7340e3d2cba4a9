import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Budget } from '../budget/amount.ts'
import type { Json } from '../contract.ts'
import { Fault } from '../fault.ts'
import type { ModelProfile } from '../models/model.ts'
import { openModel } from '../models/open-model.ts'
import type { Model } from '../models/model.ts'
import type { Faults } from '../models/replay.ts'
import type { VerifierSpec } from '../pool/verifier-pool.ts'
import { modelVerifierNames, strategyNames, verifierNames } from '../registry.ts'

/** Options that every command with a model has. */
export interface ModelOptions {
  readonly model: string
  readonly baseUrl?: string
  readonly price?: readonly [number, number]
  readonly params?: number
  readonly context?: number
  readonly maxOutputTokens?: number
  readonly judgeModel?: string
  readonly replayFaults?: Faults
  readonly seed: number
}

export interface VerifierOptions {
  readonly verifier?: string
  readonly isolation?: string
}

export interface BudgetOptions {
  readonly budgetTokens?: number
  readonly budgetCalls?: number
  readonly budgetUsd?: number
  readonly budgetFlops?: number
  readonly budgetMilliseconds?: number
}

export function addModelOptions(command: Command): Command {
  return command
    .requiredOption('--model <spec>', 'replay:DIRECTORY#MODEL, openai:MODEL or gguf:FILE')
    .option(
      '--judge-model <spec>',
      'answers the questions of judge, reward and process-reward (default: the model itself)',
    )
    .option('--base-url <url>', 'of an OpenAI-compatible server (its key from OPENAI_API_KEY)')
    .option('--price <input,output>', 'dollars per million tokens', pair)
    .option('--params <count>', 'parameters of the model, for budgets in FLOPs', positive)
    .option('--context <tokens>', 'context window of the model', wholePositive)
    .option('--max-output-tokens <tokens>', 'output cap of one sample', wholePositive)
    .addOption(
      new Option(
        '--replay-faults <shares>',
        'failures to inject, such as 429=0.05,500=0.02,hang=0.01,empty=0.01',
      ).argParser(faults),
    )
    .option('--seed <seed>', 'of every random choice', whole, 0)
}

export function addVerifierOptions(command: Command): Command {
  return command
    .option(
      '--verifier <name>',
      `${[...verifierNames, ...modelVerifierNames].join(', ')}, the path of a module, or several: all:numeric+exact`,
    )
    .option('--isolation <level>', '"weak" runs python verifiers also where some isolation is missing')
    .option('--strategy <name>', strategyNames.join(', '), 'best-of-n')
}

export function addBudgetOptions(command: Command): Command {
  return command
    .option('--budget-tokens <tokens>', 'input plus output tokens of all prompts together', number)
    .option('--budget-calls <calls>', 'calls of all prompts together', number)
    .option('--budget-usd <dollars>', 'dollars of all prompts together (needs --price)', number)
    .option(
      '--budget-flops <flops>',
      '2 × parameters × tokens of all prompts together (needs --params)',
      number,
    )
    .option('--budget-milliseconds <ms>', 'wall milliseconds until everything must have ended', number)
}

export function modelOf(options: ModelOptions, seed = options.seed): Promise<Model> {
  const profile: Partial<ModelProfile> = {
    ...(options.price && {
      price: { inputUsdPerMillion: options.price[0], outputUsdPerMillion: options.price[1] },
    }),
    ...(options.params !== undefined && { parameters: options.params }),
    ...(options.context !== undefined && { contextWindow: options.context }),
    ...(options.maxOutputTokens !== undefined && { maxOutputTokens: options.maxOutputTokens }),
  }
  return openModel(options.model, {
    profile,
    seed,
    environment: process.env,
    ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
    ...(options.replayFaults && { faults: options.replayFaults }),
  })
}

/** The model, and the one that judges where there is one. */
export async function modelsOf(options: ModelOptions): Promise<readonly [Model, ...Model[]]> {
  const model = await modelOf(options)
  if (options.judgeModel === undefined) return [model]
  const judge = await openModel(options.judgeModel, {
    profile: { name: `judge ${options.judgeModel}`, kinds: ['judge'] },
    environment: process.env,
    ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
  })
  return [model, judge]
}

export function verifierOf(options: VerifierOptions, name = options.verifier): VerifierSpec | undefined {
  if (name === undefined) return undefined
  return { name, ...(options.isolation !== undefined && { options: { isolation: options.isolation } }) }
}

/** @throws Fault `bad-argument` when no limit was given */
export function budgetOf(options: BudgetOptions): Budget {
  const budget: Budget = {
    ...(options.budgetTokens !== undefined && { tokens: options.budgetTokens }),
    ...(options.budgetCalls !== undefined && { calls: options.budgetCalls }),
    ...(options.budgetUsd !== undefined && { usd: options.budgetUsd }),
    ...(options.budgetFlops !== undefined && { flops: options.budgetFlops }),
    ...(options.budgetMilliseconds !== undefined && { milliseconds: options.budgetMilliseconds }),
  }
  if (Object.keys(budget).length === 0) {
    throw new Fault(
      'bad-argument',
      'there is no budget',
      'Give --budget-tokens or another --budget-… option.',
    )
  }
  return budget
}

/** JSON if it is JSON, else the text itself. */
export function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

/** Any number: the budget itself says what is wrong with one that is not above zero. */
export function number(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text)
}

export function positive(text: string): number {
  const value = number(text)
  if (!Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Give a finite number above zero.')
  return value
}

export function wholePositive(text: string): number {
  const value = number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Give a whole number of at least 1.')
  return value
}

export function whole(text: string): number {
  const value = number(text)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('Give a whole number of at least 0.')
  return value
}

export function numbers(text: string): readonly number[] {
  return text.split(',').map(positive)
}

function pair(text: string): readonly [number, number] {
  const [input, output, ...more] = text.split(',').map(number)
  const valid = (value: number | undefined): value is number =>
    value !== undefined && Number.isFinite(value) && value >= 0
  if (!valid(input) || !valid(output) || more.length > 0) {
    throw new InvalidArgumentError('Give two numbers, such as 0.15,0.6.')
  }
  return [input, output]
}

const faultNames: Readonly<Record<string, keyof Faults>> = {
  429: 'rateLimited',
  500: 'server',
  hang: 'hang',
  empty: 'empty',
}

function faults(text: string): Faults {
  const found: { -readonly [name in keyof Faults]: number } = {}
  for (const part of text.split(',')) {
    const [name = '', share = ''] = part.split('=')
    const key = faultNames[name]
    const value = number(share)
    if (!key || !(value >= 0 && value <= 1)) {
      throw new InvalidArgumentError('Write shares of 429, 500, hang and empty, such as 429=0.05,hang=0.01.')
    }
    found[key] = value
  }
  return found
}
