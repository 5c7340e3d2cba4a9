import { plainAction } from '../allocator/allocator.ts'
import { billOf, type Amount, type Bill } from '../budget/amount.ts'
import type { Question, Step } from '../contract.ts'
import { Fault } from '../fault.ts'
import type { Model, ModelProfile } from '../models/model.ts'
import { modelsByName } from '../models/models-by-name.ts'
import { actionOf } from './action-of.ts'

/** The models of an engine, and who of them serves what. */
export class ModelSet {
  readonly #named: ReadonlyMap<string, Model>
  /** Those that sample, the caller's own first. */
  readonly #samplers: readonly Model[]

  /** @throws Fault `bad-argument` for no model, two of one name, or live and replayed ones together */
  constructor(models: readonly Model[]) {
    this.#named = modelsByName(models)
    this.#samplers = models.filter((model) => canServe(model, 'sample'))
  }

  /** Whose the caller's own request is; absent where nobody samples. */
  get callersModel(): Model | undefined {
    return this.#samplers[0]
  }

  /** Names of the models that sample, the caller's own first. */
  get samplers(): readonly string[] {
    return this.#samplers.map((model) => model.profile.name)
  }

  get profiles(): readonly ModelProfile[] {
    return [...this.#named.values()].map((model) => model.profile)
  }

  named(name: string): Model | undefined {
    return this.#named.get(name)
  }

  /** @throws Fault `unknown-name` */
  of({ model: name }: Pick<Step, 'model'>): Model {
    const model = this.#named.get(name)
    if (!model) {
      throw new Fault(
        'unknown-name',
        `a strategy asked for the model "${name}"`,
        'Give that model to the engine.',
      )
    }
    return model
  }

  /** Whether a model can be asked for steps of a kind; where it cannot extend, it is asked by prompt to go on. */
  serves(name: string, kind: Step['kind']): boolean {
    const model = this.#named.get(name)
    return model !== undefined && (canServe(model, kind) || (kind === 'extend' && canServe(model, 'sample')))
  }

  /** The model of a question: the one it names, else the first that can judge. */
  judgeOf({ model: name }: Question): Model | undefined {
    const judges = [...this.#named.values()].filter((model) => canServe(model, 'judge'))
    if (name !== undefined) return judges.find((model) => model.profile.name === name)
    // A model that only judges was given for this; the caller's own is what is left.
    return judges.find((model) => !canServe(model, 'sample')) ?? judges[0]
  }

  /** Which kind of purchase a step is. */
  actionOf(step: Step): string {
    return actionOf(step, this.callersModel?.profile.name)
  }

  /** Whether a step is the caller's own request, sampled again. */
  isPlain(step: Step): boolean {
    return this.actionOf(step) === plainAction
  }

  /** An amount as people read it: with dollars and FLOPs where every model's are known. */
  bill(amount: Amount): Bill {
    return billOf(amount, {
      usd: this.profiles.every((profile) => profile.price !== undefined),
      flops: this.profiles.every((profile) => profile.parameters !== undefined),
    })
  }
}

/** Whether a model serves steps of a kind; chat models sample, revise and judge unless their profile says otherwise. */
function canServe({ profile }: Model, kind: Step['kind']): boolean {
  return (profile.kinds ?? ['sample', 'revise', 'judge']).includes(kind)
}
