import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runAllocation } from '../../bench/allocation.ts'
import { drawsOf, halfDrawsOf } from '../../bench/replay/draws.ts'
import { costAt } from '../../bench/replay/curve.ts'
import { loadRecordings, type BenchPrompt, type BenchRecording } from '../../bench/replay/recordings.ts'
import { dropSolved, ours } from '../../bench/replay/policies.ts'
import { simulate } from '../../bench/replay/simulate.ts'
import { BucketAllocator } from '../../src/allocator/bucket-allocator.ts'
import { HazardIndex } from '../../src/allocator/hazard-index.ts'
import { randomFrom, shuffled } from '../../src/clock/random.ts'
import { recordings as ownRecordings } from '../../src/demo/asset.ts'
import { Engine } from '../../src/engine.ts'
import { readRecording } from '../../src/models/recording.ts'
import { ReplayModel } from '../../src/models/replay.ts'
import { VerifierPool } from '../../src/pool/verifier-pool.ts'
import { bestOfN } from '../../strategies/best-of-n.ts'
import { syntheticRecording } from './synthetic-recording.ts'
import { countdown } from '../../verifiers/countdown.ts'

const own = join(ownRecordings(), 'countdown')

/** Without side information: one class for all prompts, whatever the engine makes of their features. */
class Exchangeable extends BucketAllocator {
  override add(arm: number): void {
    super.add(arm, '')
  }
}

/** Two models whose pass rates on a prompt go together: counts, so that a test needs no files. */
function twoModels(prompts: number, seed: number): BenchRecording[] {
  const random = randomFrom(seed)
  const rates = Array.from({ length: prompts }, () => (random() < 0.3 ? 0.02 : random()))
  return ['small', 'large'].map((model) => ({
    set: 'made-up',
    model,
    directory: 'made-up',
    kind: 'counts',
    tokensEstimated: false,
    depth: 40,
    prompts: rates.map((rate, index): BenchPrompt => {
      const chance = model === 'small' ? rate : Math.min(1, rate + 0.1)
      let successes = 0
      for (let number = 0; number < 40; number += 1) successes += Number(random() < chance)
      const id = String(index)
      return {
        id,
        problem: { id, prompt: null },
        prompt: { id, messages: [{ role: 'user', content: id }] },
        inputTokens: 0,
        samples: [],
        tries: 40,
        successes,
      }
    }),
  }))
}

/** The outcomes of each model dealt out anew over its prompts. */
function shuffledOutcomes(recordings: readonly BenchRecording[], seed: number): BenchRecording[] {
  return recordings.map((recording) => {
    const order = shuffled(recording.prompts.length, randomFrom(`${seed}/${recording.model}`))
    return {
      ...recording,
      prompts: recording.prompts.map((prompt, index) => {
        const { samples, tries, successes } = recording.prompts[order[index] as number] as BenchPrompt
        return { ...prompt, samples, tries, successes }
      }),
    }
  })
}

describe('the allocation bench', () => {
  const options = { seed: 1, quick: true, orders: 24 }

  it('finds what a second model tells, never below drop-solved without it', () => {
    const report = runAllocation(twoModels(120, 4), options)
    expect(report.worst.ours_minus_drop_solved).toBe(0)
    expect(report.median['gap_share_helper_at_1']).toBeGreaterThan(0.4)
    for (const { points } of report.recordings) {
      for (const { coverage, gap_share: share } of points) {
        expect(coverage['ours']).toEqual(coverage['drop_solved']?.map((value) => expect.closeTo(value, 1)))
        expect(share.none ?? 0).toBe(0)
      }
    }
  })

  it('finds nothing when outcomes are shuffled over prompts', () => {
    const shares = [0, 1, 2].map((seed) => {
      const report = runAllocation(shuffledOutcomes(twoModels(120, 4), seed), { ...options, seed })
      return report.median['gap_share_helper_at_1'] as number
    })
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    expect(Math.abs(mean)).toBeLessThan(0.05)
  }, 120_000)

  it('finds nothing in samples, answers and features either when what was recorded is shuffled', () => {
    const pair = ['small', 'large'].map((model) =>
      syntheticRecording({
        model,
        prompts: 80,
        samples: 10,
        skill: model === 'small' ? 0.5 : 0.7,
        seed: 'one',
      }),
    )
    const { recordings } = runAllocation(shuffledOutcomes(pair, 5), { ...options, orders: 12 })
    const shares = recordings.flatMap(({ points }) =>
      points.flatMap(({ gap_share: share }) => [share.samples, share.features, share.helper]),
    )
    for (const share of shares) expect(Math.abs(share ?? 0)).toBeLessThan(0.1)
    const mean = shares.reduce((sum: number, share) => sum + (share ?? 0), 0) / shares.length
    expect(Math.abs(mean)).toBeLessThan(0.05)
  })

  it('says the same for the same seed and something else for another', async () => {
    const recordings = (await loadRecordings(own)).map((recording) => ({
      ...recording,
      prompts: recording.prompts.slice(0, 60),
    }))
    const of = (seed: number) => runAllocation(recordings, { seed, quick: true, orders: 4 })
    const first = JSON.stringify(of(1).recordings)
    expect(JSON.stringify(of(1).recordings)).toBe(first)
    expect(JSON.stringify(of(2).recordings)).not.toBe(first)
  })

  it('refuses an emptied recording', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'outthink-bench-'))
    try {
      await cp(own, directory, { recursive: true })
      await writeFile(join(directory, 'samples.other.jsonl'), '')
      await expect(loadRecordings(directory)).rejects.toThrow('samples.other.jsonl is empty')
      await writeFile(join(directory, 'problems.jsonl'), '')
      await expect(loadRecordings(directory)).rejects.toThrow('problems.jsonl is empty')
      await expect(loadRecordings(join(directory, 'nothing'))).rejects.toThrow('cannot be read')
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

describe('the simulation', () => {
  it('solves the prompts that the engine solves, on the same draws', async () => {
    const seed = 7
    const count = 60
    const triesPerPrompt = 3
    const recording = await readRecording(own, 'small')
    const bench = (await loadRecordings(own)).find(({ model }) => model === 'small')
    const prompts = (bench as BenchRecording).prompts.slice(0, count)
    const simulated = new Set<string>()
    const draws = prompts.map((prompt) => drawsOf(prompt, seed))
    simulate(ours(count), draws, [triesPerPrompt * count], (arm) => simulated.add(prompts[arm]?.id ?? ''))

    await using pool = new VerifierPool()
    await using engine = new Engine({
      models: [new ReplayModel(recording, { seed })],
      budget: { calls: triesPerPrompt * count },
      strategy: bestOfN(),
      checker: await pool.checker(countdown),
      allocator: new Exchangeable(new HazardIndex({ wastedShare: 0 })),
      concurrency: 1,
      seed,
    })
    const results = await Promise.all(prompts.map(({ prompt }) => engine.solve(prompt)))
    const verified = results.filter(({ status }) => status === 'verified').map(({ id }) => id)
    expect(engine.bill.calls).toBe(triesPerPrompt * count)
    expect(verified.toSorted()).toEqual([...simulated].toSorted())
  })

  it('makes every try at most once and stops at the budget', () => {
    const [recording] = twoModels(30, 2)
    const draws = (recording as BenchRecording).prompts.map((prompt) => drawsOf(prompt, 5))
    const solved = new Set<number>()
    const [one, two] = simulate(dropSolved(30), draws, [30, 60], (arm) => solved.add(arm))
    expect([one?.tries, two?.tries]).toEqual([30, 60])
    expect(one?.solved).toBe(draws.filter(({ firstSuccess }) => firstSuccess === 1).length)
    expect(two?.solved).toBe(solved.size)
  })

  it('draws counts without replacement: means are those of the hypergeometric law', () => {
    const [recording] = twoModels(1, 3)
    const prompt = { ...(recording as BenchRecording).prompts[0], tries: 20, successes: 3 } as BenchPrompt
    const orders = 4000
    let first = 0
    let known = 0
    for (let order = 0; order < orders; order += 1) {
      first += drawsOf(prompt, order).firstSuccess / orders
      const half = halfDrawsOf(prompt, order, 0)
      known += half.known.successes / orders
      expect(half.known.tries + half.depth).toBe(20)
    }
    // Negative hypergeometric: (n + 1)/(c + 1) tries to the first success; half of the successes in half of the tries.
    expect(first).toBeCloseTo(21 / 4, 0)
    expect(known).toBeCloseTo(1.5, 1)
  })

  it('reads the cost of a coverage off a curve', () => {
    const curve = { costs: [1, 2, 4], coverages: [0.5, 0.75, 0.8] }
    expect(costAt(curve, 0.25)).toEqual({ cost: 0.5, beyond: false })
    expect(costAt(curve, 0.775).cost).toBeCloseTo(3, 12)
    expect(costAt(curve, 0.9)).toEqual({ cost: 4, beyond: true })
  })
})
