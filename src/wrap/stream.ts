/** Characters of text in one chunk: a few words, as models stream. */
const chunkCharacters = 24

interface Choice {
  readonly index?: number
  readonly message: {
    readonly content?: string | null
    readonly tool_calls?: readonly object[]
    readonly refusal?: string | null
  }
  readonly finish_reason: string | null
}

/**
 * A finished completion as server-sent events: the role, the text in pieces, tool calls, the finish reason, the usage
 * in a chunk of its own if it was asked for, and `[DONE]`. All chunks have one id.
 */
export function streamOf(
  completion: Record<string, unknown>,
  includeUsage: boolean,
): ReadableStream<Uint8Array> {
  const { choices, usage, compute, ...head } = completion
  const [choice] = choices as readonly Choice[]
  const encoder = new TextEncoder()
  const event = (value: unknown) => encoder.encode(`data: ${JSON.stringify(value)}\n\n`)
  const chunk = (delta: object, finish: string | null = null, extra: object = {}) =>
    event({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
      ...(includeUsage && { usage: null }),
      ...extra,
    })
  return new ReadableStream({
    start(controller) {
      const { content, tool_calls: toolCalls, refusal } = choice?.message ?? {}
      controller.enqueue(chunk({ role: 'assistant', content: content == null ? null : '' }))
      for (let at = 0; at < (content?.length ?? 0); at += chunkCharacters) {
        controller.enqueue(chunk({ content: content?.slice(at, at + chunkCharacters) }))
      }
      if (refusal) controller.enqueue(chunk({ refusal }))
      for (const [index, call] of (toolCalls ?? []).entries())
        controller.enqueue(chunk({ tool_calls: [{ index, ...call }] }))
      controller.enqueue(chunk({}, choice?.finish_reason ?? 'stop', { compute }))
      if (includeUsage)
        controller.enqueue(event({ ...head, object: 'chat.completion.chunk', choices: [], usage }))
      controller.enqueue(encoder.encode('data: [DONE]\n\n'))
      controller.close()
    },
  })
}
