import { classSpread, fit, logLikelihood, vaguePrior, vagueSpread } from '../difficulty/fit.ts'
import { deepestState, HazardCounts } from '../difficulty/hazard-counts.ts'
import { recalibrate, recalibrated, untouched, type Recalibration } from '../difficulty/recalibrate.ts'
import { faded } from '../difficulty/fade.ts'
import { hazards, type Fade, type ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'
import { correlatedHazards } from '../difficulty/correlated-hazards.ts'
import { noisyHazards } from '../difficulty/noisy-hazards.ts'
import type { ErrorRates } from '../contract.ts'
import type { Evidence } from './allocator.ts'
import { beliefOfBin, binOf } from './belief-bins.ts'
import type { IndexPolicy, State } from './index-policy.ts'
import { TryCost, type ClassCost } from './try-cost.ts'

/** The first refit comes after this many outcomes, and then whenever they have grown by `refitGrowth`. */
const firstRefit = 32
const refitGrowth = 1.5
const defaultWastedShare = 0.2
/** Input costs are binned on a log scale: within a bin they differ by this factor. */
const inputStep = 2 ** 0.25
/** Fades are binned by the tries that features are worth, likewise. */
const fadeStep = 2 ** 0.25

export interface HazardIndexOptions {
  /**
   * One more try of a prompt that has some out already is wasted if one of those succeeds; it is started only while
   * that is no likelier than this. 0 never starts one: fewest tokens, most waiting. Default 0.2.
   */
  readonly wastedShare?: number
  /** Of the verifier; absent: a pass proves the answer. A pass then gains P(it is right), and failures weigh less. */
  readonly errorRates?: ErrorRates
  /** How alike the failed samples of a prompt are, 0 to 1 (see `duplicateRate`); default 0: independent. */
  readonly correlation?: number
  /** Whether beliefs that were given with prompts are corrected by the outcomes of the run; default true. */
  readonly recalibrates?: boolean
}

interface PromptClass {
  readonly counts: HazardCounts
  /** From the prompts' features; undefined: outcomes alone say. */
  readonly belief: ZeroInflatedBeta | undefined
  hazard: Float64Array
  readonly cost: ClassCost
}

/** Classes with beliefs that share a name share a correction. */
interface Family {
  readonly classes: (PromptClass & { readonly belief: ZeroInflatedBeta })[]
  readonly names: Map<string, string>
  /** By their part of a class's name. */
  readonly fades: Map<string, Fade>
  correction: Recalibration
}

/**
 * Verified success: P(next try succeeds | failures so far) per expected cost. Serving the largest is optimal for any
 * budget when priors are independent and costs equal, because the chance only falls with each failure and drops to
 * nothing after a success (a deteriorating bandit; reference/allocation.md 2b, Theorem 1).
 *
 * The chance comes from a zero-inflated Beta per class. Prompts with a belief from their features are classed by it
 * (64 bins of log odds), and a run's outcomes correct the beliefs as a whole. Without beliefs one prior is fitted to
 * all outcomes as they arrive, and one a class once the outcomes tell classes apart; prompts that nothing tells apart
 * are exchangeable, so their order is round robin with the solved dropped. The cost is that of the prompt's own input,
 * where it is given, plus what successes and failures of its class were seen to generate ({@link TryCost}). While `k` tries of a prompt are out, one more is worth (1 − h(n))…(1 − h(n+k−1)) · h(n+k).
 */
export class HazardIndex implements IndexPolicy {
  readonly first = 0
  revision = 0
  readonly #all = new HazardCounts()
  readonly #classes = new Map<string, PromptClass>()
  readonly #families = new Map<string, Family>()
  readonly #cost = new TryCost()
  #vague: Float64Array
  #refitAt = firstRefit
  readonly #wastedShare: number
  readonly #recalibrates: boolean

  readonly #options: HazardIndexOptions

  constructor(options: HazardIndexOptions = {}) {
    this.#options = options
    this.#wastedShare = options.wastedShare ?? defaultWastedShare
    this.#recalibrates = options.recalibrates ?? true
    this.#vague = this.#hazards(vaguePrior)
  }

  classFor(className: string, belief: ZeroInflatedBeta | undefined, inputCost = 0): string {
    const input = inputBin(inputCost)
    if (!belief) {
      if (inputCost <= 0) return className
      const name = `${className}/${input.name}`
      if (!this.#classes.has(name)) {
        const cost = this.#cost.open(input.cost)
        this.#classes.set(name, { counts: new HazardCounts(), belief: undefined, hazard: this.#vague, cost })
      }
      return name
    }
    let family = this.#families.get(className)
    if (!family) {
      family = { classes: [], names: new Map(), fades: new Map(), correction: untouched }
      this.#families.set(className, family)
    }
    const bin = binOf(belief)
    const fadeBin = belief.fades ? fadeName(belief.fades) : ''
    const key = `${bin}${fadeBin}${input.name}`
    let name = family.names.get(key)
    if (name === undefined) {
      name = `${className}/${key}`
      family.names.set(key, name)
      const fades = family.fades.get(fadeBin) ?? belief.fades
      if (fades) family.fades.set(fadeBin, fades)
      const middle = { ...beliefOfBin(bin), ...(fades && { fades }) }
      const entry = {
        counts: new HazardCounts(),
        belief: middle,
        hazard: this.#hazards(recalibrated(middle, family.correction)),
        cost: this.#cost.open(input.cost),
      }
      family.classes.push(entry)
      this.#classes.set(name, entry)
    }
    return name
  }

  after(className: string, state: State, evidence: Evidence): State {
    const entry = this.#class(className)
    const solved = evidence.kind === 'solved'
    if (evidence.cost > 0) this.#cost.add(entry.cost, evidence.cost, solved)
    if (!solved && evidence.kind !== 'unsolved') return state
    this.#all.add(state, solved)
    entry.counts.add(state, solved)
    if (this.#all.total >= this.#refitAt) this.#refit()
    return solved ? state : Math.min(state + 1, deepestState)
  }

  value(className: string, state: State, inFlight: number): number {
    const entry = this.#class(className)
    const { hazard } = entry
    let unsolved = 1
    for (let ahead = 0; ahead < inFlight; ahead += 1) {
      unsolved *= 1 - (hazard[Math.min(state + ahead, deepestState)] as number)
    }
    if (1 - unsolved > this.#wastedShare) return 0
    const chance = hazard[Math.min(state + inFlight, deepestState)] as number
    return (unsolved * chance) / this.#cost.of(entry.cost, chance)
  }

  /** P(next try succeeds) after `failures`, with none in flight. */
  hazard(className: string, failures: number): number {
    return this.#class(className).hazard[Math.min(failures, deepestState)] as number
  }

  #class(className: string): PromptClass {
    let entry = this.#classes.get(className)
    if (!entry) {
      const cost = this.#cost.open()
      entry = { counts: new HazardCounts(), belief: undefined, hazard: this.#vague, cost }
      this.#classes.set(className, entry)
    }
    return entry
  }

  /** P(next try is right and accepted) by failures so far. */
  #hazards(belief: ZeroInflatedBeta): Float64Array {
    const { fades, ...own } = belief
    if (fades) return faded(this.#hazards(own), this.#hazards(fades.to), fades.tries)
    const { errorRates, correlation = 0 } = this.#options
    if (errorRates) return noisyHazards(belief, errorRates, deepestState + 1).right
    if (correlation > 0) return correlatedHazards(belief, correlation, deepestState + 1)
    return hazards(belief, deepestState + 1)
  }

  #refit(): void {
    if (this.#recalibrates) {
      for (const family of this.#families.values()) {
        family.correction = recalibrate(family.classes)
        for (const entry of family.classes) {
          entry.hazard = this.#hazards(recalibrated(entry.belief, family.correction))
        }
      }
    }
    this.#refitPlain([...this.#classes.values()].filter(({ belief }) => !belief))
    this.#refitAt = Math.ceil(this.#all.total * refitGrowth)
    this.revision += 1
  }

  /**
   * Classes without beliefs: fitted apart only when that explains the outcomes so much better than one fit for all
   * that chance does not (Bayesian information criterion, Schwarz 1978, one parameter a class). Until then they are
   * treated alike, and the order is round robin: classes that mean nothing must not cost anything.
   */
  #refitPlain(plain: readonly PromptClass[]): void {
    if (plain.length === 0) return
    const shared = fit(this.#all, vaguePrior, vagueSpread)
    this.#vague = this.#hazards(shared)
    const own = plain.map(({ counts }) => fit(counts, shared, classSpread))
    let gain = 0
    let tried = 0
    for (const [index, { counts }] of plain.entries()) {
      if (counts.total === 0) continue
      tried += 1
      gain += logLikelihood(counts, own[index] as ZeroInflatedBeta) - logLikelihood(counts, shared)
    }
    const differ = gain > ((tried - 1) * Math.log(this.#all.total)) / 2 && tried > 1
    for (const [index, entry] of plain.entries()) {
      entry.hazard = differ ? this.#hazards(own[index] as ZeroInflatedBeta) : this.#vague
    }
  }
}

/** The part of a class's name that says how its beliefs fade: those that do so nearly alike share one fade. */
function fadeName({ to, tries }: Fade): string {
  return ` fade ${binOf(to)} in ${Math.round(Math.log(tries) / Math.log(fadeStep))}`
}

/** The bin of an input cost, and the cost in its middle; no bin where none is known. */
function inputBin(inputCost: number): { readonly name: string; readonly cost: number } {
  if (!(inputCost > 0)) return { name: '', cost: 0 }
  const bin = Math.round(Math.log(inputCost) / Math.log(inputStep))
  return { name: ` input ${bin}`, cost: inputStep ** bin }
}
