import type { Candidate, Json } from '../../src/contract.ts'
import { fencedBlocks } from './fenced-blocks.ts'
import { MAX_JSON_CHARACTERS, parseJson } from './parse-json.ts'

/** The JSON answer of a message, or why there is none. */
export type FoundJson =
  | { readonly kind: 'found'; readonly value: Json; readonly source: string }
  | { readonly kind: 'none'; readonly reason: string }

/** Bracketed spans tried in prose. Each costs at most one pass over the rest, so this keeps the search linear. */
const MAX_SPANS = 64

/** What ends a reasoning model's thinking; the answer is what comes after the last one. */
const END_OF_THOUGHT = '</think>'

/**
 * Finds the JSON a message answers with. In order: the whole message; the last code fence that is JSON; the last
 * JSON object standing in prose, else the last array. A JSON text that is cut off hides what it contains: the inner
 * object of half an answer is not the answer.
 */
export function findJson(candidate: Candidate): FoundJson {
  if (candidate.text.length > MAX_JSON_CHARACTERS) {
    return none(`the answer is longer than ${MAX_JSON_CHARACTERS} characters`)
  }
  const thought = candidate.text.lastIndexOf(END_OF_THOUGHT)
  const text = (
    thought === -1 ? candidate.text : candidate.text.slice(thought + END_OF_THOUGHT.length)
  ).trim()
  if (text === '') return none('the answer is empty')

  const whole = parseJson(text)
  if (whole.kind === 'value') return { kind: 'found', value: whole.value, source: text }

  let reason: string | undefined
  for (const block of fencedBlocks(text).toReversed()) {
    const source = block.body.trim()
    const parsed = parseJson(source)
    if (parsed.kind === 'value') return { kind: 'found', value: parsed.value, source }
    // A fence that says it is JSON is the answer, and so is its fault: no other block is searched for a better one.
    if (block.language.startsWith('json')) return none(parsed.reason)
    if (looksLikeJson(source, 0)) reason ??= parsed.reason
  }
  if (reason !== undefined) return none(reason)
  if (candidate.finish === 'length' && looksLikeJson(text, 0)) return none('the JSON ends early')
  return inProse(text, looksLikeJson(text, 0) ? whole.reason : undefined)
}

function inProse(text: string, wholeReason: string | undefined): FoundJson {
  let object: FoundJson | undefined
  let array: FoundJson | undefined
  let reason = wholeReason
  let at = nextOpener(text, 0)
  for (let tried = 0; at !== -1 && tried < MAX_SPANS; tried++) {
    const end = spanEnd(text, at)
    if (end === -1) {
      if (looksLikeJson(text, at)) {
        reason ??= 'the JSON ends early'
        break
      }
      at = nextOpener(text, at + 1)
      continue
    }
    const source = text.slice(at, end)
    const parsed = parseJson(source)
    if (parsed.kind === 'value') {
      const found: FoundJson = { kind: 'found', value: parsed.value, source }
      if (text.charCodeAt(at) === 0x7b) object = found
      else array = found
    } else if (looksLikeJson(text, at)) reason ??= parsed.reason
    at = nextOpener(text, end)
  }
  return object ?? array ?? none(reason ?? 'the answer holds no JSON')
}

function none(reason: string): FoundJson {
  return { kind: 'none', reason }
}

function nextOpener(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === 0x7b /* { */ || character === 0x5b /* [ */) return at
  }
  return -1
}

/** The index after the bracket that closes the one at `start`, or -1. Brackets in strings do not count. */
function spanEnd(text: string, start: number): number {
  let depth = 0
  let inString = false
  for (let at = start; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (inString) {
      if (character === 0x5c) at++
      else if (character === 0x22) inString = false
    } else if (character === 0x22) inString = true
    else if (character === 0x7b || character === 0x5b) depth++
    else if (character === 0x7d || character === 0x5d) {
      if (--depth === 0) return at + 1
    }
  }
  return -1
}

const OBJECT_START = /\{\s*["}]/y
/** A number is left out: prose is full of `[1]` and `[0, 1)`. */
const ARRAY_START = /\[\s*["{[\]]/y

/** Whether a bracket reads like the start of JSON and not like prose or mathematics. */
function looksLikeJson(text: string, at: number): boolean {
  OBJECT_START.lastIndex = at
  ARRAY_START.lastIndex = at
  return OBJECT_START.test(text) || ARRAY_START.test(text)
}
