import type { MenuMemory } from '../allocator/menu-memory.ts'
import { limitsOf, type Budget } from '../budget/amount.ts'
import type { Message, Prompt, Strategy, Verifier } from '../contract.ts'
import type { DifficultyLearner } from '../difficulty/learner.ts'
import { Engine } from '../engine.ts'
import { Fault } from '../fault.ts'
import type { Model } from '../models/model.ts'
import { allOf } from '../pool/compose/all-of.ts'
import { VerifierPool, type Checker, type ModelChecker, type VerifierSpec } from '../pool/verifier-pool.ts'
import { limitedStrategy } from '../registry.ts'
import type { Result } from '../result.ts'
import { completionOf, reportOf } from './completion.ts'
import { budgetHeader } from './compute.ts'
import { errorResponse, upstreamError } from './error-response.ts'
import { streamOf } from './stream.ts'

/** What the paths that are handled end in. */
export const chatPath = '/chat/completions'

/** One protocol for the SDK wrapper and the server: a chat completion request in, a response out. */
export type Handler = (request: Request) => Promise<Response>

export interface HandlerOptions extends ComputeOptions {
  /** The caller's own first. */
  readonly models: readonly Model[]
}

/** How compute is spent on calls, for everything that wraps a client. */
export interface ComputeOptions {
  /** Hard limits over all calls of the wrapped client together. */
  readonly budget: Budget
  /** All must accept an answer; names, module paths or verifier objects. Without any, one sample a call is taken. */
  readonly verifiers?: readonly (string | VerifierSpec | Verifier)[]
  /** Default: `auto` with at most 8 candidates a call. */
  readonly strategy?: string | Strategy
  /** A process reward for strategies that are guided, as `VerifierPool.anyChecker` makes it ready. */
  readonly guide?: Checker | ModelChecker
  /** Models that only judge, for the guide's questions. */
  readonly judges?: readonly Model[]
  /** A smaller budget for each call; a call's own header may give another (see `computeHeaders`). */
  readonly callBudget?: Budget
  /** What earlier runs learned of difficulty, and learns on. */
  readonly difficulty?: DifficultyLearner
  /** What earlier runs learned of each kind of step, and learns on. */
  readonly menu?: MenuMemory
  readonly concurrency?: number
  readonly seed?: number
  /** Shares the workers of another wrapper or engine. */
  readonly pool?: VerifierPool
}

/** Most candidates of one call where the strategy is not the caller's. */
const defaultCandidates = 8

/**
 * Handles chat completions on one engine, which lives as long as its budget.
 * @throws Fault `bad-argument`, `unknown-name`, `no-price`, `no-parameters`: at once, for what can be known at once
 */
export function createHandler(options: HandlerOptions): Handler {
  limitsOf(options.budget)
  const { models, verifiers = [], strategy = 'auto', seed = 0 } = options
  const pool = options.pool ?? new VerifierPool()
  const candidates = verifiers.length === 0 ? 1 : defaultCandidates
  const engine = new Engine({
    models: [...models, ...(options.judges ?? [])],
    budget: options.budget,
    strategy:
      typeof strategy === 'string'
        ? limitedStrategy(
            strategy,
            candidates,
            strategy === 'auto' ? { guided: options.guide !== undefined } : {},
          )
        : strategy,
    seed,
    ...(options.guide && { guide: options.guide }),
    ...(options.difficulty && { difficulty: options.difficulty }),
    ...(options.menu && { menu: options.menu }),
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  })
  let checker: Promise<Checker | undefined> | undefined
  let calls = 0

  return async (request) => {
    const body = await readBody(request)
    if (body instanceof Response) return body
    const { messages, ...asked } = body
    let result: Result
    try {
      checker ??= checkerOf(pool, verifiers)
      const ready = await checker
      const header = request.headers.get(budgetHeader)
      const budget = header === null ? options.callBudget : budgetOf(header)
      calls += 1
      const prompt: Prompt = { id: `call-${calls}`, messages: messages as readonly Message[], options: asked }
      result = await engine.solve(prompt, {
        signal: request.signal,
        ...(ready && { checker: ready }),
        ...(budget && { budget }),
      })
    } catch (cause) {
      if (!Fault.isFault(cause)) throw cause
      return errorResponse(400, 'invalid_request_error', cause.code, `${cause.message}. ${cause.advice}`)
    }
    request.signal.throwIfAborted()
    if (!result.answer) return failed(result)
    const identity = {
      id: `chatcmpl-outthink-${calls}`,
      created: Math.floor(Date.now() / 1000),
      model: typeof asked['model'] === 'string' ? asked['model'] : (models[0]?.profile.name ?? ''),
    }
    const completion = completionOf(result, identity)
    const headers = {
      'x-compute-status': result.status,
      'x-compute-samples': String(result.trace.length),
      'x-compute-tokens': String(result.usage.tokens),
    }
    if (asked['stream'] !== true) return Response.json(completion, { headers })
    const includeUsage =
      (asked['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage === true
    return new Response(streamOf(completion, includeUsage), {
      headers: {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-accel-buffering': 'no',
      },
    })
  }
}

async function checkerOf(
  pool: VerifierPool,
  verifiers: readonly (string | VerifierSpec | Verifier)[],
): Promise<Checker | undefined> {
  const ready: Checker[] = []
  for (const verifier of verifiers) {
    ready.push(await pool.checker(typeof verifier === 'string' ? { name: verifier } : verifier))
  }
  return ready.length > 1 ? allOf(ready) : ready[0]
}

async function readBody(request: Request): Promise<Record<string, unknown> | Response> {
  const invalid = (message: string, parameter: string | null = null) =>
    errorResponse(400, 'invalid_request_error', 'invalid_body', message, parameter)
  const body: unknown = await request.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return invalid('The body is not a JSON object.')
  const { messages, n } = body as { readonly messages?: unknown; readonly n?: unknown }
  if (!Array.isArray(messages) || messages.length === 0) return invalid('There are no messages.', 'messages')
  if (typeof n === 'number' && n > 1) {
    return invalid(
      'One answer is chosen from many samples: leave n out, or call the client that is not wrapped.',
      'n',
    )
  }
  return body as Record<string, unknown>
}

function budgetOf(header: string): Budget {
  let budget: unknown
  try {
    budget = JSON.parse(header)
  } catch (cause) {
    throw new Fault(
      'bad-argument',
      `the header ${budgetHeader} is not JSON`,
      'Make it with computeHeaders().',
      cause,
    )
  }
  limitsOf(budget as Budget)
  return budget as Budget
}

/** No candidate: the budget had no room, or the model failed. */
function failed(result: Result): Response {
  const [reason] = result.reasons
  const message = result.reasons.map((each) => each.message).join('; ')
  const compute = { compute: reportOf(result) }
  if (reason?.code === 'budget' || reason?.code === 'deadline' || reason?.code === 'overrun') {
    return errorResponse(429, 'budget_exceeded', 'budget_exceeded', message, null, compute)
  }
  return upstreamError(result.cause, message, compute)
}
