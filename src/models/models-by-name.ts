import { Fault } from '../fault.ts'
import type { Model } from './model.ts'

/**
 * Models by the names that steps carry.
 * @throws Fault `bad-argument` for no model, two of one name, or live and replayed ones together
 */
export function modelsByName(models: readonly Model[]): ReadonlyMap<string, Model> {
  if (models.length === 0)
    throw new Fault('bad-argument', 'the engine has no model', 'Give at least one model.')
  const named = new Map<string, Model>()
  for (const model of models) {
    if (model.time !== models[0]?.time) {
      throw new Fault('bad-argument', 'live and replayed models are mixed', 'Use only one kind in an engine.')
    }
    const { name } = model.profile
    if (named.has(name)) {
      throw new Fault('bad-argument', `two models are named "${name}"`, 'Give each profile its own name.')
    }
    named.set(name, model)
  }
  return named
}
