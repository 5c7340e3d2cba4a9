/**
 * How long a server wants us to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date.
 * Source: RFC 9110 section 10.2.3; `retry-after-ms` is OpenAI's extension.
 */
export function retryAfterOf(headers: unknown, now: () => number = Date.now): number | undefined {
  const milliseconds = Number(read(headers, 'retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds
  const text = read(headers, 'retry-after')
  if (text === undefined) return undefined
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now())
}

function read(headers: unknown, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined
  if (typeof headers === 'object' && headers !== null && name in headers) {
    return String((headers as Record<string, unknown>)[name])
  }
  return undefined
}
