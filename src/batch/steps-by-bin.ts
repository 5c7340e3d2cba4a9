import type { Step } from '../contract.ts'
import type { Result } from '../result.ts'

/** Quantiles of predicted difficulty. */
const bins = 5

/** What was bought for the prompts of one bin. */
export interface StepsOfBin {
  /** 1 is the easiest; prompts of which nothing was predicted share one bin. */
  readonly bin: number
  readonly prompts: number
  /** Mean P(first try succeeds) as predicted; null where nothing was. */
  readonly p_hat: number | null
  readonly verified: number
  /** By kind of step; with the model's name and the effort where they are not the caller's own. */
  readonly steps: Readonly<Record<string, StepsOfKind>>
}

export interface StepsOfKind {
  readonly count: number
  /** Prompt and output tokens. */
  readonly tokens: number
  /** Answers that were delivered from such a step and proven. */
  readonly verified: number
}

/** The steps of finished prompts by bins of predicted difficulty. */
export function stepsByBin(results: readonly Result[], callersModel: string): readonly StepsOfBin[] {
  const known = results
    .filter(({ predicted }) => predicted !== undefined)
    .toSorted((left, right) => (right.predicted ?? 0) - (left.predicted ?? 0))
  const groups = Array.from({ length: bins }, (_, bin) =>
    known.slice(Math.round((bin * known.length) / bins), Math.round(((bin + 1) * known.length) / bins)),
  )
  groups.push(results.filter(({ predicted }) => predicted === undefined))
  return groups
    .filter((group) => group.length > 0)
    .map((group, index) => ({
      bin: index + 1,
      prompts: group.length,
      p_hat: meanOf(group.flatMap(({ predicted }) => predicted ?? [])),
      verified: group.filter(({ status }) => status === 'verified').length,
      steps: stepsOf(group, callersModel),
    }))
}

/** How a step is named in reports: its kind, and what differs from the caller's own request. */
export function stepName({ kind, model, effort }: Step, callersModel: string): string {
  return [kind, ...(model === callersModel ? [] : [model]), ...(effort === undefined ? [] : [effort])].join(
    ' ',
  )
}

function stepsOf(results: readonly Result[], callersModel: string): Record<string, StepsOfKind> {
  const steps: Record<string, { count: number; tokens: number; verified: number }> = {}
  for (const { trace, step: chosen, status } of results) {
    for (const { step, inputTokens, outputTokens } of trace) {
      const row = (steps[stepName(step, callersModel)] ??= { count: 0, tokens: 0, verified: 0 })
      row.count += 1
      row.tokens += inputTokens + outputTokens
      if (status === 'verified' && step.id === chosen) row.verified += 1
    }
  }
  return steps
}

function meanOf(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, each) => sum + each, 0) / numbers.length
}
