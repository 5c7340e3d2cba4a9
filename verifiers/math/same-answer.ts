import { assignment, sameName } from './assignment.ts'
import { realSet, sameRealSet } from './real-set.ts'
import { proportional, sameExpression } from './same-expression.ts'
import { parseExpression } from './parse-expression.ts'
import { tokenise } from './tokens.ts'
import { call, difference, symbolsOf, type Answer, type Expression, type RelationSign } from './tree.ts'

/** Items of a list that are matched with each other; the work grows with the square. */
const ITEMS_LIMIT = 64

type Scalar = Extract<Answer, { kind: 'scalar' }>

/** Whether two answers are the same, whatever their form. In doubt they are not. */
export async function sameAnswer(left: Answer, right: Answer): Promise<boolean> {
  const [a, b] = [await plain(left), await plain(right)]
  if (a.kind === 'relation' || b.kind === 'relation') return sameRelation(a, b)
  if (a.kind === 'list' && b.kind === 'list') return sameLists(a.items, b.items)
  if (a.kind === b.kind) {
    const same = await sameKind(a, b)
    if (same !== undefined) return same
  }
  if (sameChoice(a, b) || sameChoice(b, a)) return true
  return (await sameTuple(a, b)) || (await sameTuple(b, a)) || sameSets(a, b)
}

/** Undefined when the kind has no rule of its own. */
async function sameKind(a: Answer, b: Answer): Promise<boolean | undefined> {
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    if (a.unit !== '' && b.unit !== '' && a.unit !== b.unit) return false
    if (await sameExpression(a.value, b.value)) return true
    return (await sameWithUnit(a, b)) || sameWithUnit(b, a)
  }
  if (a.kind === 'bracketed' && b.kind === 'bracketed') {
    return a.open === b.open && a.close === b.close && sameInOrder(a.items, b.items)
  }
  if (a.kind === 'matrix' && b.kind === 'matrix') {
    if (a.rows.length !== b.rows.length) return false
    for (const [index, row] of a.rows.entries()) {
      if (!(await sameInOrder(row, b.rows[index] ?? []))) return false
    }
    return true
  }
  if (a.kind === 'ratio' && b.kind === 'ratio') return sameInOrder(a.parts, b.parts)
  if (a.kind === 'based' && b.kind === 'based') return a.digits === b.digits && a.base === b.base
  if (a.kind === 'text' && b.kind === 'text') return a.text === b.text
  if (a.kind === 'opaque' && b.kind === 'opaque') return a.text === b.text
  return undefined
}

/** `5\text{ m}` and `5 m`, where the letter may as well be a symbol. */
async function sameWithUnit(a: Scalar, b: Scalar): Promise<boolean> {
  if (a.unit === '' || b.unit !== '' || symbolsOf(a.value).length > 0 || symbolsOf(b.value).length === 0)
    return false
  const tokens = tokenise(a.unit, 'list')
  const unit = tokens === undefined ? undefined : parseExpression(tokens)
  return unit !== undefined && sameExpression(call('multiply', a.value, unit), b.value)
}

/** `B` and `(B) 12`: the label says which choice it is. */
function sameChoice(label: Answer, answer: Answer): boolean {
  if (label.kind !== 'text' || !/^[A-Z]$/.test(label.text)) return false
  return answer.kind === 'opaque' && answer.text.startsWith(`(${label.text})`)
}

/** A list of one is its item, and a union of listed elements is the list of all of them. */
async function plain(answer: Answer): Promise<Answer> {
  if (answer.kind === 'list') {
    const [only] = answer.items
    // {∅} is not ∅: a set within a set stays one.
    return answer.items.length === 1 && only !== undefined && only.kind !== 'list' ? plain(only) : answer
  }
  if (answer.kind !== 'union' || !answer.parts.every((part) => part.kind === 'list' && part.braced))
    return answer
  const items: Answer[] = []
  for (const part of answer.parts) {
    if (part.kind !== 'list') continue
    for (const item of part.items) {
      if (items.length >= ITEMS_LIMIT) return answer
      if (!(await includes(items, item))) items.push(item)
    }
  }
  return { kind: 'list', items, braced: true }
}

async function includes(items: readonly Answer[], wanted: Answer): Promise<boolean> {
  for (const item of items) {
    if (await sameAnswer(item, wanted)) return true
  }
  return false
}

async function sameInOrder(left: readonly Answer[], right: readonly Answer[]): Promise<boolean> {
  if (left.length !== right.length) return false
  for (const [index, item] of left.entries()) {
    const other = right[index]
    if (other === undefined || !(await sameAnswer(item, other))) return false
  }
  return true
}

async function sameLists(left: readonly Answer[], right: readonly Answer[]): Promise<boolean> {
  if (left.length !== right.length) {
    const [a, b] = [listSet(left), listSet(right)]
    return a !== undefined && b !== undefined && sameRealSet(a, b)
  }
  if (left.length > ITEMS_LIMIT) return false
  const [leftNames, rightNames] = [distinctNames(left), distinctNames(right)]
  // `x = 2, y = 3` against the bare `2, 3`: without names only the order tells which is which.
  if ((leftNames === undefined) !== (rightNames === undefined)) return sameInOrder(left, right)
  const spare = [...right]
  for (const item of left) {
    let found = -1
    for (const [index, other] of spare.entries()) {
      if (await sameAnswer(item, other)) {
        found = index
        break
      }
    }
    if (found < 0) return false
    spare.splice(found, 1)
  }
  return true
}

function listSet(items: readonly Answer[]): ReturnType<typeof realSet> {
  const limits = realSet({ kind: 'list', items, braced: false })
  return limits ?? realSet({ kind: 'list', items, braced: true })
}

/** The names of assignments to different things, or undefined when the items are something else. */
function distinctNames(items: readonly Answer[]): readonly string[] | undefined {
  const names = items.map((item) => assignment(item)?.name)
  const known = names.filter((name) => name !== undefined && name !== '')
  return known.length === items.length && new Set(known).size === items.length && items.length > 1
    ? names.filter((name) => name !== undefined)
    : undefined
}

/** `x = 2, y = 3` is the point (2, 3): the values in the order of their names. */
async function sameTuple(list: Answer, tuple: Answer): Promise<boolean> {
  if (list.kind !== 'list' || list.braced || tuple.kind !== 'bracketed') return false
  if (tuple.open !== '(' || tuple.close !== ')' || list.items.length !== tuple.items.length) return false
  if (distinctNames(list.items) === undefined) return false
  const named = list.items.map((item) => assignment(item)).filter((item) => item !== undefined)
  const values = named.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((item) => item.value)
  return sameInOrder(values, tuple.items)
}

async function sameSets(a: Answer, b: Answer): Promise<boolean> {
  const [name, other] = [restricted(a), restricted(b)]
  if (name !== undefined && other !== undefined && name !== other) return false
  const [left, right] = [realSet(a), realSet(b)]
  return left !== undefined && right !== undefined && sameRealSet(left, right)
}

/** The symbol that an inequality, or a union of some, is about. */
function restricted(answer: Answer): string | undefined {
  if (answer.kind === 'union' || answer.kind === 'intersection')
    return answer.parts.map((part) => restricted(part))[0]
  if (answer.kind === 'list') return answer.items.map((item) => restricted(item))[0]
  if (answer.kind !== 'relation') return undefined
  for (const side of answer.sides)
    if (side.kind === 'scalar' && side.value.kind === 'symbol') return side.value.name
  return undefined
}

async function sameRelation(a: Answer, b: Answer): Promise<boolean> {
  const [left, right] = [assignment(a), assignment(b)]
  if (left !== undefined && right !== undefined) {
    if (sameName(left.name, right.name)) return sameAnswer(left.value, right.value)
    return sameEquation(a, b)
  }
  if (left !== undefined && b.kind !== 'relation') return sameAnswer(left.value, namelessTuple(left.name, b))
  if (right !== undefined && a.kind !== 'relation')
    return sameAnswer(namelessTuple(right.name, a), right.value)
  if (a.kind === 'relation' && b.kind === 'relation' && (await sameEquation(a, b))) return true
  return sameSets(a, b)
}

/** `(x, y) = (2, 3)` against `x = 2, y = 3`. */
function namelessTuple(name: string, answer: Answer): Answer {
  if (!name.startsWith('(') || answer.kind !== 'list') return answer
  const values = new Map<string, Answer>()
  for (const item of answer.items) {
    const named = assignment(item)
    if (named !== undefined) values.set(named.name, named.value)
  }
  const items = name
    .slice(1, -1)
    .split(',')
    .map((part) => values.get(part))
  const known = items.filter((item) => item !== undefined)
  return known.length === items.length && known.length === answer.items.length
    ? { kind: 'bracketed', open: '(', close: ')', items: known }
    : answer
}

/** The same equation or inequality with its terms moved about and both sides multiplied. */
async function sameEquation(a: Answer, b: Answer): Promise<boolean> {
  const [left, right] = [oneSided(a), oneSided(b)]
  if (left === undefined || right === undefined || left.sign !== right.sign) return sameSides(a, b)
  return proportional(left.value, right.value, left.sign === '>' || left.sign === '>=') || sameSides(a, b)
}

/** `2x < 6` as `0 < 6 - 2x`, which is read `6 - 2x > 0`. */
function oneSided(answer: Answer): { readonly value: Expression; readonly sign: RelationSign } | undefined {
  if (answer.kind !== 'relation' || answer.sides.length !== 2) return undefined
  const [left, right] = answer.sides
  const [sign] = answer.signs
  if (left?.kind !== 'scalar' || right?.kind !== 'scalar' || sign === undefined) return undefined
  if (sign === '<') return { value: difference(right.value, left.value), sign: '>' }
  if (sign === '<=') return { value: difference(right.value, left.value), sign: '>=' }
  return { value: difference(left.value, right.value), sign }
}

async function sameSides(a: Answer, b: Answer): Promise<boolean> {
  if (a.kind !== 'relation' || b.kind !== 'relation') return false
  if (a.signs.join(' ') !== b.signs.join(' ')) return false
  return sameInOrder(a.sides, b.sides)
}
