import { createHash } from 'node:crypto'
import type { Json } from '../../src/contract.ts'
import { canonicalJson } from '../json/canonical-json.ts'
import { isList, isRecord, type JsonRecord, ownMember } from '../json/record.ts'
import type { WrittenCall } from './written-calls.ts'

/** A call whose references to other calls' results no longer depend on ids. */
export interface ResolvedCall {
  readonly name: string
  /** Arguments with each reference replaced by `{"$result": digest of the call referred to, "path"}`. */
  readonly arguments: JsonRecord
  /** Equal keys are the same call. */
  readonly key: string
  /** JSON Pointers of the arguments that are results of other calls: their type is not known yet. */
  readonly resultPointers: readonly string[]
  readonly faults: readonly string[]
}

/** `$call_1`, `$call_1.result.items`, `${call_1.result}`, `$call_1.result$`. */
const RESULT_TEXT = /^\$\{?([A-Za-z_][\w-]*)((?:\.[\w-]+|\[\d+\])*)\}?\$?$/

/** Ids that mean "the n-th call of this message", from 1. */
const PLACE = /^(?:call|var)_?(\d{1,4})$/

/** Hexadecimal digits: enough that two calls of one message never share a digest. */
const DIGEST_CHARACTERS = 32

/**
 * Resolves what nested calls refer to. Ids are the model's choice and places change when calls are reordered, so a
 * reference becomes the digest of the call it means: two lists of calls that do the same are then equal, whatever
 * their ids. A digest and not the call itself, because calls that refer twice each would grow as powers of two.
 */
export function resolvedCalls(calls: readonly WrittenCall[], inOrder: boolean): readonly ResolvedCall[] {
  const places = new Map<string, number>()
  for (const [place, call] of calls.entries()) {
    if (call.id !== undefined && !places.has(call.id)) places.set(call.id, place)
  }
  const done = new Map<number, ResolvedCall>()
  const open = new Set<number>()

  function resolve(place: number): ResolvedCall {
    const known = done.get(place)
    if (known !== undefined) return known
    const call = calls[place]
    const pointers: string[] = []
    const faults: string[] = []
    open.add(place)
    const given = call?.arguments ?? {}
    const resolved = rewrittenMembers(given, '')
    open.delete(place)
    const tool = call?.name ?? ''
    // Arguments that could not be read are never equal to arguments that could.
    const fault = call?.fault
    const key = canonicalJson({ name: tool, arguments: resolved, ...(fault === undefined ? {} : { fault }) })
    const result = { name: tool, arguments: resolved, key, resultPointers: pointers, faults }
    done.set(place, result)
    return result

    function rewritten(value: Json, pointer: string): Json {
      const reference = referenceIn(value)
      const target = reference === undefined ? undefined : placeOf(reference.id)
      if (reference !== undefined && (target !== undefined || reference.certain)) {
        pointers.push(pointer)
        return { $result: digestOf(target, reference.id), path: reference.path }
      }
      if (isList(value)) return value.map((item, index) => rewritten(item, `${pointer}/${index}`))
      if (!isRecord(value)) return value
      return rewrittenMembers(value, pointer)
    }

    function rewrittenMembers(record: JsonRecord, pointer: string): JsonRecord {
      return Object.fromEntries(
        Object.entries(record).map(([name, item]) => [name, rewritten(item, `${pointer}/${escaped(name)}`)]),
      )
    }

    function digestOf(target: number | undefined, id: string): string {
      if (target === undefined || target >= calls.length) {
        faults.push(`refers to ${id}, which is not among the calls`)
        return `unknown:${id}`
      }
      if (open.has(target)) {
        faults.push(`refers to its own result through ${id}`)
        return `circle:${id}`
      }
      if (inOrder && target > place) faults.push(`refers to ${id}, which comes later`)
      return createHash('sha256').update(resolve(target).key).digest('hex').slice(0, DIGEST_CHARACTERS)
    }
  }

  function placeOf(id: string): number | undefined {
    const place = places.get(id)
    if (place !== undefined) return place
    const ordinal = PLACE.exec(id)?.[1]
    return ordinal === undefined ? undefined : Number(ordinal) - 1
  }

  return calls.map((_, place) => resolve(place))
}

/** A reference; `certain` when it can be nothing else, so that an unknown id is a fault and not a text. */
interface ResultReference {
  readonly id: string
  readonly path: string
  readonly certain: boolean
}

function referenceIn(value: Json): ResultReference | undefined {
  if (typeof value === 'string') return referenceOf(value, false)
  if (!isRecord(value) || Object.keys(value).length !== 1) return undefined
  const target = ownMember(value, '$ref')
  if (typeof target !== 'string') return undefined
  return referenceOf(target.startsWith('$') ? target : `$${target}`, true)
}

function referenceOf(text: string, certain: boolean): ResultReference | undefined {
  const match = RESULT_TEXT.exec(text)
  const id = match?.[1]
  if (id === undefined) return undefined
  // `$call_1` and `$call_1.result` mean the same.
  const path = (match?.[2] ?? '').replace(/^\.(?:result|output)(?=$|[.[])/, '')
  return { id, path, certain: certain || PLACE.test(id) }
}

function escaped(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1')
}
