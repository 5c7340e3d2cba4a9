import jsonpatch from 'fast-json-patch'
import type { Json } from '../contract.ts'
import { locateJson, type LocatedJson } from './locate-json.ts'

/** What a reply to {@link patchRequest} makes of the document. */
export type Patched =
  /** The patch was applied, all of it. */
  | { readonly kind: 'patched'; readonly text: string }
  /** The reply is a whole document and stands for the old one. */
  | { readonly kind: 'rewritten'; readonly text: string }
  /** The document stays as it is. */
  | { readonly kind: 'unusable'; readonly message: string }

/** What asks a model for a patch against its last answer. */
export const patchRequest =
  'Correct your last answer. Reply with nothing but a JSON Patch (RFC 6902): a JSON array of operations like ' +
  '{"op":"replace","path":"/list/0/name","value":1}, and no more operations than are needed.'

/** Operations of one patch, and characters that its `copy` operations may add: more is no correction. */
const mostOperations = 1000
const mostCopied = 1_000_000
/** Tokens that lead out of the document into JavaScript's own objects. */
const banned: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const operationNames: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test'])
const longestPathTold = 80
const index = /^(?:0|[1-9]\d*)$/

type Entries = { readonly [key: string]: Json }
type Operation = Entries & { readonly op: string; readonly path: string }

/** Whether a text holds a JSON object or array, so that a patch against it can be asked for. */
export function isPatchable(text: string): boolean {
  return locateJson(text) !== undefined
}

/**
 * Reads a model's reply as a JSON Patch (RFC 6902) and applies it to a copy of the document: the whole patch or
 * nothing. The reply may be the bare patch, or hold it in a code fence or in prose. The result keeps the document's
 * indentation and the text around it. A reply that is itself a JSON object or array is taken as the new document.
 *
 * Refused, besides what RFC 6902 refuses: paths through `__proto__`, `constructor` or `prototype`, more than 1,000
 * operations, copies of more than a million characters, and documents with numbers that JavaScript cannot hold.
 * Never throws.
 */
export function patched(document: string, reply: string): Patched {
  const answer = locateJson(reply)
  const original = locateJson(document)
  // A document that is no JSON was not asked a patch for.
  if (!original) return { kind: 'rewritten', text: answer?.source ?? reply }
  if (!answer) return unusable('the reply is neither a JSON Patch nor a JSON document')
  const operations = operationsOf(answer.value, original.value)
  if (!operations) return { kind: 'rewritten', text: answer.source }
  const unsafe = original.lossy ?? answer.lossy
  if (unsafe !== undefined) return unusable(`the number ${short(unsafe)} would not stay as it is`)
  if (operations.length === 0) return unusable('the patch is empty')
  if (operations.length > mostOperations) return unusable(`the patch has ${operations.length} operations`)
  try {
    return { kind: 'patched', text: inPlaceOf(original, document, applied(original.value, operations)) }
  } catch (cause) {
    // What remains is depth: a value nested so deeply that the stack ends.
    return unusable(cause instanceof Refused ? cause.message : 'the patch cannot be applied')
  }
}

function unusable(message: string): Patched {
  return { kind: 'unusable', message }
}

/** Why a patch is not applied. */
class Refused extends Error {}

/** A reply's operations, readable or not; undefined when it is no patch but a document. */
function operationsOf(reply: Json, document: Json): readonly Json[] | undefined {
  if (isList(reply)) {
    const meant = reply.length === 0 || reply.some((item) => isEntries(item) && Object.hasOwn(item, 'op'))
    return meant ? reply : undefined
  }
  // One operation without its brackets, unless documents look like that.
  const alone = isOperation(reply) && !(isEntries(document) && Object.hasOwn(document, 'op'))
  return alone ? [reply] : undefined
}

function applied(document: Json, operations: readonly Json[]): Json {
  // Parsed from the text for this purpose: nobody else holds it.
  let result = document
  let copied = 0
  for (const [at, operation] of operations.entries()) {
    if (!isOperation(operation)) throw new Refused(`operation ${at} is none of RFC 6902`)
    const { op, path, from } = operation
    const place = () => `operation ${at} (${op} ${short(path)})`
    const target = tokensOf(path, place)
    requireIndex(result, target, place)
    if (op !== 'move' && op !== 'copy') {
      result = apply(result, operation, place)
      continue
    }
    if (typeof from !== 'string') throw new Refused(`${place()} has no "from"`)
    const value = valueAt(result, tokensOf(from, place))
    if (value === undefined) throw new Refused(`${place()}: there is nothing at ${short(from)}`)
    // Both are an `add` of what is there (RFC 6902, 4.4 and 4.5); done here, so that what they cost is known.
    if (op === 'move') {
      if (path.startsWith(`${from}/`)) throw new Refused(`${place()} moves a value into itself`)
      if (from === path) continue
      if (path !== '') result = apply(result, { op: 'remove', path: from }, place)
      result = apply(result, { op: 'add', path, value }, place)
      continue
    }
    const text = JSON.stringify(value)
    copied += text.length
    if (copied > mostCopied) throw new Refused(`the patch copies more than ${mostCopied} characters`)
    result = apply(result, { op: 'add', path, value: JSON.parse(text) as Json }, place)
  }
  return result
}

function apply(document: Json, operation: Operation, place: () => string): Json {
  try {
    return jsonpatch.applyOperation<Json>(document, operation as never, true, true, true).newDocument
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : ''
    throw new Refused(`${place()}: ${reasons[name] ?? 'the operation cannot be applied'}`, { cause })
  }
}

/** The library's errors quote the whole document; a few words do. */
const reasons: Readonly<Record<string, string>> = {
  TEST_OPERATION_FAILED: 'the test failed',
  OPERATION_PATH_UNRESOLVABLE: 'there is nothing at this path',
  OPERATION_PATH_CANNOT_ADD: 'there is nothing at this path',
  OPERATION_PATH_ILLEGAL_ARRAY_INDEX: 'a list needs a number here',
  OPERATION_VALUE_OUT_OF_BOUNDS: 'the list is shorter',
  OPERATION_VALUE_REQUIRED: 'it has no value',
}

/** The reference tokens of a JSON pointer (RFC 6901). */
function tokensOf(pointer: string, place: () => string): readonly string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new Refused(`${place()}: a path starts with "/"`)
  const tokens = pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (tokens.some((token) => banned.has(token))) throw new Refused(`${place()}: this path is not allowed`)
  return tokens
}

/** An index has one spelling only (RFC 6901, 4); the library would also take `01`, and numbers modulo 2³². */
function requireIndex(document: Json, target: readonly string[], place: () => string): void {
  const token = target.at(-1)
  const list = valueAt(document, target.slice(0, -1))
  if (token === undefined || token === '-' || list === undefined || !isList(list)) return
  if (!index.test(token)) throw new Refused(`${place()}: a list needs a number here`)
  if (Number(token) > list.length) throw new Refused(`${place()}: the list is shorter`)
}

function valueAt(document: Json, tokens: readonly string[]): Json | undefined {
  let value: Json | undefined = document
  for (const token of tokens) {
    if (isList(value)) value = index.test(token) ? value[Number(token)] : undefined
    else if (isEntries(value) && Object.hasOwn(value, token)) value = value[token]
    else return undefined
  }
  return value
}

/** The document's text with its JSON replaced, in the same indentation. */
function inPlaceOf({ source, start }: LocatedJson, document: string, value: Json): string {
  const indentation = /\n([ \t]+)/.exec(source)?.[1] ?? ''
  const text = JSON.stringify(value, null, indentation)
  return document.slice(0, start) + text + document.slice(start + source.length)
}

function short(path: string): string {
  return path.length > longestPathTold ? `${path.slice(0, longestPathTold).toWellFormed()}…` : path
}

function isOperation(value: Json): value is Operation {
  return isEntries(value) && operationNames.has(value['op']) && typeof value['path'] === 'string'
}

function isEntries(value: Json | undefined): value is Entries {
  return typeof value === 'object' && value !== null && !isList(value)
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
