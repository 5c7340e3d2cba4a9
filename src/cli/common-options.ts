import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Budget } from '../budget/amount.ts'
import { processReward } from '../../verifiers/process-reward.ts'
import type { Json, ModelVerifier, Strategy } from '../contract.ts'
import { Fault } from '../fault.ts'
import type { Effort, ModelProfile } from '../models/model.ts'
import { openModel } from '../models/open-model.ts'
import type { Model } from '../models/model.ts'
import type { Faults } from '../models/replay.ts'
import type { VerifierSpec } from '../pool/verifier-pool.ts'
import {
  limitedStrategy,
  modelVerifierNames,
  strategyNamed,
  strategyNames,
  verifierNames,
} from '../registry.ts'

/** Options that every command with a model has. */
export interface ModelOptions {
  /** The caller's own first; others are there to escalate to. */
  readonly model: readonly string[]
  readonly baseUrl?: string
  /** Of each model, in the order of the models. */
  readonly price?: readonly (readonly [number, number])[]
  readonly params?: readonly number[]
  readonly context?: number
  readonly maxOutputTokens?: number
  readonly effort?: readonly Effort[]
  readonly continuation?: 'final-message' | 'completions'
  readonly judgeModel?: string
  readonly guideModel?: string
  readonly replayFaults?: Faults
  readonly seed: number
}

export interface StrategyOptions {
  readonly strategy: string
  readonly strategyOptions?: { readonly [key: string]: Json }
  /** A file of what earlier runs learned. */
  readonly difficulty?: string
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
  return addSamplerOptions(command, 'again for each model to escalate to', true)
    .option(
      '--judge-model <spec>',
      'answers the questions of judge, reward and process-reward (default: the model itself)',
    )
    .addOption(
      new Option(
        '--replay-faults <shares>',
        'failures to inject, such as 429=0.05,500=0.02,hang=0.01,empty=0.01',
      ).argParser(faults),
    )
    .option('--seed <seed>', 'of every random choice', whole, 0)
}

/**
 * The models that sample and what guides a search.
 * @param again what it means to give `--model` once more
 */
export function addSamplerOptions(command: Command, again: string, mandatory: boolean): Command {
  return command
    .addOption(
      new Option('--model <spec>', `replay:DIRECTORY#MODEL, openai:MODEL or gguf:FILE; ${again}`)
        .argParser(each(String))
        .makeOptionMandatory(mandatory),
    )
    .option(
      '--guide-model <spec>',
      'a process reward model, for strategies that search: llama-value:FILE, llama-likelihood:FILE, vllm-pooling:URL#MODEL',
    )
    .option('--base-url <url>', 'of an OpenAI-compatible server (its key from OPENAI_API_KEY)')
    .option('--price <input,output>', 'dollars per million tokens; again for each --model', each(pair))
    .option('--params <count>', 'parameters, for budgets in FLOPs; again for each --model', each(positive))
    .option(
      '--effort <name[:tokens]>',
      'a reasoning_effort that may be bought, with its output cap; again for more, least first',
      each(effort),
    )
    .addOption(
      new Option(
        '--continuation <how>',
        'how an OpenAI-compatible server goes on where a partial stops (default: asked to by prompt)',
      ).choices(['final-message', 'completions']),
    )
    .option('--context <tokens>', 'context window of the model', wholePositive)
    .option('--max-output-tokens <tokens>', 'output cap of one sample', wholePositive)
}

export function addVerifierOptions(command: Command): Command {
  return addStrategyOptions(
    command
      .option(
        '--verifier <name>',
        `${[...verifierNames, ...modelVerifierNames].join(', ')}, the path of a module, or several: all:numeric+exact`,
      )
      .option('--isolation <level>', '"weak" runs python verifiers also where some isolation is missing'),
  )
}

export function addStrategyOptions(command: Command): Command {
  return command
    .option('--strategy <name>', strategyNames.join(', '), 'auto')
    .option('--strategy-options <json>', 'an object, such as {"length":8}', object)
    .option(
      '--difficulty <file>',
      'what is learned about difficulty: read if it is there, written at the end',
    )
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

/**
 * The models of the command line: those that sample, the one that judges and the one that guides a search.
 * @throws Fault `bad-argument` when there are more prices or parameter counts than models
 */
export async function modelsOf(options: ModelOptions, seed = options.seed): Promise<readonly Model[]> {
  for (const [name, given] of [
    ['--price', options.price],
    ['--params', options.params],
  ] as const) {
    if ((given?.length ?? 0) > options.model.length) {
      throw new Fault(
        'bad-argument',
        `${name} is given ${given?.length} times, and --model ${options.model.length}`,
        `Give ${name} once for each model, in the same order.`,
      )
    }
  }
  const models: Model[] = []
  const shared = {
    environment: process.env,
    ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
  }
  for (const [index, spec] of options.model.entries()) {
    const price = options.price?.[index]
    const parameters = options.params?.[index]
    const profile: Partial<ModelProfile> = {
      ...(price && { price: { inputUsdPerMillion: price[0], outputUsdPerMillion: price[1] } }),
      ...(parameters !== undefined && { parameters }),
      ...(options.context !== undefined && { contextWindow: options.context }),
      ...(options.maxOutputTokens !== undefined && { maxOutputTokens: options.maxOutputTokens }),
      ...(options.effort && { efforts: options.effort }),
    }
    const injected = options.replayFaults && { faults: options.replayFaults }
    const going = options.continuation && { continuation: options.continuation }
    models.push(await openModel(spec, { profile, seed, always: index > 0, ...shared, ...injected, ...going }))
  }
  for (const [role, spec] of [
    ['judge', options.judgeModel],
    ['guide', options.guideModel],
  ] as const) {
    if (spec === undefined) continue
    models.push(await openModel(spec, { profile: { name: `${role} ${spec}`, kinds: ['judge'] }, ...shared }))
  }
  return models
}

/**
 * The strategy of the command line; `auto` searches too where there is a guide.
 * @throws Fault `unknown-name`; `bad-argument` for one that is guided, without `--guide-model`
 */
export function strategyOf(
  { strategy: name, strategyOptions = {}, guideModel }: StrategyOptions & Pick<ModelOptions, 'guideModel'>,
  candidates?: number,
): Strategy {
  const guided = name === 'auto' && guideModel !== undefined ? { guided: true } : {}
  const options = { ...guided, ...strategyOptions }
  const strategy =
    candidates === undefined ? strategyNamed(name, options) : limitedStrategy(name, candidates, options)
  if (strategy.guided === true && guideModel === undefined) {
    throw new Fault(
      'bad-argument',
      `the strategy "${name}" ranks unfinished answers by a process reward, and there is none`,
      'Give --guide-model, such as llama-value:FILE, llama-likelihood:FILE or vllm-pooling:URL#MODEL.',
    )
  }
  return strategy
}

/**
 * The process reward of `--guide-model`: the last step's score, or the product of all where a score is the likelihood
 * of one step; as the model reads lines or blank lines.
 */
export function guideOf({ guideModel }: Pick<ModelOptions, 'guideModel'>): ModelVerifier | undefined {
  if (guideModel === undefined) return undefined
  const lines = guideModel.startsWith('llama-') ? { marker: '\n', delimiter: '\n' } : {}
  const combine = guideModel.startsWith('llama-likelihood:') ? 'product' : 'last'
  return processReward({ model: `guide ${guideModel}`, combine, ...lines })
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

/** An option that may be given again: all its values, in order. */
function each<Value>(
  parse: (text: string) => Value,
): (text: string, before?: readonly Value[]) => readonly Value[] {
  return (text, before = []) => [...before, parse(text)]
}

function object(text: string): { readonly [key: string]: Json } {
  const value = jsonOrText(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidArgumentError('Give a JSON object, such as {"length":8}.')
  return value as { readonly [key: string]: Json }
}

function effort(text: string): Effort {
  const [name = '', cap, ...more] = text.split(':')
  if (name === '' || more.length > 0)
    throw new InvalidArgumentError('Write a name, or a name and tokens: high:8192.')
  const options = { reasoning_effort: name }
  return { name, options, ...(cap !== undefined && { maxOutputTokens: wholePositive(cap) }) }
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
