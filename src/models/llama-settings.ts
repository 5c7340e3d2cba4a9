import type { ModelRequest } from './model.ts'
import { jsonObjectGrammar, schemaGrammar } from './llama-schema.ts'

/** How one sample is to be drawn, as read from a request. */
export interface LlamaSettings {
  readonly temperature: number
  /** 0: no limit. */
  readonly topK: number
  readonly topP: number
  readonly minP: number
  /** Below 2^32 - 1, which would be a random one. */
  readonly seed: number
  /** The caller's own: the answer ends there. */
  readonly stop: readonly string[]
  /** GBNF text with a rule `root`. */
  readonly grammar?: string
  /** Whether the log probability of each token was asked for. */
  readonly logprobs: boolean
  /** Alternatives to tell at each token. */
  readonly topLogprobs: number
}

/** The largest seed plus one; llama.cpp reads 2^32 - 1 as "any". */
const seedRange = 2 ** 32 - 1
const mostTopLogprobs = 20

/** Options that change the answer, that this backend has not, and what to do instead. */
const refusedOptions: Readonly<Record<string, string>> = {
  tools: 'Leave tools out, or use a server that has them.',
  functions: 'Leave functions out, or use a server that has them.',
  logit_bias: 'Leave logit_bias out; a grammar can forbid texts.',
  frequency_penalty: 'Leave frequency_penalty out; temperature, top_k, top_p and min_p are there.',
  presence_penalty: 'Leave presence_penalty out; temperature, top_k, top_p and min_p are there.',
  repetition_penalty: 'Leave repetition_penalty out; temperature, top_k, top_p and min_p are there.',
  repeat_penalty: 'Leave repeat_penalty out; temperature, top_k, top_p and min_p are there.',
  audio: 'Leave audio out: the model writes text.',
  web_search_options: 'Leave web_search_options out: the model has no network.',
}

/** Values of those options that ask for nothing; 1 is the neutral value of two penalties. */
function asksForNothing(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0) return true
  if (name.startsWith('repe')) return value === 1
  return typeof value === 'object' && Object.keys(value).length === 0
}

class Refusal extends Error {}

/**
 * Reads `temperature`, `top_k`, `top_p`, `min_p`, `seed`, `stop`, `response_format`, `grammar` (GBNF text), `logprobs`
 * and `top_logprobs`. Options that would change the answer and cannot be had are refused; all others are ignored.
 * @returns the settings, or why the request is refused and what to do
 */
export function llamaSettings(
  request: ModelRequest,
  defaultTemperature: number,
): LlamaSettings | { readonly refused: string } {
  const options = request.prompt.options ?? {}
  const number = (
    name: string,
    otherwise: number,
    lowest: number,
    highest: number,
    whole = false,
  ): number => {
    const value = options[name] ?? otherwise
    if (
      typeof value === 'number' &&
      value >= lowest &&
      value <= highest &&
      (!whole || Number.isInteger(value))
    ) {
      return value
    }
    const kind = whole ? 'a whole number' : 'a number'
    const range = highest === Number.MAX_VALUE ? `of at least ${lowest}` : `from ${lowest} to ${highest}`
    throw new Refusal(`${name} is ${JSON.stringify(value)}. Give ${kind} ${range}.`)
  }
  try {
    for (const [name, advice] of Object.entries(refusedOptions)) {
      if (name === 'tools' && options['tool_choice'] === 'none') continue
      if (!asksForNothing(name, options[name])) {
        throw new Refusal(`a model run by llama.cpp in this process has no ${name}. ${advice}`)
      }
    }
    const { lowest, highest } = { lowest: Number.MIN_SAFE_INTEGER, highest: Number.MAX_SAFE_INTEGER }
    const seed = request.seed ?? number('seed', 0, lowest, highest, true)
    const grammar = grammarOf(options)
    return {
      temperature: number('temperature', defaultTemperature, 0, Number.MAX_VALUE),
      // Some servers write "no limit" as -1.
      topK: Math.max(0, number('top_k', 0, -1, 2 ** 31 - 1, true)),
      topP: number('top_p', 1, 0, 1),
      minP: number('min_p', 0, 0, 1),
      seed: ((seed % seedRange) + seedRange) % seedRange,
      stop: stopOf(options['stop']),
      ...(grammar !== undefined && { grammar }),
      logprobs: options['logprobs'] === true,
      topLogprobs: options['logprobs'] === true ? number('top_logprobs', 0, 0, mostTopLogprobs, true) : 0,
    }
  } catch (cause) {
    if (cause instanceof Refusal) return { refused: cause.message }
    throw cause
  }
}

function stopOf(stop: unknown): readonly string[] {
  const texts: unknown = typeof stop === 'string' ? [stop] : (stop ?? [])
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string' && text !== '')) {
    return texts as readonly string[]
  }
  throw new Refusal(`stop is ${JSON.stringify(stop)}. Give a text or an array of texts, none of them empty.`)
}

function grammarOf(options: NonNullable<ModelRequest['prompt']['options']>): string | undefined {
  const { grammar, response_format: format } = options
  const type: unknown = (format as { readonly type?: unknown } | null | undefined)?.type ?? 'text'
  if (grammar !== undefined && grammar !== null) {
    if (typeof grammar !== 'string')
      throw new Refusal('grammar is no text. Give GBNF text with a rule "root".')
    if (type !== 'text') throw new Refusal('grammar and response_format are both given. Give one of them.')
    return grammar
  }
  if (type === 'text') return undefined
  if (type === 'json_object') return jsonObjectGrammar
  if (type === 'json_schema') {
    const { schema = true } =
      (format as { readonly json_schema?: { readonly schema?: unknown } }).json_schema ?? {}
    const made = schemaGrammar(schema)
    if ('grammar' in made) return made.grammar
    throw new Refusal(
      `no grammar can be made of the schema: ${made.refused}. Leave that part out and let a verifier check it.`,
    )
  }
  throw new Refusal(
    `response_format is ${JSON.stringify(type)}. Give "text", "json_object" or "json_schema", or a grammar in GBNF.`,
  )
}
