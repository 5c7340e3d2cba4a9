import { Fault } from '../fault.ts'
import { gatedPrior, type GatedPrior } from './gate.ts'
import type { Features, Outcome } from './outcome.ts'
import { beliefOf, firstChance } from './prior-model.ts'
import { reliability, type Reliability } from './reliability.ts'
import type { ZeroInflatedBeta } from './zero-inflated-beta.ts'

/** Prompts with an outcome before the first fit, and how much their number grows between two. */
const firstFit = 32
const fitGrowth = 2
/** Outcomes that are kept, the newest: a fit to 500 takes under half a second, and nothing else runs meanwhile. */
const mostOutcomes = 500
const formatVersion = 1

/** A learner as it is saved: plain JSON. */
export interface SavedDifficulty {
  readonly version: number
  readonly outcomes: readonly Outcome[]
}

/**
 * Learns what makes prompts hard while a batch runs: hears of every try, fits a gated prior when outcomes have doubled,
 * and gives beliefs about prompts from their features. Until the first fit, and whenever features do not pass the
 * gate, it has no belief: the caller then treats prompts as exchangeable, which is drop-solved round robin.
 */
export class DifficultyLearner {
  readonly #outcomes = new Map<string, { features: Features; tries: number; successes: number }>()
  #fitted: GatedPrior | undefined
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
    for (const [index, { features, tries, successes }] of saved.outcomes.entries()) {
      learner.#outcomes.set(`saved/${index}`, { features, tries, successes })
    }
    learner.refit()
    return learner
  }

  /** One try of a prompt. */
  observe(id: string, features: Features, succeeded: boolean): void {
    const known = this.#outcomes.get(id)
    if (known) {
      known.tries += 1
      known.successes += Number(succeeded)
      return
    }
    this.#outcomes.set(id, { features, tries: 1, successes: Number(succeeded) })
    if (this.#outcomes.size <= mostOutcomes) return
    const [oldest] = this.#outcomes.keys()
    if (oldest !== undefined) this.#outcomes.delete(oldest)
  }

  /** Whether enough was seen since the last fit for another. */
  get due(): boolean {
    return this.#outcomes.size >= this.#fitAt
  }

  /** Fits to all that was seen. @returns whether beliefs may have changed */
  refit(): boolean {
    const before = this.#fitted?.model.groups.length ?? 0
    this.#fitted = gatedPrior([...this.#outcomes.values()])
    this.#fitAt = Math.max(firstFit, Math.ceil(this.#outcomes.size * fitGrowth))
    return before > 0 || this.#fitted.model.groups.length > 0
  }

  /** What is thought of a prompt; undefined while features are not known to tell anything. */
  belief(features: Features): ZeroInflatedBeta | undefined {
    const model = this.#fitted?.model
    return model && model.groups.length > 0 ? beliefOf(model, features) : undefined
  }

  /** What the last fit kept, and how well its first chances match the outcomes it has seen. */
  get diagnostics(): (GatedPrior & { readonly reliability: Reliability }) | undefined {
    const fitted = this.#fitted
    if (!fitted) return undefined
    const predictions = [...this.#outcomes.values()].map(({ features, tries, successes }) => ({
      chance: firstChance(beliefOf(fitted.model, features)),
      // Where tries stopped at a success, only the first is a fair draw: it succeeded if it was the only one.
      observed: successes > 1 ? successes / tries : Number(successes === 1 && tries === 1),
    }))
    return { ...fitted, reliability: reliability(predictions) }
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
        typeof each?.features === 'object' &&
        Object.values(each.features).every((number) => typeof number === 'number') &&
        Number.isFinite(each.tries) &&
        Number.isFinite(each.successes),
    )
  )
}
