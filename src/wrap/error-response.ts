/** An error in the shape that OpenAI clients turn into their own classes; it is never retried. */
export function errorResponse(
  status: number,
  type: string,
  code: string,
  message: string,
  parameter: string | null = null,
  extra: Readonly<Record<string, unknown>> = {},
): Response {
  return Response.json(
    { error: { message, type, param: parameter, code }, ...extra },
    // The client would run the whole call again on 429 and 5xx: what could be tried was tried inside.
    { status, headers: { 'x-should-retry': 'false' } },
  )
}

/** The provider's own error, passed on with its status; 502 where the provider never answered. */
export function upstreamError(
  cause: unknown,
  message: string,
  extra: Readonly<Record<string, unknown>> = {},
): Response {
  const { status, type, code, param } = (cause ?? {}) as {
    readonly status?: number
    readonly type?: string | null
    readonly code?: string | null
    readonly param?: string | null
  }
  return errorResponse(
    status ?? 502,
    type ?? 'upstream_error',
    code ?? 'upstream_error',
    message,
    param ?? null,
    extra,
  )
}
