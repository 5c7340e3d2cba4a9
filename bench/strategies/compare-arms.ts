import type { Random } from '../../src/clock/random.ts'
import type { Interval } from '../../src/sweep/interval.ts'
import { meanOf } from '../replay/mean-of.ts'
import { byBin } from './by-bin.ts'
import type { LiveOutcome } from './run-live.ts'
import { intervalOver } from './interval-over.ts'

/** What one arm did at one budget. */
export interface ArmRun {
  readonly name: string
  readonly outcomes: readonly LiveOutcome[]
}

/** `auto` against the single strategy that was best in the bin on the other half of the prompts. */
export interface AgainstBest {
  readonly bin: number
  /** Which single strategy, for each half that is served. */
  readonly single: readonly [string, string]
  readonly auto: number
  readonly best_single: number
  readonly minus_best_single: Interval
}

/** Bin by bin: paired differences to the best single strategy, which is chosen on the other half. */
export function againstBest(
  auto: ArmRun,
  singles: readonly ArmRun[],
  bins: readonly number[],
  halves: readonly number[],
  random: Random,
  resamples: number,
): readonly AgainstBest[] {
  return byBin(bins, (prompts, bin) => {
    const chosen = [0, 1].map((half) =>
      bestOn(
        singles,
        prompts.filter((prompt) => halves[prompt] !== half),
      ),
    )
    const single = (prompt: number) => rightOf(chosen[halves[prompt] ?? 0], prompt)
    return {
      bin: bin + 1,
      single: [chosen[0]?.name ?? '', chosen[1]?.name ?? ''],
      auto: meanOf(prompts.map((prompt) => rightOf(auto, prompt))),
      best_single: meanOf(prompts.map(single)),
      minus_best_single: intervalOver(
        prompts.map((prompt) => rightOf(auto, prompt) - single(prompt)),
        random,
        resamples,
      ),
    }
  })
}

/** Paired difference of two arms over all prompts. */
export function minus(left: ArmRun, right: ArmRun, random: Random, resamples: number): Interval {
  return intervalOver(
    left.outcomes.map((_, prompt) => rightOf(left, prompt) - rightOf(right, prompt)),
    random,
    resamples,
  )
}

/** Right most often on some prompts; the cheaper among equals. */
function bestOn(arms: readonly ArmRun[], prompts: readonly number[]): ArmRun | undefined {
  let best: ArmRun | undefined
  let most = -Infinity
  for (const arm of arms) {
    const right = meanOf(prompts.map((prompt) => rightOf(arm, prompt)))
    const worth = right - 1e-9 * meanOf(prompts.map((prompt) => arm.outcomes[prompt]?.tokens ?? 0))
    if (worth > most) [best, most] = [arm, worth]
  }
  return best
}

export function rightOf(arm: ArmRun | undefined, prompt: number): number {
  return arm?.outcomes[prompt]?.right === true ? 1 : 0
}
