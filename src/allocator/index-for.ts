import type { EngineOptions } from '../engine-options.ts'
import { FairCapIndex } from './fair-cap-index.ts'
import type { IndexPolicy } from './index-policy.ts'
import { MenuIndex } from './menu-index.ts'
import { VoteIndex } from './vote-index.ts'

/**
 * How likely a try beside others of the same prompt may be to be wasted. Small: a call that is cancelled is charged
 * for its whole reservation where the provider does not say what it had generated.
 */
const wastedShare = 0.05

/**
 * How prompts are compared: by votes where the strategy counts them; by how much a better opinion may be had where a
 * model's opinion is all there is; else by the chance to be right, with the verifier's declared errors in it.
 */
export function indexFor({
  strategy,
  checker,
  menu,
}: Pick<EngineOptions, 'strategy' | 'checker' | 'menu'>): IndexPolicy {
  if (strategy.decides === 'votes') return new VoteIndex()
  if (checker && 'ask' in checker) return new FairCapIndex()
  const errorRates = checker?.noise?.errorRates
  return new MenuIndex({ wastedShare, ...(menu && { memory: menu }), ...(errorRates && { errorRates }) })
}
