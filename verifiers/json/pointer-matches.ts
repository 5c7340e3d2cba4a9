import type { Json } from '../../src/contract.ts'
import { isList, isRecord } from './record.ts'

/** A value that a pointer reached. */
export interface PointerMatch {
  readonly pointer: string
  readonly value: Json
  /** What each `*` stood for, in order. */
  readonly wildcards: readonly string[]
}

/** All that a pointer reaches. */
export interface PointerMatches {
  readonly matches: readonly PointerMatch[]
  /** The first place that should be there and is not. */
  readonly missing?: string
}

/** Counts down the values visited for one candidate, so that wildcards over wildcards stay linear. */
export interface VisitAllowance {
  left: number
}

const INDEX = /^(0|[1-9]\d{0,8})$/

/** Splits a JSON Pointer into segments, or undefined when it is none. `*` is a wildcard, `~2` a literal `*`. */
export function pointerSegments(pointer: string): readonly string[] | undefined {
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![012])/.test(pointer)) return undefined
  return pointer.slice(1).split('/')
}

/** How many segments of a pointer are wildcards. */
export function wildcardCount(pointer: string): number {
  return (pointerSegments(pointer) ?? []).filter((segment) => segment === '*').length
}

/** A pointer with its wildcards replaced by what they stood for in another match. */
export function boundPointer(pointer: string, wildcards: readonly string[]): string {
  let next = 0
  const segments = pointer.split('/').map((segment) => {
    const bound = segment === '*' ? wildcards[next++] : undefined
    return bound === undefined ? segment : escapedSegment(bound)
  })
  return segments.join('/')
}

/**
 * Follows a JSON Pointer (RFC 6901) with wildcards. Only own members are followed, so `/constructor` or
 * `/length` of a list lead nowhere. A wildcard matches every member of an object or list; an empty one is not
 * missing.
 */
export function pointerMatches(root: Json, pointer: string, allowance: VisitAllowance): PointerMatches {
  let level: readonly PointerMatch[] = [{ pointer: '', value: root, wildcards: [] }]
  let missing: string | undefined
  for (const segment of pointerSegments(pointer) ?? []) {
    const next: PointerMatch[] = []
    for (const match of level) {
      for (const found of stepsInto(match, segment)) {
        if (allowance.left-- <= 0) return { matches: [], missing: `${pointer} (too many values)` }
        if (found.value === undefined) missing ??= found.pointer
        else next.push({ ...found, value: found.value })
      }
    }
    level = next
  }
  return missing === undefined ? { matches: level } : { matches: level, missing }
}

type Reached = Omit<PointerMatch, 'value'> & { readonly value: Json | undefined }

function* stepsInto(match: PointerMatch, segment: string): Generator<Reached> {
  const { value, wildcards } = match
  if (segment === '*') {
    if (isList(value) || isRecord(value)) {
      for (const key of Object.keys(value)) {
        const pointer = `${match.pointer}/${escapedSegment(key)}`
        yield { pointer, value: own(value, key), wildcards: [...wildcards, key] }
      }
    } else yield { pointer: `${match.pointer}/*`, value: undefined, wildcards }
    return
  }
  const key = segment.replaceAll('~2', '*').replaceAll('~1', '/').replaceAll('~0', '~')
  yield { pointer: `${match.pointer}/${segment}`, value: own(value, key), wildcards }
}

function own(value: Json, key: string): Json | undefined {
  if (isList(value)) return INDEX.test(key) ? value[Number(key)] : undefined
  if (isRecord(value)) return Object.hasOwn(value, key) ? value[key] : undefined
  return undefined
}

function escapedSegment(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('*', '~2')
}
