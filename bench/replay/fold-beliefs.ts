import { fitPrior } from '../../src/difficulty/fit-prior.ts'
import { gatedPrior } from '../../src/difficulty/gate.ts'
import type { Features, Outcome } from '../../src/difficulty/outcome.ts'
import { pastFeatures } from '../../src/difficulty/past-features.ts'
import { beliefOf } from '../../src/difficulty/prior-model.ts'
import { promptFeatures } from '../../src/difficulty/prompt-features.ts'
import type { ZeroInflatedBeta } from '../../src/difficulty/zero-inflated-beta.ts'
import { randomFrom, shuffled } from '../../src/clock/random.ts'
import type { BenchPrompt, BenchRecording } from './recordings.ts'

/** One half of the prompts, with beliefs that were fitted on the other half's history. */
export interface Fold {
  /** Indices of the held-out prompts. */
  readonly test: readonly number[]
  readonly train: readonly number[]
  /** By prompt features alone; one a held-out prompt. */
  readonly features: readonly ZeroInflatedBeta[]
  /** By each helper's recorded results as well, in the order of the helpers. */
  readonly helpers: readonly HelperBeliefs[]
  /** Groups that the gate kept: of features alone, and with each helper. */
  readonly kept: readonly string[]
}

export interface HelperBeliefs {
  /** All recorded results of the helper are known for free. */
  readonly known: readonly ZeroInflatedBeta[]
  /** One result of the helper is bought for every prompt: beliefs of held-out and of training prompts. */
  readonly bought: readonly ZeroInflatedBeta[]
  readonly boughtTrain: readonly ZeroInflatedBeta[]
}

/**
 * Two folds of one random split by prompt. The history is what was recorded on the training half: every try of the
 * target model, nothing of the held-out half but its prompts and what the helper did on them.
 */
export function foldsOf(
  recording: BenchRecording,
  helpers: readonly BenchRecording[],
  seed: string,
): readonly Fold[] {
  const order = shuffled(recording.prompts.length, randomFrom(`${seed}/split`))
  const own = recording.prompts.map(({ prompt }) => promptFeatures(prompt))
  return [0, 1].map((half) => {
    const test = order.filter((_, place) => place % 2 === half)
    const train = order.filter((_, place) => place % 2 !== half)
    const outcomes = (features: (index: number) => Features): Outcome[] =>
      train.map((index) => {
        const { tries, successes } = recording.prompts[index] as BenchPrompt
        return { features: features(index), tries, successes }
      })
    const ownFeatures = (index: number) => own[index] as Features
    const alone = gatedPrior(outcomes(ownFeatures))
    const kept = [...alone.model.groups]
    const byHelper = helpers.map((helper): HelperBeliefs => {
      const results = new Map(helper.prompts.map((prompt) => [prompt.id, prompt]))
      const of = (index: number) => results.get(recording.prompts[index]?.id ?? '')
      const all = (index: number): Features => ({ ...ownFeatures(index), ...pastOf(helper.model, of(index)) })
      const past = [...new Set(order.flatMap((index) => Object.keys(pastOf(helper.model, of(index)))))].map(
        (name) => name.split('.', 1)[0] as string,
      )
      const { model } = gatedPrior(outcomes(all), [...new Set(past), ...alone.model.groups])
      kept.push(...model.groups.map((group) => `${group} of ${helper.model}`))
      const one = (index: number) => firstResult(helper.model, of(index), `${seed}/bought`)
      const bought = fitPrior(outcomes(one), [...new Set(past)])
      return {
        known: test.map((index) => beliefOf(model, all(index))),
        bought: test.map((index) => beliefOf(bought, one(index))),
        boughtTrain: train.map((index) => beliefOf(bought, one(index))),
      }
    })
    return {
      test,
      train,
      features: test.map((index) => beliefOf(alone.model, ownFeatures(index))),
      helpers: byHelper,
      kept,
    }
  })
}

function pastOf(model: string, prompt: BenchPrompt | undefined): Features {
  if (!prompt) return {}
  const { samples, tries, successes } = prompt
  const tokens = samples.reduce((sum, sample) => sum + sample.tokens, 0) / samples.length
  return pastFeatures(model, {
    tries,
    successes,
    answers: samples.map(({ answer }) => answer),
    ...(samples.length > 0 && { tokens }),
  })
}

/** What one try of the helper shows. */
function firstResult(model: string, prompt: BenchPrompt | undefined, seed: string): Features {
  if (!prompt) return {}
  const random = randomFrom(`${seed}/${prompt.id}`)
  return pastFeatures(model, { tries: 1, successes: Number(random() < prompt.successes / prompt.tries) })
}
