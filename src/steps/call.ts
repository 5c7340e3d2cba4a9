import type { Model, ModelRequest, Sample } from '../models/model.ts'

/** How long a model may take to end after its signal aborts, in milliseconds; then it is left alone. */
const abortGrace = 200

/**
 * One call to a live model that always ends: it resolves with what the model says, or with a failure once `timeout`
 * milliseconds have passed or the signal aborts and the model has not ended within the grace.
 */
export async function callLive(
  model: Model,
  request: ModelRequest,
  timeout: number,
  signal: AbortSignal,
): Promise<Sample> {
  const controller = new AbortController()
  let ending: NodeJS.Timeout | undefined
  let timedOut = false
  let give: (sample: Sample) => void = () => undefined
  const abandoned = new Promise<Sample>((resolve) => {
    give = resolve
  })
  const end = () => {
    controller.abort(signal.reason)
    ending ??= setTimeout(() => give(ended(timedOut, timeout)), abortGrace)
  }
  const timer =
    timeout === Infinity
      ? undefined
      : setTimeout(
          () => {
            timedOut = true
            end()
          },
          Math.min(timeout, 0x7fffffff),
        )
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  try {
    const sample = await Promise.race([sampleOf(model, request, controller.signal), abandoned])
    // A model that reports our own abort as its failure was stopped by the timeout.
    if (sample.kind === 'failed' && timedOut)
      return { ...ended(true, timeout), ...(sample.usage && { usage: sample.usage }) }
    return sample
  } finally {
    clearTimeout(timer)
    clearTimeout(ending)
    signal.removeEventListener('abort', end)
  }
}

/** One call to a model in virtual time: a latency beyond the timeout is a timeout at that virtual moment. */
export async function callVirtual(model: Model, request: ModelRequest, timeout: number): Promise<Sample> {
  const sample = await sampleOf(model, request, new AbortController().signal)
  const took = sample.milliseconds ?? 0
  return took > timeout ? { ...ended(true, timeout), milliseconds: timeout } : sample
}

/** What a replayed call had generated when it was cancelled: the share of its tokens that its time had brought. */
export function cancelledAt(sample: Sample | undefined, elapsed: number): Sample {
  const cancelled = {
    kind: 'failed',
    code: 'cancelled',
    message: 'no longer wanted',
    retryable: false,
  } as const
  if (!sample?.usage || !sample.milliseconds || sample.milliseconds === Infinity) return cancelled
  const share = Math.min(1, elapsed / sample.milliseconds)
  const { inputTokens, outputTokens } = sample.usage
  return {
    ...cancelled,
    usage: { ...sample.usage, inputTokens, outputTokens: Math.ceil(outputTokens * share) },
  }
}

function ended(timedOut: boolean, timeout: number): Sample {
  return timedOut
    ? {
        kind: 'failed',
        code: 'timeout',
        message: `no answer within ${Math.round(timeout)} ms`,
        retryable: true,
      }
    : { kind: 'failed', code: 'cancelled', message: 'the call was cancelled', retryable: false }
}

/** A model must not throw; one that does has failed this sample. */
async function sampleOf(model: Model, request: ModelRequest, signal: AbortSignal): Promise<Sample> {
  try {
    return await model.sample(request, signal)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    return { kind: 'failed', code: 'connection', message, retryable: false, cause }
  }
}
