import type { Json } from '../../src/contract.ts'
import { pointerSegments, wildcardCount } from '../json/pointer-matches.ts'
import { isList, isRecord, type JsonRecord, ownMember } from '../json/record.ts'
import type { Aggregate, Comparison, Constraint, Quantity, Term } from './constraint.ts'

/** Constraints, or which one is malformed and why. */
export type ParsedConstraints =
  | { readonly kind: 'constraints'; readonly constraints: readonly Constraint[] }
  | { readonly kind: 'malformed'; readonly reason: string }

/** Constraints in one list: verdicts are given on the caller's thread. */
const MAX_CONSTRAINTS = 1_000

/** Characters of a malformed constraint that the reason quotes. */
const QUOTED_CHARACTERS = 120

const COMPARISONS: { readonly [op: string]: Comparison } = {
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '=': '=',
  '==': '=',
  '!=': '!=',
}

const AGGREGATES = ['sum', 'count', 'min', 'max', 'mean'] as const satisfies readonly Aggregate[]

/** Members that no other constraint could mean; any other member is a spelling mistake, and is told. */
const KNOWN_MEMBERS = new Set<string>([
  ...AGGREGATES,
  'path',
  'op',
  'value',
  'tolerance',
  'between',
  'allDifferent',
  'integer',
  'name',
])

/** Thrown inside this file only, caught by {@link parsedConstraints}. */
class Malformed extends Error {}

/** Reads a list of constraints. A mistake in one is told with its number: a spec that is half read proves nothing. */
export function parsedConstraints(list: Json): ParsedConstraints {
  if (!isList(list)) return { kind: 'malformed', reason: 'the constraints are not a list' }
  if (list.length === 0) return { kind: 'malformed', reason: 'the list of constraints is empty' }
  if (list.length > MAX_CONSTRAINTS) {
    return { kind: 'malformed', reason: `there are more than ${MAX_CONSTRAINTS} constraints` }
  }
  const constraints: Constraint[] = []
  for (const [index, entry] of list.entries()) {
    try {
      constraints.push(constraint(entry))
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      const quoted = JSON.stringify(entry).slice(0, QUOTED_CHARACTERS)
      return {
        kind: 'malformed',
        reason: `constraint ${index + 1} is malformed: ${error.message} in ${quoted}`,
      }
    }
  }
  return { kind: 'constraints', constraints }
}

function constraint(entry: Json): Constraint {
  if (!isRecord(entry)) throw new Malformed('it is not an object')
  const unknown = Object.keys(entry).find((key) => !KNOWN_MEMBERS.has(key))
  if (unknown !== undefined) throw new Malformed(`unknown member ${JSON.stringify(unknown)}`)
  const name = ownMember(entry, 'name')
  const about = { text: described(entry), ...(typeof name === 'string' ? { name } : {}) }

  const allDifferent = ownMember(entry, 'allDifferent')
  if (allDifferent !== undefined) return { kind: 'all-different', paths: paths(allDifferent), ...about }
  const integer = ownMember(entry, 'integer')
  if (integer === true) return { kind: 'integer', paths: [path(ownMember(entry, 'path'))], ...about }
  if (integer !== undefined) return { kind: 'integer', paths: paths(integer), ...about }

  const aggregate = aggregateIn(entry)
  const single = aggregate === undefined ? path(ownMember(entry, 'path')) : undefined
  const between = ownMember(entry, 'between')
  if (between !== undefined) {
    if (!isList(between) || between.length !== 2) throw new Malformed('"between" is not a list of two')
    const [low, high] = [quantity(between[0]), quantity(between[1])]
    return { kind: 'between', left: aggregate ?? single ?? '', low, high, ...about }
  }

  const op = ownMember(entry, 'op')
  const comparison = typeof op === 'string' && Object.hasOwn(COMPARISONS, op) ? COMPARISONS[op] : undefined
  if (comparison === undefined) throw new Malformed(`"op" is none of ${Object.keys(COMPARISONS).join(' ')}`)
  const tolerance = ownMember(entry, 'tolerance')
  if (tolerance !== undefined && !(typeof tolerance === 'number' && tolerance >= 0)) {
    throw new Malformed('"tolerance" is not a number of at least 0')
  }
  const right = {
    comparison,
    value: quantity(ownMember(entry, 'value')),
    ...(tolerance === undefined ? {} : { tolerance }),
    ...about,
  }
  if (aggregate !== undefined) return { kind: 'aggregate', left: aggregate, ...right }
  return { kind: 'each', path: single ?? '', ...right }
}

function quantity(value: Json | undefined): Quantity {
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'number', value }
  if (value !== undefined && isRecord(value)) {
    const aggregate = aggregateIn(value)
    if (aggregate !== undefined) return aggregate
    if (ownMember(value, 'path') !== undefined)
      return { kind: 'aggregate', over: 'only', terms: [term(value)] }
  }
  throw new Malformed('"value" is neither a number, a {"path"} nor an aggregate')
}

function aggregateIn(record: JsonRecord): Quantity | undefined {
  for (const over of AGGREGATES) {
    const terms = ownMember(record, over)
    if (terms === undefined) continue
    const list = isList(terms) ? terms : [terms]
    if (list.length === 0) throw new Malformed(`"${over}" has no paths`)
    return { kind: 'aggregate', over, terms: list.map(term) }
  }
  return undefined
}

function term(value: Json): Term {
  if (!isRecord(value)) return { path: path(value) }
  const at = path(ownMember(value, 'path'))
  const times = ownMember(value, 'times')
  if (times === undefined) return { path: at }
  if (typeof times === 'number' && Number.isFinite(times)) return { path: at, times }
  const factor = path(times)
  if (wildcardCount(factor) > wildcardCount(at))
    throw new Malformed('"times" has more wildcards than its path')
  return { path: at, times: factor }
}

function paths(value: Json): readonly string[] {
  const list = isList(value) ? value.map(path) : [path(value)]
  if (list.length === 0) throw new Malformed('there are no paths')
  return list
}

function path(value: Json | undefined): string {
  if (typeof value === 'string' && pointerSegments(value) !== undefined) return value
  throw new Malformed(
    `${JSON.stringify(value) ?? 'a missing path'} is not a JSON Pointer such as "/a/b" or "/list/*"`,
  )
}

/** The constraint in few words, for feedback. */
function described(entry: JsonRecord): string {
  const aggregate = AGGREGATES.find((over) => Object.hasOwn(entry, over))
  const left =
    aggregate === undefined
      ? quantityText(ownMember(entry, 'path') ?? '')
      : quantityText({ [aggregate]: entry[aggregate] ?? null })
  const between = ownMember(entry, 'between')
  if (isList(between)) return `${left} must be between ${between.map(quantityText).join(' and ')}`
  const allDifferent = ownMember(entry, 'allDifferent')
  if (allDifferent !== undefined) return `${quantityText(allDifferent)} must all be different`
  const integer = ownMember(entry, 'integer')
  if (integer !== undefined)
    return `${integer === true ? left : quantityText(integer)} must be a whole number`
  const op = ownMember(entry, 'op')
  return `${left} must be ${typeof op === 'string' ? op : ''} ${quantityText(ownMember(entry, 'value') ?? null)}`
}

function quantityText(value: Json): string {
  if (typeof value === 'string') return value
  if (isList(value)) return value.map(quantityText).join(' + ')
  if (!isRecord(value)) return JSON.stringify(value)
  const aggregate = AGGREGATES.find((over) => Object.hasOwn(value, over))
  if (aggregate !== undefined) return `${aggregate}(${quantityText(value[aggregate] ?? null)})`
  const at = quantityText(value['path'] ?? null)
  const times = value['times']
  return times === undefined ? at : `${at} × ${quantityText(times)}`
}
