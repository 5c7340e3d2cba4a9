import { estimate, isReal } from './estimate.ts'
import { infinityOf, sameExpression } from './same-expression.ts'
import { symbolsOf, type Answer, type Expression, type RelationSign } from './tree.ts'

/** One end of a piece: where it is, exactly and as a number, and whether it is left out. */
interface End {
  readonly at: Expression
  readonly position: number
  readonly open: boolean
}

/** An interval, or a point when both ends are one. */
export interface Piece {
  readonly low: End
  readonly high: End
}

/** A set of real numbers: pieces in order, apart from each other. */
export type RealSet = readonly Piece[]

const INFINITY: Expression = { kind: 'constant', name: 'infinity' }
const HIGHEST: End = { at: INFINITY, position: Number.POSITIVE_INFINITY, open: true }
const LOWEST: End = {
  at: { kind: 'call', operation: 'negate', parts: [INFINITY] },
  position: Number.NEGATIVE_INFINITY,
  open: true,
}
const LINE: RealSet = [{ low: LOWEST, high: HIGHEST }]

/** The set of real numbers that an answer describes; undefined when it describes something else. */
export function realSet(answer: Answer): RealSet | undefined {
  switch (answer.kind) {
    case 'bracketed':
      return interval(answer)
    case 'relation':
      return fromRelation(answer.sides, answer.signs)
    case 'union': {
      const parts = setsOf(answer.parts)
      return parts === undefined ? undefined : tidy(parts.flat())
    }
    case 'intersection': {
      const parts = setsOf(answer.parts)
      return parts?.reduce((left, right) => common(left, right))
    }
    case 'difference': {
      const [from, without] = [realSet(answer.from), realSet(answer.without)]
      return from === undefined || without === undefined ? undefined : common(from, complement(without))
    }
    case 'list':
      return answer.braced ? points(answer.items) : restrictions(answer.items)
    default:
      return undefined
  }
}

export async function sameRealSet(left: RealSet, right: RealSet): Promise<boolean> {
  if (left.length !== right.length) return false
  for (const [index, piece] of left.entries()) {
    const other = right[index]
    if (other === undefined || piece.low.open !== other.low.open || piece.high.open !== other.high.open)
      return false
    if (!(await sameExpression(piece.low.at, other.low.at))) return false
    if (!(await sameExpression(piece.high.at, other.high.at))) return false
  }
  return true
}

function setsOf(answers: readonly Answer[]): readonly RealSet[] | undefined {
  const sets: RealSet[] = []
  for (const answer of answers) {
    const set = realSet(answer)
    if (set === undefined) return undefined
    sets.push(set)
  }
  return sets
}

function interval(answer: Extract<Answer, { kind: 'bracketed' }>): RealSet | undefined {
  const [first, second] = answer.items
  if (answer.items.length !== 2 || first === undefined || second === undefined) return undefined
  const low = endAt(first, answer.open !== '[')
  const high = endAt(second, answer.close !== ']')
  if (low === undefined || high === undefined || low.position > high.position) return undefined
  return low.position === high.position && (low.open || high.open) ? undefined : [{ low, high }]
}

function endAt(answer: Answer, open: boolean): End | undefined {
  if (answer.kind !== 'scalar' || answer.unit !== '' || symbolsOf(answer.value).length > 0) return undefined
  const infinite = infinityOf(answer.value)
  if (infinite !== 0) return infinite > 0 ? HIGHEST : LOWEST
  const value = estimate(answer.value, new Map())
  return value === undefined || !isReal(value) ? undefined : { at: answer.value, position: value.real, open }
}

function points(items: readonly Answer[]): RealSet | undefined {
  const pieces: Piece[] = []
  for (const item of items) {
    const end = endAt(item, false)
    if (end === undefined) return undefined
    pieces.push({ low: end, high: end })
  }
  return tidy(pieces)
}

/** `x > 3`, `1 < x <= 2`, `x != 3`: one bare symbol between constants. */
function fromRelation(sides: readonly Answer[], signs: readonly RelationSign[]): RealSet | undefined {
  const at = sides.findIndex((side) => side.kind === 'scalar' && side.value.kind === 'symbol')
  if (at < 0 || sides.length > 3 || signs.includes('=') || signs.includes('in')) return undefined
  if (sides.length === 3 && (at !== 1 || !sameDirection(signs))) return undefined
  let set = LINE
  for (const [index, side] of sides.entries()) {
    if (index === at) continue
    const sign = index < at ? turned(signs[index]) : signs[index - 1]
    const part = sign === undefined ? undefined : halfLine(side, sign)
    if (part === undefined) return undefined
    set = common(set, part)
  }
  return set
}

function halfLine(side: Answer, sign: RelationSign): RealSet | undefined {
  const end = endAt(side, sign === '<' || sign === '>')
  if (end === undefined) return undefined
  if (sign === '>' || sign === '>=') return [{ low: end, high: HIGHEST }]
  if (sign === '<' || sign === '<=') return [{ low: LOWEST, high: end }]
  return sign === '!=' ? complement([{ low: end, high: end }]) : undefined
}

function turned(sign: RelationSign | undefined): RelationSign | undefined {
  if (sign === '<') return '>'
  if (sign === '<=') return '>='
  if (sign === '>') return '<'
  return sign === '>=' ? '<=' : sign
}

function sameDirection(signs: readonly RelationSign[]): boolean {
  return signs.every((sign) => sign.startsWith('<')) || signs.every((sign) => sign.startsWith('>'))
}

/** `x < 2, x > 5`: where the parts exclude each other they must be alternatives, else all of them hold. */
function restrictions(items: readonly Answer[]): RealSet | undefined {
  if (items.length < 2 || !items.every((item) => item.kind === 'relation')) return undefined
  const sets = setsOf(items)
  if (sets === undefined) return undefined
  const all = sets.reduce((left, right) => common(left, right))
  return all.length > 0 ? all : tidy(sets.flat())
}

function complement(set: RealSet): RealSet {
  const pieces: Piece[] = []
  let low = LOWEST
  for (const piece of set) {
    const high = { ...piece.low, open: !piece.low.open }
    if (isPiece(low, high)) pieces.push({ low, high })
    low = { ...piece.high, open: !piece.high.open }
  }
  if (low.position !== Number.POSITIVE_INFINITY) pieces.push({ low, high: HIGHEST })
  return pieces
}

function common(left: RealSet, right: RealSet): RealSet {
  const pieces: Piece[] = []
  for (const a of left) {
    for (const b of right) {
      const low =
        a.low.position > b.low.position || (a.low.position === b.low.position && a.low.open) ? a.low : b.low
      const high =
        a.high.position < b.high.position || (a.high.position === b.high.position && a.high.open)
          ? a.high
          : b.high
      if (isPiece(low, high)) pieces.push({ low, high })
    }
  }
  return tidy(pieces)
}

function isPiece(low: End, high: End): boolean {
  return low.position < high.position || (low.position === high.position && !low.open && !high.open)
}

/** In order, and pieces that touch or overlap made one. */
function tidy(pieces: readonly Piece[]): RealSet {
  const sorted = pieces.toSorted(
    (a, b) => a.low.position - b.low.position || Number(a.low.open) - Number(b.low.open),
  )
  const tidied: Piece[] = []
  for (const piece of sorted) {
    const last = tidied.at(-1)
    const touches =
      last !== undefined &&
      (piece.low.position < last.high.position ||
        (piece.low.position === last.high.position && !(piece.low.open && last.high.open)))
    if (last === undefined || !touches) {
      tidied.push(piece)
      continue
    }
    const further =
      piece.high.position > last.high.position ||
      (piece.high.position === last.high.position && !piece.high.open)
    if (further) tidied[tidied.length - 1] = { low: last.low, high: piece.high }
  }
  return tidied
}
