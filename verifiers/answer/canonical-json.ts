import type { Json } from '../../src/contract.ts'

/** Deeper values are not canonicalised: a nest of a million brackets must not overflow the stack. */
const DEPTH_LIMIT = 200

/** The one spelling of a JSON value: keys sorted, no spaces. Undefined when it is nested too deep. */
export function canonicalJson(value: Json): string | undefined {
  return write(value, 0)
}

function write(value: Json, depth: number): string | undefined {
  if (depth > DEPTH_LIMIT) return undefined
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const parts: string[] = []
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) {
      const part = write(item, depth + 1)
      if (part === undefined) return undefined
      parts.push(part)
    }
    return `[${parts.join(',')}]`
  }
  for (const [key, item] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const part = write(item, depth + 1)
    if (part === undefined) return undefined
    parts.push(`${JSON.stringify(key)}:${part}`)
  }
  return `{${parts.join(',')}}`
}
