import type { Result } from '../../src/result.ts'
import { stepName } from '../../src/batch/steps-by-bin.ts'

/** A finished answer of one prompt, and whether it is right. */
export interface Answer {
  /** The step that brought it. */
  readonly step: string
  /** What answers are counted by; absent where none was found. */
  readonly key?: string
  /** Its process reward; absent where the guide could not tell. */
  readonly value?: number
  /** Known to the bench only. */
  readonly right: boolean
}

/** What one arm did with one prompt. */
export interface Outcome {
  readonly answers: readonly Answer[]
  /** Of every step, by its id: what was computed for it, in tokens of the model that answers. */
  readonly costs: ReadonlyMap<string, number>
  readonly tokens: number
  /** Those of the steps that answer, without what judging them took. */
  readonly answering: number
  /** Number of steps by kind. */
  readonly steps: Readonly<Record<string, number>>
}

/**
 * Reads an outcome from a result; `right` tells which verdicts are those of right answers.
 * @param weightOf how many tokens of the caller's model one token of a model counts: the ratio of their parameters
 */
export function outcomeOf(
  { trace }: Pick<Result, 'trace'>,
  callersModel: string,
  right: (verdict: object) => boolean,
  weightOf: (model: string) => number,
): Outcome {
  const answers: Answer[] = []
  const costs = new Map<string, number>()
  const steps: Record<string, number> = {}
  let tokens = 0
  let answering = 0
  for (const { step, state, inputTokens, outputTokens, verdict, value } of trace) {
    const computed = (inputTokens + outputTokens) * weightOf(step.model)
    costs.set(step.id, computed)
    tokens += computed
    if (step.kind !== 'judge') answering += computed
    const name = stepName(step, step.kind === 'judge' ? step.model : callersModel)
    steps[name] = (steps[name] ?? 0) + 1
    if (state !== 'done' || verdict?.kind !== 'scored') continue
    answers.push({
      step: step.id,
      ...(verdict.answer !== undefined && { key: verdict.answer }),
      ...(value !== undefined && { value }),
      right: right(verdict),
    })
  }
  return { answers, costs, tokens, answering, steps }
}

/** The answer with the largest sum of process rewards, the first among equals; its best-rewarded sample stands for it. */
export function weightedChoice(answers: readonly Answer[]): Answer | undefined {
  const sums = new Map<string, number>()
  for (const { key, value = 0 } of answers) {
    if (key !== undefined) sums.set(key, (sums.get(key) ?? 0) + value)
  }
  let best: Answer | undefined
  const worth = ({ key, value = 0 }: Answer) =>
    [key === undefined ? -1 : (sums.get(key) ?? 0), value] as const
  for (const answer of answers) {
    const [sum, value] = worth(answer)
    const [mostSum, mostValue] = best ? worth(best) : [-Infinity, -Infinity]
    if (sum > mostSum || (sum === mostSum && value > mostValue)) best = answer
  }
  return best
}

/** Whether the answer that an outcome leads to is right. */
export function isRight({ answers }: Pick<Outcome, 'answers'>): boolean {
  return weightedChoice(answers)?.right === true
}

/** An arm after a probe whose samples it uses: what both did is done and paid for once. */
export function afterProbe(arm: Outcome, probe: Outcome): Outcome {
  const known = new Set(arm.answers.map(({ step }) => step))
  const costs = new Map(probe.costs)
  for (const [step, cost] of arm.costs) costs.set(step, Math.max(cost, costs.get(step) ?? 0))
  return {
    answers: [...probe.answers.filter(({ step }) => !known.has(step)), ...arm.answers],
    costs,
    tokens: [...costs.values()].reduce((sum, cost) => sum + cost, 0),
    answering: arm.answering,
    steps: arm.steps,
  }
}
