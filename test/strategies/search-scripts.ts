import { uniformOf } from '../../src/clock/random.ts'
import type { Step, TreeNode } from '../../src/contract.ts'
import { candidate, scored, type Outcome, type Script } from './driver.ts'

export interface ReasoningOptions {
  /** Lines of a whole answer; default 6. */
  readonly lines?: number
  /** P(a line is right); default 0.4. */
  readonly chance?: number
  /** Which reasoning it is; default 0. */
  readonly seed?: number
  /** P(a call fails for good); default 0. */
  readonly failing?: number
  /** The process reward of a text; default 0.9 while all lines are right, 0.1 from the first wrong one on. */
  readonly value?: (text: string) => number | undefined
}

/**
 * A scripted reasoner: each line is right with some chance, whatever was written before, and an answer is right when
 * all its lines are. One step adds a line, or without a span all that are missing. Lines are numbered, so that every
 * text shows its path.
 */
export function reasoner({
  lines = 6,
  chance = 0.4,
  seed = 0,
  failing = 0,
  value = (text) => (isRight(text) ? 0.9 : 0.1),
}: ReasoningOptions = {}): Script {
  return (step: Step, [parent]: readonly TreeNode[]): Outcome => {
    if (uniformOf(seed, `failing/${step.id}`) < failing) return 'failed'
    const written = parent?.partial?.split('\n').filter(Boolean) ?? []
    const until = step.kind === 'extend' && step.span ? written.length + 1 : lines
    for (let line = written.length; line < until; line += 1) {
      // The greedy line is the likelier one.
      const greedy = step.variation?.temperature === 0
      const right = greedy ? chance >= 0.5 : uniformOf(seed, `${step.id}/${line}`) < chance
      written.push(`${line} ${right ? 'right' : 'wrong'} ${greedy ? 'greedy' : step.index}`)
    }
    const text = written.map((line) => `${line}\n`).join('')
    const worth = value(text)
    const guided = worth === undefined ? {} : { value: worth }
    if (written.length < lines) return { partial: text, ...guided }
    const answer = isRight(text) ? 'right' : 'wrong'
    return { candidate: candidate(text), verdict: scored(isRight(text) ? 1 : 0, { answer }), ...guided }
  }
}

export function isRight(text: string): boolean {
  return !text.includes('wrong')
}

/** Costs in lines, for a reasoner of so many lines: of a step, and of a step with its answer finished. */
export function linesBilled(lines: number): {
  readonly cost: (step: Step, parents: readonly TreeNode[]) => number
  readonly finishing: (step: Step, parents: readonly TreeNode[]) => number
} {
  const missing = (parents: readonly TreeNode[]) =>
    lines - (parents[0]?.partial?.split('\n').filter(Boolean).length ?? 0)
  return {
    cost: (step, parents) => (step.kind === 'extend' && step.span ? 1 : missing(parents)),
    finishing: (_, parents) => missing(parents),
  }
}
