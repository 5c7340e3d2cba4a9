import { randomFrom, shuffled, type Random } from '../../src/clock/random.ts'
import type { BenchPrompt, BenchRecording, BenchSample } from './recordings.ts'

/** The tries of one prompt in one draw order, without replacement. */
export interface PromptDraws {
  /** Tries that can be made. */
  readonly depth: number
  /** Number of the try that succeeds first, from 1; Infinity when none does. */
  readonly firstSuccess: number
  /** The sample of a try, from 0; undefined in a recording of counts. */
  sample(number: number): BenchSample | undefined
  /** Tokens of a try, prompt included; 1 in a recording of counts. */
  cost(number: number): number
}

/** One draw order cut in two: tries are made with the one half, the other is what a known-p oracle knows. */
export interface HalfDraws extends PromptDraws {
  readonly known: { readonly tries: number; readonly successes: number }
}

/**
 * The order in which the samples of a prompt come: a function of seed and prompt only, the same as the replay model's
 * (src/models/replay.ts), so that every policy sees the same tries.
 */
export function drawsOf(prompt: BenchPrompt, seed: number | string): PromptDraws {
  const random = randomFrom(`${seed}/${prompt.id}`)
  return prompt.samples.length > 0
    ? sampled(prompt, shuffled(prompt.samples.length, random))
    : counted(prompt, random)
}

/** The same order, of which tries see only one half (the first, or the second) and an oracle knows the other. */
export function halfDrawsOf(prompt: BenchPrompt, seed: number | string, half: 0 | 1): HalfDraws {
  const random = randomFrom(`${seed}/${prompt.id}`)
  if (prompt.samples.length === 0) return countedHalf(prompt, random)
  const order = shuffled(prompt.samples.length, random)
  // An odd sample goes to the tries.
  const middle = half === 0 ? Math.ceil(order.length / 2) : Math.floor(order.length / 2)
  const tried = half === 0 ? order.slice(0, middle) : order.slice(middle)
  const known = half === 0 ? order.slice(middle) : order.slice(0, middle)
  const successes = known.filter((index) => prompt.samples[index]?.correct === true).length
  return { ...sampled(prompt, tried), known: { tries: known.length, successes } }
}

/** All prompts of a recording. */
export function allDraws(recording: BenchRecording, seed: number | string): readonly PromptDraws[] {
  return recording.prompts.map((prompt) => drawsOf(prompt, seed))
}

function sampled({ samples, inputTokens }: BenchPrompt, order: readonly number[]): PromptDraws {
  const first = order.findIndex((index) => samples[index]?.correct === true)
  return {
    depth: order.length,
    firstSuccess: first < 0 ? Infinity : first + 1,
    sample: (number) => samples[order[number] ?? -1],
    cost: (number) => inputTokens + (samples[order[number] ?? -1]?.tokens ?? 0),
  }
}

function counted({ tries, successes }: BenchPrompt, random: Random): PromptDraws {
  return ofCounts(tries, firstOf(tries, successes, random))
}

/** Half of the counted tries, drawn without replacement: the known half gets a hypergeometric share of successes. */
function countedHalf({ tries, successes }: BenchPrompt, random: Random): HalfDraws {
  const known = Math.floor(tries / 2)
  let knownSuccesses = 0
  for (let success = 0; success < successes; success += 1) {
    // Each success in turn lands in one of the places that are left.
    if (random() < (known - knownSuccesses) / (tries - success)) knownSuccesses += 1
  }
  const left = tries - known
  return {
    ...ofCounts(left, firstOf(left, successes - knownSuccesses, random)),
    known: { tries: known, successes: knownSuccesses },
  }
}

function ofCounts(depth: number, firstSuccess: number): PromptDraws {
  return { depth, firstSuccess, sample: () => undefined, cost: () => 1 }
}

/** Number of the first success when `successes` of `tries` are in random order: each try in turn, hypergeometric. */
function firstOf(tries: number, successes: number, random: Random): number {
  if (successes === 0) return Infinity
  for (let number = 0; number < tries; number += 1) {
    if (random() < successes / (tries - number)) return number + 1
  }
  return Infinity
}
