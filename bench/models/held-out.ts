import { createHash } from 'node:crypto'
import type { RecordedProblem } from '../../src/models/recording.ts'

/** One problem in this many is never trained on. */
const heldOutShare = 16

const changes: readonly (readonly [RegExp, (numbers: readonly string[]) => string])[] = [
  [/^(?:Gets|Buys|Finds) (\d+)$/, ([amount]) => `+${amount}`],
  [/^(?:Loses|Sells|Gives) (\d+)$/, ([amount]) => `-${amount}`],
  [/^(?:Buys|Gets) (\d+) (?:boxes|bags) of (\d+)$/, ([boxes, amount]) => `b${boxes}x${amount}`],
  [/^Now (\d+) times as many$/, ([times]) => `*${times}`],
  [/^Keeps 1 of every (\d+)$/, ([divisor]) => `/${divisor}`],
]

/**
 * What a problem is about, the same whatever the order of its numbers, the names of its people and things or the
 * letters of its unknowns. Read from the prompt, so that it is as bench/models/tasks.py makes it from what it knows.
 */
export function canonicalProblem({ task, prompt, meta }: RecordedProblem): string {
  const text = prompt ?? ''
  if (task === 'countdown') {
    const numbers = ((meta?.['numbers'] ?? []) as readonly number[]).toSorted((left, right) => left - right)
    return `${numbers.join(' ')}=${Number(meta?.['target'])}`
  }
  if (task === 'story') {
    const [first = '', ...sentences] = text.replace(/ How many\?$/, '').split(/\.(?: |$)/)
    const start = /has (\d+) /.exec(first)?.[1] ?? ''
    // A sentence that changes nothing does not matter.
    return [start, ...sentences.flatMap((sentence) => changeIn(sentence) ?? [])].join(' ')
  }
  const constraints = text.slice(text.indexOf(': ') + 2, -1).split(', ')
  return constraints.map(kindAndValue).toSorted().join(' ')
}

/** Whether the problem is on the test side of the split, which the training generator never shows. */
export function isHeldOut(problem: RecordedProblem): boolean {
  const digest = createHash('sha256')
    .update(`${problem.task}|${canonicalProblem(problem)}`)
    .digest()
  return digest.readUInt32BE() % heldOutShare === 0
}

function changeIn(sentence: string): string | undefined {
  for (const [pattern, spelled] of changes) {
    const match = pattern.exec(sentence)
    if (match) return spelled(match.slice(1))
  }
  return undefined
}

/** A constraint without its letters: `a+b=11` is `+2:11`. */
function kindAndValue(constraint: string): string {
  const letters = constraint.match(/[a-z]/g)?.length ?? 0
  if (constraint.includes('<')) return `<${letters}:None`
  const kind = /[-+*]/.exec(constraint)?.[0] ?? '='
  return `${kind}${letters}:${constraint.split('=')[1] ?? ''}`
}
