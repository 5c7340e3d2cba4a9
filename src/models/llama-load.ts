import { stat } from 'node:fs/promises'
import type { Llama, LlamaContext, LlamaModel as NativeModel } from 'node-llama-cpp'
import { Fault } from '../fault.ts'
import { blockTokens } from './llama-sequence.ts'

/** A GGUF file and the room its samples get. */
export interface LlamaFile {
  /** Path of a GGUF file. */
  readonly file: string
  /** Samples that run side by side, each in a context of its own; default 4. More wait their turn. */
  readonly parallel?: number
  /** Tokens of prompt plus answer; default the model's training context, at most 4,096. */
  readonly contextSize?: number
  /**
   * Threads of one sample. Default 1 below 100 million parameters, where threads wait for each other longer than they
   * compute; above, the machine's cores divided by the samples that can run at once (`parallel`, at most 4).
   */
  readonly threads?: number
}

/** A model in memory, and one context for each sample that may run beside others. */
export interface LoadedLlama {
  readonly native: Native
  readonly llama: Llama
  readonly model: NativeModel
  readonly contexts: readonly LlamaContext[]
  /** Tokens that one context holds. */
  readonly contextSize: number
  readonly parameters: number
  dispose(): Promise<void>
}

export type Native = typeof import('node-llama-cpp')

const defaultParallel = 4
const largestDefaultContext = 4096
/** Parameters below which one thread is the fastest: measured at 0.17, 1.3 and 16 million. */
const oneThreadParameters = 100_000_000
/** llama.cpp computes on libuv's threads, of which Node.js has 4: no more samples compute at the same moment. */
const computingAtOnce = 4
/** The version that was tried; others may have other traps. */
const installAdvice = 'Run `npm install node-llama-cpp@3.21.1` (an optional peer of this package).'

/**
 * Loads a GGUF file. Uses no GPU and never builds or downloads anything.
 * @throws Fault `package-missing` when node-llama-cpp or its binary for this machine is not installed;
 * `bad-argument` when the file is not there, is no GGUF that llama.cpp knows, or does not fit into memory, and for
 * options out of range
 */
export async function loadLlama(options: LlamaFile): Promise<LoadedLlama> {
  const { file, parallel = defaultParallel } = options
  for (const name of ['parallel', 'contextSize', 'threads'] as const) {
    const value = options[name]
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      throw new Fault(
        'bad-argument',
        `${name} is ${value}`,
        `Give a whole number of at least 1, or leave ${name} out.`,
      )
    }
  }
  const native = await import('node-llama-cpp').catch((cause: unknown) => {
    throw new Fault('package-missing', 'the package node-llama-cpp is not installed', installAdvice, cause)
  })
  const found = await stat(file).catch((cause: unknown) => {
    throw new Fault('bad-argument', `there is no model file ${file}`, 'Check the path.', cause)
  })
  if (!found.isFile())
    throw new Fault('bad-argument', `${file} is not a file`, 'Give the path of a GGUF file.')
  // llama.cpp tells why it failed only in its log.
  let logged = ''
  const llama = await native
    .getLlama({
      build: 'never',
      gpu: false,
      skipDownload: true,
      // The number of threads would otherwise follow the load, and a text must not.
      maxThreads: 0,
      logLevel: native.LlamaLogLevel.error,
      logger: (_level, message) => {
        logged = message.trim()
      },
    })
    .catch((cause: unknown) => {
      throw new Fault(
        'package-missing',
        'node-llama-cpp has no binary for this machine',
        'Install its optional dependencies (npm does unless told otherwise), or use another model.',
        cause,
      )
    })
  const reason = (cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause)
    return logged === '' ? message : `${message} (${logged})`
  }
  try {
    const model = await llama.loadModel({ modelPath: file }).catch((cause: unknown) => {
      const message = `${file} is not a model that llama.cpp can load: ${reason(cause)}`
      throw new Fault('bad-argument', message, 'Give a GGUF file that fits into memory.', cause)
    })
    const parameters = parametersOf(model)
    const asked = options.contextSize ?? Math.min(model.trainContextSize, largestDefaultContext)
    const cores = Math.floor(llama.cpuMathCores / Math.min(parallel, computingAtOnce))
    const threads = options.threads ?? (parameters < oneThreadParameters ? 1 : Math.max(1, cores))
    const contexts: LlamaContext[] = []
    while (contexts.length < parallel) {
      const created = model.createContext({
        contextSize: asked,
        sequences: 1,
        threads,
        batchSize: Math.min(asked, blockTokens),
      })
      contexts.push(
        await created.catch((cause: unknown) => {
          const message = `${parallel} samples of ${asked} tokens side by side do not fit: ${reason(cause)}`
          throw new Fault('bad-argument', message, 'Lower parallel or contextSize.', cause)
        }),
      )
    }
    const contextSize = Math.min(asked, ...contexts.map((context) => context.contextSize))
    return { native, llama, model, contexts, contextSize, parameters, dispose: () => llama.dispose() }
  } catch (cause) {
    await llama.dispose()
    throw cause
  }
}

/** Counted from the file's tensors. */
function parametersOf(model: NativeModel): number {
  let parameters = 0
  for (const { dimensions } of model.fileInfo.fullTensorInfo ?? []) {
    parameters += dimensions.reduce<number>((product, size) => product * Number(size), 1)
  }
  return parameters
}
