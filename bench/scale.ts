import { BucketAllocator } from '../src/allocator/bucket-allocator.ts'
import { HazardIndex } from '../src/allocator/hazard-index.ts'
import type { IndexPolicy } from '../src/allocator/index-policy.ts'
import { randomFrom, type Random } from '../src/clock/random.ts'
import { logistic } from '../src/difficulty/logit.ts'
import { deepestState } from '../src/difficulty/hazard-counts.ts'
import { hazards } from '../src/difficulty/zero-inflated-beta.ts'
import { benchOptions, commitOf } from './replay/options.ts'

const smallBatch = 10_000
const largeBatch = 1_000_000
const quickBatch = 100_000
/** Decisions, in tries a prompt. */
const triesPerPrompt = 4
const strength = 2
const hopeless = 0.1
/** Prompts of the run that shows what sharing buckets costs. */
const exactBatch = 20_000
const exactTries = [1, 2, 4] as const

/**
 * How fast the allocator decides: 10^6 prompts, each with a prior of its own; one decision is next + started + observe,
 * refits included, on one thread. And what it loses by letting close priors share a bucket.
 */
export async function main(args: readonly string[]): Promise<void> {
  const { json, quick, seed } = await benchOptions(args)
  const started = performance.now()
  const prompts = quick ? quickBatch : largeBatch
  // The first run warms the compiler up; it is thrown away.
  run(smallBatch, seed)
  const small = run(smallBatch, seed)
  const large = run(prompts, seed)
  const report = {
    bench: 'scale',
    seed,
    commit: commitOf(),
    prompts,
    draws: large.decisions,
    decisions_per_second: Math.round(1e9 / large.nanoseconds),
    bytes_per_prompt: Math.round((large.bytes / prompts) * 10) / 10,
    distinct_priors: large.distinct,
    buckets: large.buckets,
    coverage_lost_to_buckets: lostToBuckets(seed),
    ns_per_decision: {
      '1e4': Math.round(small.nanoseconds),
      [quick ? '1e5' : '1e6']: Math.round(large.nanoseconds),
    },
    time_to_first_decision_ms: Math.round(large.firstMs),
    p99_decision_us: Math.round(large.p99 * 10) / 10,
    wall_s: Math.round((performance.now() - started) / 100) / 10,
  }
  console.log(json ? JSON.stringify(report) : text(report))
}

interface Run {
  readonly decisions: number
  readonly nanoseconds: number
  readonly bytes: number
  readonly buckets: number
  readonly distinct: number
  readonly firstMs: number
  /** Microseconds, over batches of decisions timed together. */
  readonly p99: number
}

/** Decisions timed together: one alone is shorter than the clock's tick. */
const timedTogether = 64

function run(prompts: number, seed: number): Run {
  const { means, chances } = world(prompts, seed)
  const random = randomFrom(`scale/${seed}`)
  const outcomes = Float64Array.from({ length: 1 << 16 }, () => random())
  const begun = performance.now()
  const allocator = new BucketAllocator(new HazardIndex({ wastedShare: 0 }))
  const belief = { mean: 0, strength, hopeless }
  for (let arm = 0; arm < prompts; arm += 1) {
    belief.mean = means[arm] as number
    allocator.add(arm, '', belief)
  }
  allocator.next()
  const firstMs = performance.now() - begun
  const budget = prompts * triesPerPrompt
  const batches = new Float64Array(Math.ceil(budget / timedTogether))
  const started = performance.now()
  let last = started
  let decisions = 0
  for (; decisions < budget; decisions += 1) {
    const arm = allocator.next()
    if (arm === undefined) break
    allocator.started(arm)
    const success = (outcomes[decisions & 0xffff] as number) < (chances[arm] as number)
    allocator.observe(arm, success ? solved : unsolved)
    if (success) allocator.close(arm)
    if (decisions % timedTogether === timedTogether - 1) {
      const now = performance.now()
      batches[Math.floor(decisions / timedTogether)] = (now - last) / timedTogether
      last = now
    }
  }
  const elapsed = performance.now() - started
  batches.sort()
  return {
    decisions,
    nanoseconds: (elapsed * 1e6) / decisions,
    bytes: allocator.bytes,
    buckets: allocator.buckets,
    distinct: new Set(means).size,
    firstMs,
    p99: (batches[Math.floor(batches.length * 0.99)] as number) * 1000,
  }
}

const solved = { kind: 'solved', cost: 1 } as const
const unsolved = { kind: 'unsolved', cost: 1 } as const

/** Prompts with a real-valued prior mean each, and a pass rate drawn from that prior. */
function world(prompts: number, seed: number) {
  const random = randomFrom(`scale/world/${seed}`)
  const means = new Float64Array(prompts)
  const chances = new Float64Array(prompts)
  for (let arm = 0; arm < prompts; arm += 1) {
    const mean = logistic(-1 + 1.5 * normal(random))
    means[arm] = mean
    chances[arm] = random() < hopeless ? 0 : beta(mean * strength, (1 - mean) * strength, random)
  }
  return { means, chances }
}

/**
 * Share of prompts that exact priors solve and bucketed ones do not, on the same draws: the largest over the budgets.
 * Negative when the buckets were lucky.
 */
function lostToBuckets(seed: number): number {
  const { means, chances } = world(exactBatch, seed)
  const random = randomFrom(`scale/draws/${seed}`)
  const firsts = Float64Array.from(chances, (chance) =>
    Math.ceil(Math.log1p(-random()) / Math.log1p(-chance)),
  )
  const bucketed = new BucketAllocator(new HazardIndex({ wastedShare: 0, recalibrates: false }))
  const exact = new BucketAllocator(exactIndex(means))
  for (const [arm, mean] of means.entries()) {
    bucketed.add(arm, '', { mean, strength, hopeless })
    exact.add(arm, String(arm))
  }
  const theirs = solvedAt(bucketed, firsts)
  return Math.max(
    ...solvedAt(exact, firsts).map((solvedHere, at) => (solvedHere - (theirs[at] as number)) / exactBatch),
  )
}

/** The hazard index with a class for every prompt: what buckets save us from. */
function exactIndex(means: Float64Array): IndexPolicy {
  const tables = new Map<string, Float64Array>()
  return {
    first: 0,
    revision: 0,
    after: (_className, state) => state + 1,
    value: (className, state, inFlight) => {
      let table = tables.get(className)
      if (!table) {
        table = hazards({ mean: means[Number(className)] as number, strength, hopeless }, deepestState + 1)
        tables.set(className, table)
      }
      return inFlight > 0 ? 0 : (table[Math.min(state, deepestState)] as number)
    },
  }
}

/** Prompts solved at each budget. */
function solvedAt(allocator: BucketAllocator, firsts: Float64Array): readonly number[] {
  const made = new Int32Array(firsts.length)
  let count = 0
  let tries = 0
  return exactTries.map((budget) => {
    for (; tries < budget * firsts.length; tries += 1) {
      const arm = allocator.next()
      if (arm === undefined) break
      const number = (made[arm] as number) + 1
      made[arm] = number
      allocator.started(arm)
      const success = number === firsts[arm]
      allocator.observe(arm, success ? solved : unsolved)
      if (!success) continue
      count += 1
      allocator.close(arm)
    }
    return count
  })
}

/** A standard normal number (Box, Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log1p(-random())) * Math.cos(2 * Math.PI * random())
}

/** Beta(a, b) as a ratio of gammas. */
function beta(a: number, b: number, random: Random): number {
  const left = gamma(a, random)
  return left / (left + gamma(b, random))
}

/** Gamma(shape, 1) (Marsaglia, Tsang 2000; shapes below 1 are boosted by a power of a uniform). */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log1p(-random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

function text(report: Readonly<Record<string, unknown>>): string {
  return Object.entries(report)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join('\n')
}
