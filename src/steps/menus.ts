import type { Offer } from '../allocator/allocator.ts'
import type { Ledger } from '../budget/ledger.ts'
import { scarcestShare } from '../budget/scarcest-share.ts'
import { uniformOf } from '../clock/random.ts'
import type { Proposal, Step, Strategy, View } from '../contract.ts'
import type { Run } from '../run.ts'
import { askedFor } from './asked-for.ts'
import type { Asked } from './asked.ts'
import type { ModelSet } from './model-set.ts'
import type { StepCosts } from './step-costs.ts'

/** What a strategy wants for one prompt now. */
export interface Wanted {
  /** The new steps that can be had: of each action the first. */
  readonly menu: readonly Proposal[]
  /** Of every step that is wanted, those in flight included. */
  readonly ids: ReadonlySet<string>
  /** Whether a new step was wanted that cannot be had. */
  readonly refused: boolean
}

export interface MenusInput {
  readonly models: ModelSet
  readonly strategy: Strategy
  readonly costs: StepCosts
  readonly limits: Ledger['limits']
  readonly seed: number
}

/** What may be bought for a prompt: the steps that its strategy asks for, and what they are to the allocator. */
export class Menus {
  readonly #models: ModelSet
  readonly #strategy: Strategy
  readonly #costs: StepCosts
  readonly #limits: Ledger['limits']
  readonly #seed: number

  constructor({ models, strategy, costs, limits, seed }: MenusInput) {
    this.#models = models
    this.#strategy = strategy
    this.#costs = costs
    this.#limits = limits
    this.#seed = seed
  }

  /** Asks the strategy. */
  wanted(run: Run): Wanted {
    const ids = new Set<string>()
    const menu = new Map<string, Proposal>()
    let refused = false
    for (const proposal of this.#strategy.propose(run.tree, this.#view(run))) {
      const { step } = proposal
      ids.add(step.id)
      const action = this.#models.actionOf(step)
      if (menu.has(action) || run.tree.node(step.id)) continue
      if (this.#available(run, step)) menu.set(action, proposal)
      else refused = true
    }
    return { menu: [...menu.values()], ids, refused }
  }

  /** What the steps of a menu are to the allocator: nothing where it is the plain step only. */
  offers(run: Run, menu: readonly Proposal[]): readonly Offer[] {
    if (menu.every(({ step }) => this.#models.isPlain(step))) return []
    return menu.map((proposal) => this.#offer(run, proposal))
  }

  /** What is sent for a step. */
  asked(run: Run, step: Step): Asked {
    return askedFor(run.prompt, step, run.tree, this.#models.of(step).profile)
  }

  #offer(run: Run, proposal: Proposal): Offer {
    const { step } = proposal
    const model = this.#models.of(step)
    const expected = this.#costs.expected(run, model, proposal, this.asked(run, step))
    const plain = this.#costs.plain(run) ?? expected
    return {
      action: this.#models.actionOf(step),
      cost: scarcestShare(expected, this.#limits) / scarcestShare(plain, this.#limits),
      ...(model !== this.#models.callersModel && { otherModel: true }),
    }
  }

  /** Whether a step can be had now: its model serves the kind, and its recording has not run out. */
  #available(run: Run, step: Step): boolean {
    if (!this.#models.serves(step.model, step.kind)) return false
    return this.#models.of(step).offers?.(this.asked(run, step).prompt, step) ?? true
  }

  #view(run: Run): View {
    const models = this.#models
    return {
      models: models.samplers,
      serves: (name, kind) => models.serves(name, kind),
      efforts: (name) => (models.named(name)?.profile.efforts ?? []).map((effort) => effort.name),
      budgetLeft: run.scope.left,
      fits: (step, count = 1) =>
        run.scope.refusal(this.#costs.whole(run, models.of(step), step, count)) === undefined,
      uniform: (key) => uniformOf(this.#seed, `${run.prompt.id}/${key}`),
    }
  }
}
