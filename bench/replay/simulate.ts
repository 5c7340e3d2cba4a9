import type { Allocator } from '../../src/allocator/allocator.ts'
import type { PromptDraws } from './draws.ts'

/** What a run has reached when its tries hit one of the budgets. */
export interface Checkpoint {
  /** Tries made and tokens spent. */
  readonly tries: number
  readonly tokens: number
  /** Number of prompts solved. */
  readonly solved: number
  /** Prompts that had no recorded try left, unsolved. */
  readonly exhausted: number
}

/** Hears of every solved prompt: its number and the checkpoint it still belongs to. */
export type OnSolved = (prompt: number, checkpoint: number) => void

/** Hears of every checkpoint: its number and the tokens spent on each prompt so far. */
export type OnCheckpoint = (checkpoint: number, tokens: Float64Array) => void

/**
 * Runs one policy over recorded tries with an exact verifier: the allocator names a prompt, its next recorded try is
 * made, its outcome goes back; nothing else of the recording is seen. `arms` are the prompts in the order in which
 * they are added; their beliefs are added by the caller. One run to the largest budget gives all smaller ones, because
 * no policy here looks at the budget.
 * @param budgets tries, ascending
 */
export function simulate(
  allocator: Allocator,
  draws: readonly PromptDraws[],
  budgets: readonly number[],
  onSolved: OnSolved,
  onCheckpoint?: OnCheckpoint,
): readonly Checkpoint[] {
  const made = new Int32Array(draws.length)
  const checkpoints: Checkpoint[] = []
  let tries = 0
  const spent = new Float64Array(draws.length)
  let tokens = 0
  let solved = 0
  let exhausted = 0
  let arm = allocator.next()
  for (const budget of budgets) {
    while (arm !== undefined && tries < budget) {
      const draw = draws[arm] as PromptDraws
      const number = made[arm] as number
      made[arm] = number + 1
      tries += 1
      const cost = draw.cost(number)
      tokens += cost
      spent[arm] = (spent[arm] as number) + cost
      allocator.started(arm)
      const success = draw.firstSuccess === number + 1
      allocator.observe(arm, success ? succeeded : failed)
      if (success) {
        solved += 1
        onSolved(arm, checkpoints.length)
        allocator.close(arm)
      } else if (number + 1 >= draw.depth) {
        exhausted += 1
        allocator.close(arm)
      }
      arm = allocator.next()
    }
    onCheckpoint?.(checkpoints.length, spent)
    checkpoints.push({ tries, tokens, solved, exhausted })
  }
  return checkpoints
}

/** The budget counts tries, so every try costs one. */
const succeeded = { kind: 'solved', cost: 1 } as const
const failed = { kind: 'unsolved', cost: 1 } as const
