import type { ErrorRates, Strategy } from '../contract.ts'
import { FairCapIndex } from './fair-cap-index.ts'
import type { IndexPolicy } from './index-policy.ts'
import { MenuIndex } from './menu-index.ts'
import type { MenuMemory } from './menu-memory.ts'
import { VoteIndex } from './vote-index.ts'

/**
 * How likely a try beside others of the same prompt may be to be wasted. Small: a call that is cancelled is charged
 * for its whole reservation where the provider does not say what it had generated.
 */
const wastedShare = 0.05

/** What says how prompts are compared. */
export interface Judged {
  readonly decides: Strategy['decides']
  /** Whether the only judge is a model's opinion. */
  readonly byOpinion: boolean
  /** As the verifier declares them. */
  readonly errorRates?: ErrorRates | undefined
  readonly memory?: MenuMemory | undefined
}

/**
 * How prompts are compared: by votes where the strategy counts them; by how much a better opinion may be had where a
 * model's opinion is all there is; else by the chance to be right, with the verifier's declared errors in it.
 */
export function indexFor({ decides, byOpinion, errorRates, memory }: Judged): IndexPolicy {
  if (decides === 'votes') return new VoteIndex()
  if (byOpinion) return new FairCapIndex()
  return new MenuIndex({ wastedShare, ...(memory && { memory }), ...(errorRates && { errorRates }) })
}
