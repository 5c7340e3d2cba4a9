import type { ModelProfile } from '../models/model.ts'
import { OpenAIModel, type ChatClient } from '../models/openai.ts'
import { chatPath, createHandler, type ComputeOptions, type Handler } from './handler.ts'

/** What is needed of an `openai` client (5.6 and later, Azure included): structural, so any installed copy fits. */
export interface FetchConfigurable {
  withOptions(options: { fetch?: typeof fetch; maxRetries?: number }): this
}

export interface WrapOptions extends ComputeOptions {
  /** Price, parameters, context window and efforts of the model that the caller's requests name. */
  readonly profile?: Partial<ModelProfile>
  /** Models of the same server to escalate to, cheapest first; each profile's name is what the server calls it. */
  readonly models?: readonly ModelProfile[]
}

/**
 * The same client, whose chat completions spend a budget: each call may take several samples, verifies them and
 * answers with the best one. It works below the client's own code, at its `fetch`, so promises, `.withResponse()`,
 * `parse`, streams, errors and types are the client's own. Calls that are no chat completions go through untouched.
 *
 * `usage` of a completion is the whole bill of its call; what was done stands in its field `compute` (`computeOf`).
 * When the budget has no room the call fails with a 429 of type `budget_exceeded`, which the client does not retry.
 */
export function wrapOpenAI<Client extends FetchConfigurable>(client: Client, options: WrapOptions): Client {
  // Retries of the client are off inside (each attempt is reserved on its own) and outside (a run is not repeated).
  const inner = client.withOptions({ maxRetries: 0 })
  const { fetch: own } = client as { readonly fetch?: unknown }
  const passThrough = typeof own === 'function' ? (own as typeof fetch) : fetch
  const chat = inner as unknown as ChatClient
  let handler: Handler | undefined
  return client.withOptions({
    maxRetries: 0,
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase()
      if (method !== 'POST' || !new URL(url).pathname.endsWith(chatPath)) return passThrough(input, init)
      handler ??= createHandler({
        ...options,
        models: [
          new OpenAIModel(chat, { profile: { name: 'openai', ...options.profile } }),
          ...(options.models ?? []).map((profile) => new OpenAIModel(chat, { profile, always: true })),
        ],
      })
      return handler(new Request(input, init))
    },
  })
}
