import type { LlamaModel as NativeModel, Token } from 'node-llama-cpp'
import type { Generated, GeneratedToken } from './llama-generate.ts'

/** What stands in a text for bytes that are no whole character yet. */
const replacement = '\uFFFD'

/**
 * A generated answer as an OpenAI chat completion with log probabilities (`choices[0].logprobs.content`), one entry a
 * token of the text. `bytes` is null where a token is a part of a character. The probabilities are those the tokens
 * were drawn with: after temperature, top-k, top-p, min-p and grammar.
 */
export function llamaCompletion(
  model: NativeModel,
  name: string,
  generated: Generated,
  promptTokens: number,
): Record<string, unknown> {
  const spelled = (token: Token, logprob: number) => {
    const text = model.detokenize([token])
    return { token: text, logprob, bytes: text.includes(replacement) ? null : [...Buffer.from(text)] }
  }
  const entry = ({ token, logprob, alternatives }: GeneratedToken) => ({
    ...spelled(token, logprob),
    top_logprobs: alternatives.map((other) => spelled(other.token, other.logprob)),
  })
  const written = generated.tokens.length
  return {
    object: 'chat.completion',
    model: name,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: generated.text },
        finish_reason: generated.finish,
        logprobs: { content: generated.tokens.slice(0, generated.textTokens).map(entry) },
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: written,
      total_tokens: promptTokens + written,
    },
  }
}
