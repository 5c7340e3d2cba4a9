import { beliefAfter } from '../../src/difficulty/evidence-model.ts'
import { fitEvidence, type EvidenceOutcome } from '../../src/difficulty/fit-evidence.ts'
import { fitPrior } from '../../src/difficulty/fit-prior.ts'
import { gatedPrior } from '../../src/difficulty/gate.ts'
import type { Features, Outcome } from '../../src/difficulty/outcome.ts'
import { pastFeatures } from '../../src/difficulty/past-features.ts'
import { beliefOf, type PriorModel } from '../../src/difficulty/prior-model.ts'
import { promptFeatures } from '../../src/difficulty/prompt-features.ts'
import { sampleFeatures, type SeenSample } from '../../src/difficulty/sample-features.ts'
import type { ZeroInflatedBeta } from '../../src/difficulty/zero-inflated-beta.ts'
import { randomFrom, shuffled } from '../../src/clock/random.ts'
import type { BenchPrompt, BenchRecording, BenchSample } from './recordings.ts'

/** Failed samples of a training prompt that are looked at, spread evenly over its recording. */
const mostSeen = 6
/** Parts of the cross-fit of the training half. */
const parts = 5

/** Beliefs about held-out prompts, in their order. */
export interface Believed {
  /** Before any try. */
  readonly before: readonly ZeroInflatedBeta[]
  /**
   * After some failed tries of one of them; absent where failed samples tell nothing.
   * @param arm place among the held-out prompts
   */
  readonly after?: (arm: number, failed: readonly BenchSample[]) => ZeroInflatedBeta
}

/** One half of the prompts, with beliefs that were fitted on the other half's history. */
export interface Fold {
  /** Indices of the held-out prompts. */
  readonly test: readonly number[]
  readonly train: readonly number[]
  /** By nothing but what failed samples show; undefined where they tell nothing. */
  readonly samples: Believed | undefined
  /** By prompt features, and by failed samples. */
  readonly features: Believed
  /** By each helper's recorded results and answers as well, in the order of the helpers. */
  readonly helpers: readonly HelperBeliefs[]
  /** Groups that the gate kept: of features alone, and with each helper. */
  readonly kept: readonly string[]
}

export interface HelperBeliefs {
  /** All recorded results of the helper are known for free. */
  readonly known: Believed
  /** One result of the helper is bought for every prompt: beliefs of held-out prompts. */
  readonly bought: readonly ZeroInflatedBeta[]
  /** The same of training prompts, each fitted on the others: what decides whether buying pays must not be flattered. */
  readonly boughtTrain: readonly ZeroInflatedBeta[]
}

/**
 * Two folds of one random split by prompt. The history is what was recorded on the training half: every try of the
 * target model, nothing of the held-out half but its prompts, what the helper did on them, and the failed tries of the
 * run itself.
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
    const believed = (
      model: PriorModel,
      features: (index: number) => Features,
      name: string,
      others: (index: number) => readonly (string | null)[] = () => [],
    ): Believed => {
      const seen = (index: number, samples: readonly BenchSample[]) =>
        sampleFeatures(samples.map(seenOf), { otherAnswers: others(index) })
      const evidence = fitEvidence(
        train.map((index): EvidenceOutcome => {
          const { tries, successes, samples } = recording.prompts[index] as BenchPrompt
          const failed = spread(samples.filter(({ correct }) => correct === false))
          return {
            belief: beliefOf(model, features(index)),
            seen: failed.map((sample) => seen(index, [sample])),
            tries,
            successes,
            weight: (tries - successes) / tries,
          }
        }),
      )
      const before = test.map((index) => beliefOf(model, features(index)))
      if (!evidence) return { before }
      kept.push(...evidence.groups.map((group) => `${group}${name}`))
      return {
        before,
        after: (arm, failed) =>
          beliefAfter(evidence, before[arm] as ZeroInflatedBeta, seen(test[arm] as number, failed)),
      }
    }
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
        known: believed(
          model,
          all,
          ` beside ${helper.model}`,
          (index) => of(index)?.samples.map(({ answer }) => answer) ?? [],
        ),
        bought: test.map((index) => beliefOf(bought, one(index))),
        boughtTrain: crossFitted(outcomes(one), [...new Set(past)]),
      }
    })
    const features = believed(alone.model, ownFeatures, ' beside features')
    const samples = believed(fitPrior(outcomes(ownFeatures), []), () => ({}), '')
    return {
      test,
      train,
      samples: samples.after && samples,
      features,
      helpers: byHelper,
      kept,
    }
  })
}

/** For each outcome, the belief of a prior that was fitted on the other parts. */
function crossFitted(outcomes: readonly Outcome[], groups: readonly string[]): readonly ZeroInflatedBeta[] {
  const models = Array.from({ length: parts }, (_, part) =>
    fitPrior(
      outcomes.filter((_outcome, row) => row % parts !== part),
      groups,
    ),
  )
  return outcomes.map(({ features }, row) => beliefOf(models[row % parts] as PriorModel, features))
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

function seenOf({ answer, tokens, scores, recorded }: BenchSample): SeenSample {
  const { finish, logprob } = recorded as { readonly finish?: unknown; readonly logprob?: unknown }
  return {
    answer,
    tokens,
    scores,
    ...(typeof finish === 'string' && { finish: finish === 'length' ? 'length' : 'stop' }),
    ...(typeof logprob === 'number' && { meanLogprob: logprob }),
  }
}

function spread<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length <= mostSeen) return items
  return Array.from(
    { length: mostSeen },
    (_, place) => items[Math.floor(((place + 0.5) * items.length) / mostSeen)] as Item,
  )
}

/** What one try of the helper shows. */
function firstResult(model: string, prompt: BenchPrompt | undefined, seed: string): Features {
  if (!prompt) return {}
  const random = randomFrom(`${seed}/${prompt.id}`)
  return pastFeatures(model, { tries: 1, successes: Number(random() < prompt.successes / prompt.tries) })
}
