import { access } from 'node:fs/promises'
import type {
  ChatWrapper,
  LlamaContext,
  LlamaContextSequence,
  LlamaModel as NativeModel,
  Token,
} from 'node-llama-cpp'
import type { Message, Prompt } from '../contract.ts'
import { Fault } from '../fault.ts'
import { messageText } from './message-text.ts'
import type { Model, ModelProfile, ModelRequest, Sample } from './model.ts'

export interface LlamaOptions {
  /** Path of a GGUF file. */
  readonly file: string
  /** Samples that run side by side, each in a context of its own; default 4. */
  readonly parallel?: number
  /** Tokens of prompt plus answer; default the model's training context, at most 4,096. */
  readonly contextSize?: number
  /** Threads of one sample; default 1, the fastest for models of a few million parameters. */
  readonly threads?: number
  /** Where the caller sets none; default 0.8. */
  readonly temperature?: number
  readonly profile?: Partial<ModelProfile>
}

const defaultParallel = 4
const defaultTemperature = 0.8
const largestDefaultContext = 4096
/** The versions that were tried; others may have other traps. */
const installAdvice = 'Run `npm install node-llama-cpp@3.21.1` (an optional peer of this package).'

type Native = typeof import('node-llama-cpp')

/**
 * A GGUF model in this process, through llama.cpp. Token counts are exact, and the same seed gives the same text:
 * each sample has a context of its own (several sequences in one context of node-llama-cpp 3.21 can corrupt each
 * other), and the last prompt token is always evaluated alone, so that a prompt found in the context and a fresh one
 * are computed the same way.
 */
export class LlamaModel implements Model {
  readonly time = 'live'
  readonly profile: ModelProfile
  readonly #model: NativeModel
  readonly #contexts: readonly LlamaContext[]
  readonly #free: LlamaContextSequence[]
  readonly #waiting: ((sequence: LlamaContextSequence) => void)[] = []
  readonly #temperature: number
  readonly #wrapper: ChatWrapper
  readonly #dispose: () => Promise<void>

  private constructor(parts: Parts) {
    this.#model = parts.model
    this.#contexts = parts.contexts
    this.#free = parts.contexts.map((context) => context.getSequence())
    this.#temperature = parts.options.temperature ?? defaultTemperature
    this.#wrapper = parts.native.resolveChatWrapper(parts.model) ?? new parts.native.GeneralChatWrapper()
    this.#dispose = parts.dispose
    this.profile = {
      name: parts.options.file.replace(/^.*[\\/]/, '').replace(/\.gguf$/, ''),
      parameters: parts.parameters,
      contextWindow: parts.contextSize,
      maxOutputTokens: parts.contextSize,
      ...parts.options.profile,
    }
  }

  /**
   * Loads a model. Uses no GPU and never builds or downloads anything.
   * @throws Fault `package-missing` when node-llama-cpp or its binary for this machine is not installed;
   * `bad-argument` when the file is not there or is no GGUF
   */
  static async open(options: LlamaOptions): Promise<LlamaModel> {
    const native = await import('node-llama-cpp').catch((cause: unknown) => {
      throw new Fault('package-missing', 'the package node-llama-cpp is not installed', installAdvice, cause)
    })
    await access(options.file).catch((cause: unknown) => {
      throw new Fault('bad-argument', `there is no model file ${options.file}`, 'Check the path.', cause)
    })
    const llama = await native
      .getLlama({ build: 'never', gpu: false, logLevel: native.LlamaLogLevel.error, skipDownload: true })
      .catch((cause: unknown) => {
        throw new Fault(
          'package-missing',
          'node-llama-cpp has no binary for this machine',
          'Install its optional dependencies (npm does unless told otherwise), or use another model.',
          cause,
        )
      })
    const model = await llama.loadModel({ modelPath: options.file }).catch((cause: unknown) => {
      throw new Fault(
        'bad-argument',
        `${options.file} is not a model that llama.cpp can load`,
        'Give a GGUF file.',
        cause,
      )
    })
    const contextSize = options.contextSize ?? Math.min(model.trainContextSize, largestDefaultContext)
    const contexts: LlamaContext[] = []
    for (let index = 0; index < (options.parallel ?? defaultParallel); index += 1) {
      contexts.push(
        await model.createContext({
          contextSize,
          sequences: 1,
          threads: options.threads ?? 1,
          batchSize: contextSize,
        }),
      )
    }
    return new LlamaModel({
      native,
      model,
      contexts,
      contextSize,
      options,
      parameters: parametersOf(model),
      dispose: () => llama.dispose(),
    })
  }

  inputTokens(_prompt: Prompt, messages: readonly Message[]): { tokens: number; exact: boolean } {
    return { tokens: this.#tokens(messages).length, exact: true }
  }

  async sample(request: ModelRequest, signal: AbortSignal): Promise<Sample> {
    const sequence = await this.#take()
    const started = performance.now()
    const prompt = this.#tokens(request.messages)
    const usage = { inputTokens: prompt.length, outputTokens: 0 }
    try {
      const written: Token[] = []
      let logprobs = 0
      let stopped = false
      const last = prompt.pop() as Token
      await sequence.adaptStateToTokens(prompt, false)
      const missing = prompt.slice(sequence.nextTokenIndex)
      if (missing.length > 0) await sequence.evaluateWithoutGeneratingNewTokens(missing)
      for await (const { token, confidence } of sequence.evaluateWithMetadata(
        [last],
        { confidence: true },
        this.#samplingOf(request),
      )) {
        usage.outputTokens += 1
        logprobs += Math.log(confidence)
        if (this.#model.isEogToken(token)) {
          stopped = true
          break
        }
        written.push(token)
        if (usage.outputTokens >= request.maxOutputTokens || signal.aborted) break
      }
      const milliseconds = performance.now() - started
      if (signal.aborted) {
        return {
          kind: 'failed',
          code: 'cancelled',
          message: 'the call was cancelled',
          retryable: false,
          usage,
          milliseconds,
        }
      }
      const text = this.#model.detokenize(written)
      if (text.trim() === '') {
        return {
          kind: 'failed',
          code: 'empty',
          message: 'the answer was empty',
          retryable: true,
          usage,
          milliseconds,
        }
      }
      const meanLogprob = logprobs / usage.outputTokens
      return {
        kind: 'answered',
        candidate: { text, finish: stopped ? 'stop' : 'length', meanLogprob },
        usage,
        milliseconds,
      }
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      return {
        kind: 'failed',
        code: 'server',
        message,
        retryable: false,
        usage,
        milliseconds: performance.now() - started,
        cause,
      }
    } finally {
      this.#give(sequence)
    }
  }

  async close(): Promise<void> {
    for (const context of this.#contexts) await context.dispose()
    await this.#model.dispose()
    await this.#dispose()
  }

  #samplingOf({ prompt, seed }: ModelRequest): NativeSampling {
    const option = (name: string, otherwise: number): number => {
      const value = prompt.options?.[name]
      return typeof value === 'number' ? value : otherwise
    }
    return {
      temperature: option('temperature', this.#temperature),
      topP: option('top_p', 1),
      topK: option('top_k', 0),
      minP: option('min_p', 0),
      seed: seed ?? option('seed', 0),
      yieldEogToken: true,
    }
  }

  /** The prompt as the model's own chat template writes it, begin token included; no system prompt is added. */
  #tokens(messages: readonly Message[]): Token[] {
    const { contextText } = this.#wrapper.generateContextState({
      chatHistory: [
        ...messages.map((message) => {
          const text = messageText(message)
          if (message.role === 'assistant') return { type: 'model' as const, response: [text] }
          return { type: message.role === 'user' ? ('user' as const) : ('system' as const), text }
        }),
        { type: 'model' as const, response: [] },
      ],
    })
    const tokens = contextText.tokenize(this.#model.tokenizer)
    const { bos, shouldPrependBosToken } = this.#model.tokens
    return bos !== null && shouldPrependBosToken && tokens[0] !== bos ? [bos, ...tokens] : [...tokens]
  }

  #take(): Promise<LlamaContextSequence> {
    const sequence = this.#free.pop()
    if (sequence) return Promise.resolve(sequence)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #give(sequence: LlamaContextSequence): void {
    const next = this.#waiting.shift()
    if (next) next(sequence)
    else this.#free.push(sequence)
  }
}

type NativeSampling = NonNullable<Parameters<LlamaContextSequence['evaluate']>[1]>

interface Parts {
  readonly native: Native
  readonly model: NativeModel
  readonly contexts: readonly LlamaContext[]
  readonly contextSize: number
  readonly options: LlamaOptions
  readonly parameters: number
  readonly dispose: () => Promise<void>
}

/** Counted from the file's tensors. */
function parametersOf(model: NativeModel): number {
  let parameters = 0
  for (const { dimensions } of model.fileInfo.fullTensorInfo ?? []) {
    parameters += dimensions.reduce<number>((product, size) => product * Number(size), 1)
  }
  return parameters
}
