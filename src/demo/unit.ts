import { Fault } from '../fault.ts'
import type { Model, ModelProfile } from '../models/model.ts'

/** What the budget of the demo limits. */
export interface DemoUnit {
  readonly name: 'flops' | 'usd'
  /** What a model's tokens cost, by its profile alone: the ledger is checked against this. */
  cost(profile: ModelProfile, inputTokens: number, outputTokens: number): number
}

/** FLOPs of a token, for each parameter: one multiplication and one addition of the forward pass. */
const flopsPerParameter = 2

const flops: DemoUnit = {
  name: 'flops',
  cost: ({ parameters = 0 }, input, output) => flopsPerParameter * parameters * (input + output),
}

const usd: DemoUnit = {
  name: 'usd',
  cost: ({ price }, input, output) =>
    price ? (input * price.inputUsdPerMillion + output * price.outputUsdPerMillion) / 1e6 : 0,
}

/**
 * Dollars where models have prices, since a price is only ever given; else FLOPs.
 * @throws Fault `no-price`, `no-parameters` when the bill of one model could not be told
 */
export function unitOf(models: readonly Model[]): DemoUnit {
  const priced = models.some(({ profile }) => profile.price)
  const known = ({ profile }: Model) => (priced ? profile.price : profile.parameters) !== undefined
  const unknown = models.find((model) => !known(model))
  if (!unknown) return priced ? usd : flops
  const { name } = unknown.profile
  if (priced) {
    throw new Fault(
      'no-price',
      `the budget is in dollars, and "${name}" has no price`,
      'Give --price for each --model, or --params instead; with --guide-model, which has no price, give --params.',
    )
  }
  throw new Fault(
    'no-parameters',
    `the budget is in FLOPs, and "${name}" has no parameter count`,
    'Give --params for each --model, in the same order, or --price for a budget in dollars.',
  )
}
