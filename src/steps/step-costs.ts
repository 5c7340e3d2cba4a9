import { units, type Amount } from '../budget/amount.ts'
import type { Proposal, Step } from '../contract.ts'
import type { Model } from '../models/model.ts'
import type { Run } from '../run.ts'
import type { Asked } from './asked.ts'
import { costOf } from './cost.ts'
import { outputCapOf } from './output-cap.ts'
import { OutputLength } from './output-length.ts'

/** A token a byte is the bound where nobody counts; before any call a token is taken to be four bytes. */
const usualInputShare = 0.25

type Kind = Pick<Step, 'kind' | 'model' | 'effort' | 'form'>
/** What of a proposal tells its price. */
type Priced = Pick<Proposal, 'expected'> & { readonly step: Kind }

/** What steps cost: how long answers of their kind were, over all prompts, and the bounds that nothing exceeds. */
export class StepCosts {
  readonly #lengths = new Map<string, OutputLength>()
  /** Input tokens that were charged, and what their upper bounds had been, where nobody counts beforehand. */
  #charged = 0
  #bounded = 0
  readonly #callersModel: Model | undefined

  /** @param callersModel whose answers say most about those of a model that has given none; absent: nobody samples */
  constructor(callersModel: Model | undefined) {
    this.#callersModel = callersModel
  }

  /** What is known of the answers of steps like this one. */
  lengthOf({ kind, model, effort, form }: Kind): OutputLength {
    const key = [kind, model, effort ?? '', form ?? ''].join('/')
    let length = this.#lengths.get(key)
    if (!length) {
      length = new OutputLength()
      this.#lengths.set(key, length)
    }
    return length
  }

  /** What a proposal is expected to cost until its candidate is there. */
  expected(run: Run, model: Model, { step, expected }: Priced, asked: Asked): Amount {
    const calls = Math.max(1, expected.calls)
    const { tokens, exact } = inputOf(run, model, asked.prompt)
    const input = exact ? tokens : Math.ceil(tokens * this.#inputShare)
    const output = Math.min(asked.cap, this.#usual(step, calls) || asked.cap)
    return times(costOf(model.profile, input, output), calls)
  }

  /** What the plain step is expected to cost: the caller's own request, sampled again. */
  plain(run: Run): Amount | undefined {
    const model = this.#callersModel
    if (!model) return undefined
    const step = { kind: 'sample', model: model.profile.name } as const
    const asked = { prompt: run.prompt, cap: outputCapOf(model.profile, run.prompt) }
    return this.expected(run, model, { step, expected: { calls: 1 } }, asked)
  }

  /** A call whose input had only an upper bound was charged. */
  sawInput(bound: number, tokens: number): void {
    this.#bounded += bound
    this.#charged += tokens
  }

  /** Share of the upper bound of an input that is charged on average. */
  get #inputShare(): number {
    return this.#bounded > 0 ? this.#charged / this.#bounded : usualInputShare
  }

  /**
   * Upper bound of a step with its answer finished. What a partial has of the answer already counts as input and no
   * longer as output, so an extension costs what the whole answer does.
   */
  whole(run: Run, model: Model, step: Step, count: number): Amount {
    const { profile } = model
    const input = inputOf(run, model, run.prompt).tokens
    const shown = step.kind === 'revise' ? step.parents : []
    const attempts = shown.reduce((sum, id) => sum + (run.tree.node(id)?.outputTokens ?? 0), 0)
    const effort = profile.efforts?.find((each) => each.name === step.effort)
    const cap = effort?.maxOutputTokens ?? outputCapOf(profile, run.prompt)
    return times(costOf(profile, input + attempts, cap), count)
  }

  /** Output tokens to expect of a step: of its kind, else its share of a whole answer; 0 while nothing is known. */
  #usual(step: Kind, calls: number): number {
    const own = this.lengthOf(step).mean
    if (own > 0) return own
    const whole = [step.model, this.#callersModel?.profile.name ?? step.model].map(
      (model) => this.lengthOf({ kind: 'sample', model }).mean,
    )
    return Math.ceil((whole.find((mean) => mean > 0) ?? 0) / calls)
  }
}

/** Tokens of what is sent. What is known of the prompt's own tokens counts for nothing else. */
export function inputOf(
  run: Run,
  model: Model,
  sent: Asked['prompt'],
): { readonly tokens: number; readonly exact: boolean } {
  const known = sent === run.prompt ? run.inputTokens(model.profile.name) : undefined
  return known ?? model.inputTokens(sent, sent.messages)
}

function times(amount: Amount, count: number): Amount {
  const product = { ...amount }
  for (const unit of units) product[unit] *= count
  return product
}
