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

/** Everything that may surround the choice within its token: spaces (as some servers spell them), quotes, asterisks. */
const surroundings = /[^\p{L}\p{N}]|Ġ/gu

/**
 * The probabilities of what could have stood in place of a choice, from the log probabilities of an OpenAI chat
 * completion (`choices[0].logprobs.content[].top_logprobs`). `locate` says where in the text the choice is written.
 * Undefined when there are none for it, or when the choice is not one token. Spellings of one choice are added up;
 * the sum is below 1, because only the most likely tokens are told.
 */
export function tokenDistribution(
  raw: unknown,
  locate: (text: string) => { readonly at: number; readonly choice: string } | undefined,
): ReadonlyMap<string, number> | undefined {
  const content = (raw as CompletionWithLogprobs | null | undefined)?.choices?.[0]?.logprobs?.content
  if (!Array.isArray(content)) return undefined
  const tokens = content as readonly TokenLogprob[]
  const place = locate(tokens.map(({ token }) => token).join(''))
  if (!place) return undefined
  let end = 0
  const token = tokens.find((each) => (end += each.token.length) > place.at)
  if (!token?.top_logprobs?.length || bare(token.token) !== place.choice.toLowerCase()) return undefined
  const probabilities = new Map<string, number>()
  for (const { token: text, logprob } of token.top_logprobs) {
    if (!(logprob <= 0)) continue
    const key = bare(text)
    probabilities.set(key, (probabilities.get(key) ?? 0) + Math.exp(logprob))
  }
  return probabilities
}

function bare(token: string): string {
  return token.replaceAll(surroundings, '').toLowerCase()
}
