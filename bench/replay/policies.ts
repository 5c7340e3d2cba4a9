import type { Allocator } from '../../src/allocator/allocator.ts'
import { BucketAllocator } from '../../src/allocator/bucket-allocator.ts'
import { HazardIndex } from '../../src/allocator/hazard-index.ts'
import type { IndexPolicy } from '../../src/allocator/index-policy.ts'
import { roundRobin } from '../../src/allocator/round-robin.ts'
import type { ZeroInflatedBeta } from '../../src/difficulty/zero-inflated-beta.ts'
import type { HalfDraws, PromptDraws } from './draws.ts'
import type { Believed } from './fold-beliefs.ts'
import type { BenchSample } from './recordings.ts'

/** Drop-solved round robin: ReD 2601.21522, elimination 2506.12721 with K = 1. */
export function dropSolved(prompts: number): Allocator {
  return filled(new BucketAllocator(roundRobin({ whileInFlight: false })), prompts)
}

/** Ours: the hazard index, with a belief a prompt, or without any. */
export function ours(prompts: number, beliefs?: readonly ZeroInflatedBeta[]): Allocator {
  const allocator = new BucketAllocator(new HazardIndex({ wastedShare: 0 }))
  for (let arm = 0; arm < prompts; arm += 1) allocator.add(arm, '', beliefs?.[arm])
  return allocator
}

/** Ours, and each failed try is looked at: what it showed moves the belief about its prompt. */
export function oursSeeing(draws: readonly PromptDraws[], { before, after }: Believed): Allocator {
  const allocator = ours(draws.length, before)
  if (!after) return allocator
  const failed = draws.map((): BenchSample[] => [])
  return {
    add: (arm, className, belief, inputCost) => allocator.add(arm, className, belief, inputCost),
    next: () => allocator.next(),
    started: (arm) => allocator.started(arm),
    block: (arm) => allocator.block(arm),
    close: (arm) => allocator.close(arm),
    observe(arm, evidence) {
      allocator.observe(arm, evidence)
      const seen = failed[arm] as BenchSample[]
      const sample = (draws[arm] as PromptDraws).sample(seen.length)
      if (evidence.kind !== 'unsolved' || !sample) return
      seen.push(sample)
      allocator.add(arm, '', after(arm, seen))
    },
  }
}

/**
 * The known-p oracle O2 (reference/allocation.md 2a): decreasing pass rate, never gives up. `chances` are the pass
 * rates it knows; ties are served in the order of the prompts.
 */
export function knownChance(chances: readonly number[]): Allocator {
  const rates = new Map<string, number>()
  const policy: IndexPolicy = {
    first: 0,
    revision: 0,
    after: (_className, state) => state,
    value: (className, _state, inFlight) => (inFlight > 0 ? 0 : (rates.get(className) as number)),
  }
  const allocator = new BucketAllocator(policy)
  for (const [arm, chance] of chances.entries()) {
    // A rate of 0 still gets what the others leave.
    const rate = Math.max(chance, leastRate)
    rates.set(String(rate), rate)
    allocator.add(arm, String(rate))
  }
  return allocator
}

const leastRate = 1e-9

/** The pass rates that the honest oracle knows: from the half of the samples that no try draws from. */
export function knownHalf(draws: readonly HalfDraws[]): number[] {
  return draws.map(({ known }) => (known.tries === 0 ? 0 : known.successes / known.tries))
}

/** UAB's temperature (2605.26849). */
const uabTemperature = 0.2
/** Its p where no log-probabilities were recorded: the same for every prompt, so the rest is round robin. */
const uabUnknown = 0.5

/**
 * UAB's greedy (2605.26849): one probe each, p = exp(mean logprob of the probe ÷ 0.2), then extra try c + 1 of a prompt
 * is worth p(1 − p)^c, never updated. The solved are dropped, which its paper's setting without a verifier does not.
 */
export function uab(draws: readonly PromptDraws[]): Allocator {
  const policy: IndexPolicy = {
    first: 0,
    revision: 0,
    after: (_className, state) => state + 1,
    value: (className, state, inFlight) => {
      if (inFlight > 0) return 0
      if (state === 0) return 2
      const chance = Number(className)
      return chance * (1 - chance) ** (state - 1) + leastRate / state
    },
  }
  const allocator = new BucketAllocator(policy)
  for (const [arm, draw] of draws.entries()) {
    const logprob = draw.sample(0)?.recorded.logprob
    const chance = typeof logprob === 'number' ? Math.exp(logprob / uabTemperature) : uabUnknown
    allocator.add(arm, String(chance))
  }
  return allocator
}

function filled(allocator: Allocator, prompts: number): Allocator {
  for (let arm = 0; arm < prompts; arm += 1) allocator.add(arm, '')
  return allocator
}
