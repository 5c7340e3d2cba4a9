import type { Json } from '../contract.ts'

/** A JSON object or array within a text. */
export interface LocatedJson {
  readonly value: Json
  /** As it stands in the text. */
  readonly source: string
  /** Where it starts in the text. */
  readonly start: number
  /** A number that JavaScript cannot hold as it is written, if there is one: an id of 20 digits, 1e999. */
  readonly lossy?: string
}

/** Longer texts are not searched. */
const mostCharacters = 1_000_000
/** What ends a reasoning model's thinking; the answer comes after the last one. */
const endOfThought = '</think>'
const fence = /^[ \t]*```[^\n`]*\n([^]*?)^[ \t]*```/gm

/**
 * The JSON object or array that a text consists of, else that in its last code fence, else what stands between its
 * first opening and its last closing bracket. Undefined when there is none.
 */
export function locateJson(text: string): LocatedJson | undefined {
  if (text.length > mostCharacters) return undefined
  const thought = text.lastIndexOf(endOfThought)
  const from = thought === -1 ? 0 : thought + endOfThought.length
  const rest = text.slice(from)
  const whole = parsed(rest, from)
  if (whole) return whole
  for (const match of [...rest.matchAll(fence)].toReversed()) {
    const body = match[1] ?? ''
    const found = parsed(body, from + match.index + match[0].indexOf('\n') + 1)
    if (found) return found
  }
  const opening = rest.search(/[[{]/)
  const closing = Math.max(rest.lastIndexOf(']'), rest.lastIndexOf('}'))
  return opening < 0 ? undefined : parsed(rest.slice(opening, closing + 1), from + opening)
}

function parsed(text: string, at: number): LocatedJson | undefined {
  const source = text.trim()
  if (!/^[[{]/.test(source)) return undefined
  let lossy: string | undefined
  try {
    const value = JSON.parse(source, (_, each: Json, context?: { readonly source?: string }) => {
      if (typeof each === 'number' && context?.source !== undefined && !holds(each, context.source)) {
        lossy ??= context.source
      }
      return each
    }) as Json
    const start = at + text.indexOf(source)
    return { value, source, start, ...(lossy !== undefined && { lossy }) }
  } catch {
    // No JSON, or nested so deeply that the stack ends.
    return undefined
  }
}

/** Whether a number survives: every whole number exactly, any other as well as a double can. */
function holds(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false
  return !/^-?\d+$/.test(source) || BigInt(source) === BigInt(value)
}
