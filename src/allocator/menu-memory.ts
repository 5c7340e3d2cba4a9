import { actionOdds, type ActionOdds, type SavedOdds } from './menu-odds.ts'

/** What was learned of each action, as plain data. */
export interface SavedMenu {
  readonly [action: string]: SavedOdds
}

/**
 * What is known of the odds of every action beside the plain step, over all runs that share it. Each action starts
 * with the sceptical belief of {@link actionOdds}.
 */
export class MenuMemory {
  readonly #odds = new Map<string, ActionOdds>()

  /** Continues from a parsed file; what is no saved odds in it is left out. */
  static from(saved: unknown): MenuMemory {
    const memory = new MenuMemory()
    if (typeof saved !== 'object' || saved === null) return memory
    for (const [action, odds] of Object.entries(saved)) {
      if (isSavedOdds(odds)) memory.#odds.set(action, actionOdds(1, false, odds))
    }
    return memory
  }

  /** Of an action that costs `costRatio` times the plain step, on its model or another. */
  of(action: string, costRatio: number, otherModel = false): ActionOdds {
    let odds = this.#odds.get(action)
    if (!odds) {
      odds = actionOdds(costRatio, otherModel)
      this.#odds.set(action, odds)
    }
    return odds
  }

  toJSON(): SavedMenu {
    return Object.fromEntries([...this.#odds].map(([action, odds]) => [action, odds.save()]))
  }
}

/** Weights of one action. */
const size = 3

function isSavedOdds(odds: unknown): odds is SavedOdds {
  const numbers = (list: unknown) =>
    Array.isArray(list) && list.length === size && list.every((each) => Number.isFinite(each))
  return (
    typeof odds === 'object' &&
    odds !== null &&
    'mean' in odds &&
    'covariance' in odds &&
    numbers(odds.mean) &&
    Array.isArray(odds.covariance) &&
    odds.covariance.length === size &&
    odds.covariance.every(numbers)
  )
}
