import type { Ballot } from '../../src/aggregate/ballot.ts'
import type { ErrorRates } from '../../src/contract.ts'
import { randomFrom, uniformOf } from '../../src/clock/random.ts'
import type { BenchPrompt, BenchRecording, BenchSample } from '../replay/recordings.ts'

/** A verifier that is wrong at times, as the bench sees it: a ballot for each sample of a prompt. */
export interface NoisyVerifier {
  readonly name: string
  /** Known to the aggregation, where the verifier declares them. */
  readonly rates?: ErrorRates
  /** Score from which plain best-of-N counts a candidate as accepted. */
  readonly threshold: number
  ballots(prompt: BenchPrompt, seed: string): readonly Ballot[]
}

const simulatedRates = [
  { truePositive: 0.99, falsePositive: 0.01 },
  { truePositive: 0.95, falsePositive: 0.05 },
  { truePositive: 0.8, falsePositive: 0.2 },
] as const

/** The simulated verifiers for one recording: labels only make the noise, the aggregation sees scores. */
export function simulatedVerifiers(recording: BenchRecording): readonly NoisyVerifier[] {
  return [
    ...simulatedRates.map((rates) => binary(rates, 'answer')),
    ...simulatedRates.map((rates) => binary(rates, 'sample')),
    lengthBiased(recording),
  ]
}

/** The tests that a model wrote itself, where they were recorded: no rates are known. */
export function recordedTests(recording: BenchRecording): NoisyVerifier | undefined {
  const some = recording.prompts.some(({ samples }) =>
    samples.some((sample) => testsOf(sample) !== undefined),
  )
  if (!some) return undefined
  return {
    name: 'generated tests',
    threshold: 0.5,
    ballots: ({ samples }) =>
      samples.map((sample) => {
        const behaviour = testsOf(sample)
        const score =
          sample.scores['gen_tests'] ?? (behaviour === undefined ? undefined : passedShare(behaviour))
        return { answer: sample.answer ?? undefined, score, behaviour }
      }),
  }
}

/** Passes the right with chance T and the wrong with chance F; the same for every copy of an answer, or each by itself. */
function binary(rates: ErrorRates, per: 'answer' | 'sample'): NoisyVerifier {
  const { truePositive, falsePositive } = rates
  return {
    name: `T=${truePositive} F=${falsePositive} per ${per}`,
    rates,
    threshold: 0.5,
    ballots: ({ id, samples }, seed) =>
      samples.map(({ answer, correct }, index) => {
        const key = per === 'answer' && answer !== null ? `answer/${answer}` : `sample/${index}`
        const passed =
          uniformOf(0, `${seed}/${id}/${key}`) < (correct === true ? truePositive : falsePositive)
        return { answer: answer ?? undefined, score: passed ? 1 : 0 }
      }),
  }
}

/** Log-odds of a score: what a right answer adds, what a standard deviation more length adds, and noise. */
const rightGain = 0.4
const lengthGain = 2
const noiseGain = 0.5

/** A score that likes long answers more than right ones. */
function lengthBiased(recording: BenchRecording): NoisyVerifier {
  const lengths = recording.prompts.flatMap(({ samples }) => samples.map((sample) => sample.tokens))
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  const spread =
    Math.sqrt(lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length) || 1
  return {
    name: 'length-biased score',
    threshold: 0.5,
    ballots: ({ id, samples }, seed) => {
      const random = randomFrom(`${seed}/${id}/length`)
      return samples.map(({ answer, correct, tokens }) => {
        const noise = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
        const odds =
          (correct === true ? rightGain : -rightGain) +
          (lengthGain * (tokens - mean)) / spread +
          noiseGain * noise
        return { answer: answer ?? undefined, score: 1 / (1 + Math.exp(-odds)) }
      })
    },
  }
}

function testsOf({ recorded }: BenchSample): string | undefined {
  const bits = (recorded as { readonly gen_bits?: unknown }).gen_bits
  return typeof bits === 'string' && bits !== '' ? bits : undefined
}

function passedShare(behaviour: string): number {
  return (behaviour.split('1').length - 1) / behaviour.length
}
