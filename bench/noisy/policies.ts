import { bestOfMajority } from '../../src/aggregate/best-of-majority.ts'
import { bestScore } from '../../src/aggregate/best-score.ts'
import type { Aggregation, Ballot } from '../../src/aggregate/ballot.ts'
import { cappedRejection } from '../../src/aggregate/capped-rejection.ts'
import { consensus } from '../../src/aggregate/consensus.ts'
import { applyLearned, learnAggregation } from '../../src/aggregate/learned-aggregation.ts'
import { majority } from '../../src/aggregate/majority.ts'
import { frequencyTrust } from '../../src/aggregate/frequency-trust.ts'
import { posteriorVote } from '../../src/aggregate/posterior-vote.ts'
import { weightedVote } from '../../src/aggregate/weighted-vote.ts'
import { randomFrom, shuffled } from '../../src/clock/random.ts'
import type { BenchRecording } from '../replay/recordings.ts'
import type { NoisyVerifier } from './verifiers.ts'

/** What each prompt's aggregation is, by policy: rules may be learned on the other half of the prompts. */
export interface NoisyPolicy {
  readonly name: string
  of(prompt: number): Aggregation
}

/** A score that nothing is known of: few candidates, so that its errors cannot be searched for. */
const withoutRates = cappedRejection()

/** What ours does by the kind of verifier, without labels. `others` are ballots of prompts of the other half. */
function byKind(verifier: NoisyVerifier, others: readonly (readonly Ballot[])[]): Aggregation {
  if (verifier.rates) {
    return posteriorVote({
      rates: verifier.rates,
      threshold: verifier.threshold,
      trust: frequencyTrust(others, verifier.rates, verifier.threshold),
    })
  }
  const seesTests = others.some((ballots) => ballots.some((ballot) => ballot.behaviour !== undefined))
  return seesTests ? consensus : withoutRates
}

export function policiesFor(
  recording: BenchRecording,
  verifier: NoisyVerifier,
  sizes: readonly number[],
  seed: number,
): readonly NoisyPolicy[] {
  const name = `${recording.set}/${recording.model}/${verifier.name}`
  const halves = new Int32Array(recording.prompts.length)
  for (const [place, prompt] of shuffled(recording.prompts.length, randomFrom(`${seed}/halves`)).entries())
    halves[prompt] = place % 2
  const learned = [0, 1].map((half) => {
    const others = recording.prompts.filter((_, prompt) => halves[prompt] !== half)
    const ballots = others.map((prompt) => verifier.ballots(prompt, `${seed}/history`))
    const ours = byKind(verifier, ballots)
    const history = others.map((prompt, index) => ({
      ballots: ballots[index] as readonly Ballot[],
      right: prompt.samples.map((sample) => sample.correct === true),
    }))
    const menu = {
      ours,
      best_score: bestScore,
      majority,
      best_of_majority: bestOfMajority(),
      weighted_vote: weightedVote(),
      lenient_vote: weightedVote({ zero: 0.2 }),
    }
    const choices = learnAggregation(history, menu, sizes, randomFrom(`${seed}/${name}/${half}`))
    return { ours, history: applyLearned(choices) }
  })
  const own = (prompt: number) => learned[halves[prompt] as number] as (typeof learned)[number]
  return [
    { name: 'best_of_n', of: () => bestScore },
    { name: 'majority', of: () => majority },
    { name: 'ours', of: (prompt) => own(prompt).ours },
    { name: 'ours_history', of: (prompt) => own(prompt).history },
  ]
}
