import type { Token } from 'node-llama-cpp'
import { Fault } from '../fault.ts'
import { loadLlama, type LoadedLlama } from './llama-load.ts'
import { LlamaReader, type LlamaReaderOptions, type Reading, type Scratchpad } from './llama-reader.ts'

export interface LlamaValueOptions extends LlamaReaderOptions {
  /** The token that means "this can still come right"; default `<|good|>`. */
  readonly goodToken?: string
  /** The token that means "this will not come right"; default `<|bad|>`. */
  readonly badToken?: string
}

/**
 * A value model: a GGUF trained to say `<|good|>` or `<|bad|>` after each line of a scratchpad. A line's number is
 * P(good) / (P(good) + P(bad)) as the next token after its newline (after its last token, where the text ends without
 * one).
 */
export class LlamaValueModel extends LlamaReader {
  protected readonly cannotTell =
    'the model gives neither of its two tokens any probability: is it a value model?'
  readonly #good: Token
  readonly #bad: Token

  private constructor(loaded: LoadedLlama, options: LlamaValueOptions) {
    super(loaded, options)
    const { file, goodToken = '<|good|>', badToken = '<|bad|>' } = options
    this.#good = tokenOf(loaded, goodToken, file)
    this.#bad = tokenOf(loaded, badToken, file)
  }

  /**
   * Loads a value model; see {@link loadLlama} for what it does not do.
   * @throws Fault `package-missing`; `bad-argument`, also for a file that lacks one of the two tokens
   */
  static async open(options: LlamaValueOptions): Promise<LlamaValueModel> {
    const loaded = await loadLlama(options)
    try {
      return new LlamaValueModel(loaded, options)
    } catch (cause) {
      await loaded.dispose()
      throw cause
    }
  }

  protected begin({ lines }: Scratchpad): Reading {
    const asked = new Set(lines.map(({ end }) => end - 1))
    const values: number[] = []
    return {
      wants: (at) => asked.has(at),
      hears: (_at, next) => {
        const good = next.get(this.#good) ?? 0
        const bad = next.get(this.#bad) ?? 0
        values.push(good / (good + bad))
      },
      values: () => values,
    }
  }
}

function tokenOf({ model }: LoadedLlama, text: string, file: string): Token {
  const tokens = model.tokenize(text, true)
  const [token] = tokens
  if (token !== undefined && tokens.length === 1) return token
  throw new Fault(
    'bad-argument',
    `${file} has no token ${text}`,
    'Give a value model, or name its two tokens with goodToken and badToken.',
  )
}
