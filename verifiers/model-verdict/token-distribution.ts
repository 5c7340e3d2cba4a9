/** The part of an OpenAI chat completion that has log probabilities. */
interface CompletionWithLogprobs {
  readonly choices?: readonly {
    readonly logprobs?: { readonly content?: readonly TokenLogprob[] | null } | null
  }[]
}

interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  readonly top_logprobs?: readonly { readonly token: string; readonly logprob: number }[]
}

/** What some servers leave in front of a token for a space. */
const spaceMarks = /^[\s▁Ġ]+|\s+$/g

/**
 * The probabilities of the tokens that could have stood where `choice` was written last, from the log probabilities of
 * an OpenAI chat completion; undefined when it has none there. Tokens are trimmed, equal ones added up. They sum to
 * less than 1: only the most likely tokens are told.
 */
export function tokenDistribution(raw: unknown, choice: string): ReadonlyMap<string, number> | undefined {
  const content = (raw as CompletionWithLogprobs | null | undefined)?.choices?.[0]?.logprobs?.content
  if (!Array.isArray(content)) return undefined
  const tokens = content as readonly TokenLogprob[]
  const at = tokens.findLastIndex((each) => trimmed(each.token) === choice)
  const token = tokens[at]
  if (!token?.top_logprobs || token.top_logprobs.length === 0) return undefined
  const probabilities = new Map<string, number>()
  for (const { token: text, logprob } of token.top_logprobs) {
    if (typeof logprob !== 'number' || Number.isNaN(logprob)) continue
    const key = trimmed(text)
    probabilities.set(key, (probabilities.get(key) ?? 0) + Math.exp(logprob))
  }
  return probabilities
}

function trimmed(token: unknown): string {
  return typeof token === 'string' ? token.replaceAll(spaceMarks, '') : ''
}
