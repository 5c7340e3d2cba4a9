import type { ErrorRates, ModelVerifier } from '../src/contract.ts'
import { optionsVersion } from './model-verdict/options-version.ts'
import { rewardNumbers } from './model-verdict/reward-numbers.ts'
import { checkedScale, scaledReward, type RewardScale } from './model-verdict/reward-scale.ts'
import { scoredMessages } from './model-verdict/scored-messages.ts'
import { answered, unread } from './model-verdict/unread.ts'
import { unsupported } from './verdict/unsupported.ts'

export interface RewardOptions {
  /** The name of a model profile that serves a reward model; default the engine's judge model. */
  readonly model?: string
  /** How a raw reward becomes 0..1; default logistic with scale 1 and shift 0. */
  readonly scale?: RewardScale
  /** Fields for the reward server's request, such as `truncate_prompt_tokens`. */
  readonly request?: { readonly [field: string]: unknown }
  /** As measured on labelled answers; a reward model of unknown quality has none. */
  readonly errorRates?: ErrorRates
}

/**
 * A reward model's opinion of the whole answer. It is asked once, with the conversation and the answer as the
 * assistant's message; the reply's text is one number as JSON, as `RewardServerModel` gives it.
 *
 * Failed: no reply, a reply that is no finite number, several numbers (a process reward model: use `process-reward`),
 * and a number outside 0..1 where the scale declares it inside.
 * @throws RangeError for a scale out of range
 */
export function reward(options: RewardOptions = {}): ModelVerifier {
  const scale = checkedScale(options.scale ?? { kind: 'logistic' })
  return {
    id: 'reward',
    version: optionsVersion('1', { scale, model: options.model, request: options.request }),
    runs: 'model',
    exact: 'never',
    ...(options.errorRates && { errorRates: options.errorRates }),
    ask(subject) {
      const messages = scoredMessages(subject)
      if (!messages) return []
      return [
        {
          ...(options.model !== undefined && { model: options.model }),
          messages,
          ...(options.request && { options: options.request }),
        },
      ]
    },
    read(replies, subject) {
      if (!scoredMessages(subject)) return unsupported('the answer is empty: there is nothing to score')
      const [reply] = answered(replies)
      if (!reply) return unread('the reward server gave no reply')
      const numbers = rewardNumbers(reply.text)
      if (typeof numbers === 'string') return unread(numbers)
      const [raw, ...others] = numbers
      if (raw === undefined || others.length > 0) {
        return unsupported(`the server gave ${numbers.length} rewards for one answer: it scores steps`)
      }
      const score = scaledReward(raw, scale)
      return typeof score === 'string' ? unread(score) : { kind: 'scored', score }
    },
  }
}
