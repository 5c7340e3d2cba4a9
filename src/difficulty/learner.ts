import { Fault } from '../fault.ts'
import { beliefAfter, type EvidenceModel } from './evidence-model.ts'
import { fitEvidence } from './fit-evidence.ts'
import { gatedPrior, type GatedPrior } from './gate.ts'
import type { Features, Outcome } from './outcome.ts'
import { beliefOf, firstChance } from './prior-model.ts'
import { reliability, type Reliability } from './reliability.ts'
import { sampleFeatures, type SeenSample } from './sample-features.ts'
import type { ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** Tries before the first fit, and how much their number grows between two. */
const firstFit = 32
const fitGrowth = 2
/**
 * Prompts whose tries are kept, the newest: a fit to 500 takes under half a second, and nothing else runs meanwhile.
 */
const mostOutcomes = 500
const formatVersion = 1

/** A learner as it is saved: plain JSON. */
export interface SavedDifficulty {
  readonly version: number
  readonly outcomes: readonly Outcome[]
}

interface Learned {
  readonly features: Features
  tries: number
  successes: number
  /** Whether the last try is the first success. */
  stopped: boolean
  readonly seen?: Features
}

/** What the last fit kept. */
export interface Diagnostics extends GatedPrior {
  /** How well first chances match the outcomes that were seen. */
  readonly reliability: Reliability
  /** What failed samples are known to tell; absent where they tell nothing. */
  readonly evidence?: EvidenceModel
}

/**
 * Learns what makes prompts hard while a batch runs: hears of every try, fits a gated prior when tries have doubled,
 * and gives beliefs about prompts from their features and from what their failed samples showed. Until the first fit,
 * and whenever neither passes the gate, it has no belief: the caller then treats prompts as exchangeable, which is
 * drop-solved round robin.
 */
export class DifficultyLearner {
  readonly #outcomes = new Map<string, Learned>()
  #fitted: GatedPrior | undefined
  #evidence: EvidenceModel | undefined
  #tries = 0
  #fitAt = firstFit

  /**
   * Continues from a saved learner, or from a parsed file.
   * @throws Fault `bad-input` when it is not one
   */
  static from(saved: unknown): DifficultyLearner {
    const learner = new DifficultyLearner()
    if (!isSaved(saved)) {
      throw new Fault('bad-input', 'this is not saved difficulty', 'Give a file that --difficulty wrote.')
    }
    for (const [index, outcome] of saved.outcomes.entries()) {
      learner.#outcomes.set(`saved/${index}`, { stopped: false, ...outcome })
      learner.#tries += outcome.tries
    }
    learner.refit()
    return learner
  }

  /**
   * One try of a prompt.
   * @param sample what it showed besides; without it nothing is learned from samples
   * @param again whether the prompt was tried before; one that is not known any more stays so, since its later tries
   *   without the failures before them would make prompts look harder than they are
   */
  observe(id: string, features: Features, succeeded: boolean, sample?: SeenSample, again = false): void {
    const known = this.#outcomes.get(id)
    if (!known && again) return
    this.#tries += 1
    if (known) {
      known.tries += 1
      known.successes += Number(succeeded)
      known.stopped = succeeded && known.successes === 1
      return
    }
    this.#outcomes.set(id, {
      features,
      tries: 1,
      successes: Number(succeeded),
      stopped: succeeded,
      ...(sample && !succeeded && { seen: sampleFeatures([sample]) }),
    })
    if (this.#outcomes.size <= mostOutcomes) return
    const [oldest] = this.#outcomes.keys()
    if (oldest !== undefined) this.#outcomes.delete(oldest)
  }

  /** Whether enough was seen since the last fit for another. */
  get due(): boolean {
    return this.#tries >= this.#fitAt
  }

  /** Fits to all that was seen. @returns whether beliefs may have changed */
  refit(): boolean {
    const before = this.#tells
    const outcomes = [...this.#outcomes.values()]
    const fitted = gatedPrior(outcomes)
    this.#fitted = fitted
    this.#evidence = fitEvidence(
      outcomes.flatMap(({ features, tries, successes, seen }) =>
        seen ? [{ belief: beliefOf(fitted.model, features), seen: [seen], tries, successes }] : [],
      ),
    )
    this.#fitAt = Math.max(firstFit, Math.ceil(this.#tries * fitGrowth))
    return before || this.#tells
  }

  /**
   * What is thought of a prompt, as before any try: the number of its failures is for the allocator to count. Undefined
   * while neither features nor samples are known to tell anything.
   * @param samples its failed samples so far; default: none
   */
  belief(features: Features, samples: readonly SeenSample[] = []): ZeroInflatedBeta | undefined {
    const model = this.#fitted?.model
    if (!model || !this.#tells) return undefined
    const belief = beliefOf(model, features)
    if (!this.#evidence || samples.length === 0) return belief
    return beliefAfter(this.#evidence, belief, sampleFeatures(samples))
  }

  /** Whether another look at a prompt's failed samples can change its belief. */
  get readsSamples(): boolean {
    return this.#evidence !== undefined
  }

  get #tells(): boolean {
    return (this.#fitted?.model.groups.length ?? 0) > 0 || this.#evidence !== undefined
  }

  /** What the last fit kept, and how well its first chances match the outcomes it has seen. */
  get diagnostics(): Diagnostics | undefined {
    const fitted = this.#fitted
    if (!fitted) return undefined
    const predictions = [...this.#outcomes.values()].map(({ features, tries, successes }) => ({
      chance: firstChance(beliefOf(fitted.model, features)),
      // Where tries stopped at a success, only the first is a fair draw: it succeeded if it was the only one.
      observed: successes > 1 ? successes / tries : Number(successes === 1 && tries === 1),
    }))
    return {
      ...fitted,
      ...(this.#evidence && { evidence: this.#evidence }),
      reliability: reliability(predictions),
    }
  }

  toJSON(): SavedDifficulty {
    return { version: formatVersion, outcomes: [...this.#outcomes.values()] }
  }
}

function isSaved(value: unknown): value is SavedDifficulty {
  if (typeof value !== 'object' || value === null) return false
  const { version, outcomes } = value as Partial<SavedDifficulty>
  return (
    version === formatVersion &&
    Array.isArray(outcomes) &&
    outcomes.every(
      (each: Partial<Outcome> | null) =>
        isFeatures(each?.features) &&
        (each?.seen === undefined || isFeatures(each.seen)) &&
        Number.isFinite(each?.tries) &&
        Number.isFinite(each?.successes),
    )
  )
}

function isFeatures(value: unknown): value is Features {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((number) => typeof number === 'number')
  )
}
