import type { Result } from '../result.ts'

/** What a caller sees of a run, in the `compute` field of a completion. */
export interface ComputeReport {
  readonly status: Result['status']
  readonly samples: number
  readonly usage: Result['usage']
  readonly selected_usage: Result['selectedUsage'] | null
  readonly estimated: boolean
  readonly score: number | null
  readonly reasons: Result['reasons']
}

/**
 * The chosen candidate as an OpenAI chat completion. The provider's own object where there is one, with `usage`
 * replaced by the whole bill; the answer's own usage is in `compute.selected_usage`.
 */
export function completionOf(
  result: Result,
  identity: { readonly id: string; readonly created: number; readonly model: string },
): Record<string, unknown> {
  const { answer, usage } = result
  const own = isCompletion(result.raw) ? result.raw : undefined
  const message = own?.choices[0] ?? {
    index: 0,
    message: {
      role: 'assistant',
      content: answer?.text ?? null,
      ...(answer?.toolCalls && { tool_calls: answer.toolCalls }),
    },
    finish_reason:
      answer?.finish === 'tool-calls' ? 'tool_calls' : answer?.finish === 'length' ? 'length' : 'stop',
    logprobs: null,
  }
  return {
    id: identity.id,
    object: 'chat.completion',
    created: identity.created,
    model: identity.model,
    ...own,
    choices: [message],
    usage: {
      ...own?.usage,
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.tokens,
    },
    compute: reportOf(result),
  }
}

export function reportOf(result: Result): ComputeReport {
  return {
    status: result.status,
    samples: result.trace.length,
    usage: result.usage,
    selected_usage: result.selectedUsage ?? null,
    estimated: result.estimated,
    score: result.verdict?.kind === 'scored' ? result.verdict.score : null,
    reasons: result.reasons,
  }
}

interface Completion {
  readonly choices: readonly unknown[]
  readonly usage?: Readonly<Record<string, unknown>>
}

function isCompletion(raw: unknown): raw is Completion {
  return typeof raw === 'object' && raw !== null && 'choices' in raw && Array.isArray(raw.choices)
}
