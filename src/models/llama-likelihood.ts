import { loadLlama } from './llama-load.ts'
import { LlamaReader, type LlamaReaderOptions, type Reading, type Scratchpad } from './llama-reader.ts'

/**
 * Any GGUF as a judge of what another model wrote: how likely it would have written the same. A line's number is the
 * product of p(token | all before it) over its tokens, without the newline at its end, so that a finished answer and
 * an unfinished one are read alike. The product over the lines is p(answer | prompt): of a model trained on right
 * answers in one form of words, the share of its belief that this is the one.
 *
 * It needs no training, and is worth what the model knows about the task: a larger one sees the small one's slips. It
 * says little about long free text, where every answer is unlikely. Every token's whole distribution is read, which
 * takes time in proportion to the vocabulary.
 */
export class LlamaLikelihoodModel extends LlamaReader {
  protected readonly cannotTell = 'the model gives the text no probability'

  /**
   * Loads a model; see {@link loadLlama} for what it does not do.
   * @throws Fault `package-missing`, `bad-argument`
   */
  static async open(options: LlamaReaderOptions): Promise<LlamaLikelihoodModel> {
    return new LlamaLikelihoodModel(await loadLlama(options), options)
  }

  protected begin({ tokens, lines }: Scratchpad): Reading {
    const values = lines.map(() => 1)
    // The line that the token at an index belongs to.
    const lineOf = new Map<number, number>()
    for (const [line, { from, to }] of lines.entries()) {
      for (let at = from; at < to; at += 1) lineOf.set(at, line)
    }
    return {
      wants: (at) => lineOf.has(at + 1),
      hears: (at, next) => {
        const line = lineOf.get(at + 1)
        const token = tokens[at + 1]
        if (line !== undefined && token !== undefined) {
          values[line] = (values[line] ?? 1) * (next.get(token) ?? 0)
        }
      },
      values: () => values,
    }
  }
}
