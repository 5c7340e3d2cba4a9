import type { Json } from '../../src/contract.ts'

/** A JSON text as a value, or why it is none. */
export type ParsedJson =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'invalid'; readonly reason: string }

/** UTF-16 code units. No model writes a longer answer on purpose, and all later work is linear in it. */
export const MAX_JSON_CHARACTERS = 1_000_000

/** Levels. Everything that walks a value recurses once per level, so this bounds the stack. */
export const MAX_JSON_DEPTH = 256

/** Characters of the engine's own message that are passed on: it quotes the candidate. */
const REASON_CHARACTERS = 160

/**
 * Parses a JSON text without trusting it: capped in size and depth. `__proto__` stays an ordinary own property
 * (as `JSON.parse` defines it, never assigns), the last of duplicate keys wins as it will for the caller, and
 * NaN, Infinity, comments and trailing commas are not JSON.
 */
export function parseJson(source: string): ParsedJson {
  if (source.length > MAX_JSON_CHARACTERS) {
    return { kind: 'invalid', reason: `the JSON is longer than ${MAX_JSON_CHARACTERS} characters` }
  }
  if (deeperThan(source, MAX_JSON_DEPTH)) {
    return { kind: 'invalid', reason: `the JSON is nested deeper than ${MAX_JSON_DEPTH} levels` }
  }
  try {
    const value: Json = JSON.parse(source)
    return { kind: 'value', value }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'invalid', reason: `not valid JSON: ${message.slice(0, REASON_CHARACTERS)}` }
  }
}

/** Whether brackets outside strings ever nest deeper than the limit; looked at before anything recurses. */
function deeperThan(source: string, limit: number): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < source.length; at++) {
    const character = source.charCodeAt(at)
    if (inString) {
      if (character === 0x5c /* backslash */) at++
      else if (character === 0x22 /* quote */) inString = false
    } else if (character === 0x22) inString = true
    else if (character === 0x7b /* { */ || character === 0x5b /* [ */) {
      if (++depth > limit) return true
    } else if (character === 0x7d || character === 0x5d) depth--
  }
  return false
}
