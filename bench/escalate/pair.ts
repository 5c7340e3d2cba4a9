import { promptFeatures } from '../../src/difficulty/prompt-features.ts'
import type { Features } from '../../src/difficulty/outcome.ts'
import type { PairedVotes } from '../../src/allocator/vote-history.ts'
import type { BenchPrompt, BenchRecording } from '../replay/recordings.ts'
import { numberedAnswers } from '../votes/numbered-answers.ts'

/** One prompt that a small and a large model answered. */
export interface PairedPrompt extends PairedVotes {
  readonly id: string
  readonly right: Float64Array
  /** Tokens of each sample, prompt included. */
  readonly smallTokens: readonly number[]
  readonly largeTokens: readonly number[]
  /** Tokens of the prompt alone, as each model counts them: known before anything is generated. */
  readonly smallInput: number
  readonly largeInput: number
  readonly features: Features
}

/** Two models on the same prompts, the second right more often. */
export interface ModelPair {
  readonly set: string
  readonly small: string
  readonly large: string
  readonly prompts: readonly PairedPrompt[]
  /** P(right) of one sample of each. */
  readonly smallAccuracy: number
  readonly largeAccuracy: number
}

/** Samples a prompt that the small model must have to vote, and prompts that a pair must share. */
const fewestVotes = 3
const fewestPrompts = 20
/** A large model must be better by this much, or there is nothing to escalate to. */
const leastGap = 0.02

/** All pairs of models of one set that can be escalated between; none of what follows knows a name. */
export function modelPairs(recordings: readonly BenchRecording[]): readonly ModelPair[] {
  const pairs: ModelPair[] = []
  for (const small of recordings) {
    if (small.kind === 'counts' || small.depth < fewestVotes) continue
    for (const large of recordings) {
      if (large === small || large.kind === 'counts' || large.directory !== small.directory) continue
      const pair = pairOf(small, large)
      if (pair && pair.largeAccuracy - pair.smallAccuracy >= leastGap) pairs.push(pair)
    }
  }
  return pairs
}

function pairOf(small: BenchRecording, large: BenchRecording): ModelPair | undefined {
  const others = new Map(large.prompts.map((prompt) => [prompt.id, prompt]))
  const prompts: PairedPrompt[] = []
  let smallRight = 0
  let largeRight = 0
  for (const prompt of small.prompts) {
    const other = others.get(prompt.id)
    const samples = [...prompt.samples, ...(other?.samples ?? [])]
    if (!other || other.samples.length === 0 || prompt.samples.length < fewestVotes) continue
    if (samples.some(({ correct }) => correct === undefined)) continue
    const { numbers, right, answers } = numberedAnswers(samples)
    const count = prompt.samples.length
    prompts.push({
      id: prompt.id,
      small: numbers.slice(0, count),
      large: numbers.slice(count),
      answers,
      right,
      smallTokens: prompt.samples.map(({ tokens }) => tokens + prompt.inputTokens),
      largeTokens: other.samples.map(({ tokens }) => tokens + other.inputTokens),
      smallInput: prompt.inputTokens,
      largeInput: other.inputTokens,
      features: featuresOf(prompt),
    })
    smallRight += prompt.successes / prompt.tries
    largeRight += other.successes / other.tries
  }
  if (prompts.length < fewestPrompts || prompts.every(({ answers }) => answers === 0)) return undefined
  return {
    set: small.set,
    small: small.model,
    large: large.model,
    prompts,
    smallAccuracy: smallRight / prompts.length,
    largeAccuracy: largeRight / prompts.length,
  }
}

const known = new WeakMap<BenchPrompt, Features>()

/** A prompt is in many pairs; its words are read once. */
function featuresOf(prompt: BenchPrompt): Features {
  const features = known.get(prompt) ?? promptFeatures(prompt.prompt)
  known.set(prompt, features)
  return features
}
