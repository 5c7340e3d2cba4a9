import type {
  ErrorRates,
  FailedVerdict,
  ModelVerifier,
  Reply,
  ScoredVerdict,
  Subject,
} from '../src/contract.ts'
import { optionsVersion } from './model-verdict/options-version.ts'
import { rewardNumbers } from './model-verdict/reward-numbers.ts'
import { checkedScale, scaledReward, type RewardScale } from './model-verdict/reward-scale.ts'
import { scoredMessages } from './model-verdict/scored-messages.ts'
import { answered, unread } from './model-verdict/unread.ts'
import { unsupported } from './verdict/unsupported.ts'

export interface ProcessRewardOptions {
  /** The name of a model profile that serves a process reward model; default the engine's judge model. */
  readonly model?: string
  /** What stands between two steps of an answer. Default: blank lines where there are any, else line breaks. */
  readonly delimiter?: string
  /**
   * What the server wants after each step, where it reads the step's score: `<extra_0>` for Qwen2.5-Math-PRM, for
   * example. Default: a blank line. It is removed from the answer itself, which could add steps otherwise.
   */
  readonly marker?: string
  /**
   * How the steps' scores become one: the last one, the smallest, or their product. Default `min` (Lightman et al.
   * 2023, arXiv:2305.20050, appendix F, compare the product and the minimum; Snell et al. 2024, arXiv:2408.03314,
   * appendix E, find the last one best for their model).
   */
  readonly combine?: 'last' | 'min' | 'product'
  /** How a raw step reward becomes 0..1; default identity: process reward models give probabilities. */
  readonly scale?: RewardScale
  /** Fields for the reward server's request. */
  readonly request?: { readonly [field: string]: unknown }
  /** As measured on labelled answers. */
  readonly errorRates?: ErrorRates
}

/** A scored verdict that also tells each step's score. */
export interface ProcessVerdict extends ScoredVerdict {
  /** 0..1, one a step of the answer, in their order. For search over partial answers. */
  readonly stepScores: readonly number[]
}

export interface ProcessRewardVerifier extends ModelVerifier {
  read(replies: readonly (Reply | null)[], subject: Subject): ProcessVerdict | FailedVerdict
}

const defaultMarker = '\n\n'

/**
 * A process reward model's opinion of each step of an answer. It is asked once; the reply's text is a JSON array with
 * one entry a step, a number or (bad, good), as `RewardServerModel` gives it from vLLM's `/pooling`.
 *
 * Failed: no reply, anything that is no finite number, another number of scores than steps (the server would be
 * scoring something else than we think), and an answer without steps.
 * @throws RangeError for a scale out of range, and for an empty delimiter or marker
 */
export function processReward(options: ProcessRewardOptions = {}): ProcessRewardVerifier {
  const { combine = 'min', marker = defaultMarker, delimiter } = options
  const scale = checkedScale(options.scale ?? { kind: 'identity' })
  if (marker === '' || delimiter === '') throw new RangeError('a delimiter or marker of steps is not empty')
  const stepsOf = (subject: Subject) => answerSteps(subject.candidate.text, marker, delimiter)
  return {
    id: 'process-reward',
    version: optionsVersion('1', {
      combine,
      marker,
      delimiter,
      scale,
      model: options.model,
      request: options.request,
    }),
    runs: 'model',
    exact: 'never',
    ...(options.errorRates && { errorRates: options.errorRates }),
    ask(subject) {
      const steps = stepsOf(subject)
      const messages = scoredMessages(subject, steps.map((step) => step + marker).join(''))
      if (steps.length === 0 || !messages) return []
      return [
        {
          ...(options.model !== undefined && { model: options.model }),
          messages,
          ...(options.request && { options: options.request }),
        },
      ]
    },
    read(replies, subject) {
      const steps = stepsOf(subject)
      if (steps.length === 0) return unsupported('the answer has no steps')
      const [reply] = answered(replies)
      if (!reply) return unread('the reward server gave no reply')
      const numbers = rewardNumbers(reply.text)
      if (typeof numbers === 'string') return unread(numbers)
      if (numbers.length !== steps.length) {
        return unread(`the server scored ${numbers.length} steps, and the answer has ${steps.length}`)
      }
      const stepScores: number[] = []
      for (const raw of numbers) {
        const score = scaledReward(raw, scale)
        if (typeof score === 'string') return unread(score)
        stepScores.push(score)
      }
      return { kind: 'scored', score: combined(stepScores, combine), stepScores }
    },
  }
}

/** The steps of an answer, trimmed, without empty ones and without the server's marker. */
function answerSteps(text: string, marker: string, delimiter: string | undefined): readonly string[] {
  const clean = marker.trim() === '' ? text : without(text, marker)
  const blankLines = /\n[^\S\n]*\n/.test(clean.trim())
  const parts = clean.split(delimiter ?? (blankLines ? /\n[^\S\n]*\n\s*/ : '\n'))
  const steps = parts.map((part) => part.trim()).filter((part) => part !== '')
  if (marker.trim() !== '') return steps
  // White space cannot be left out of an answer; where it would read as the marker it becomes less of it.
  const less = marker.length > 1 && marker.includes('\n') ? '\n' : ' '
  return steps.map((step) => step.replaceAll(/\s+/g, (space) => (space.includes(marker) ? less : space)))
}

/** Again and again: what is left around a removed marker can make a new one. */
function without(text: string, marker: string): string {
  let rest = text
  while (rest.includes(marker)) rest = rest.replaceAll(marker, '')
  return rest
}

function combined(scores: readonly number[], combine: 'last' | 'min' | 'product'): number {
  if (combine === 'last') return scores.at(-1) ?? 0
  if (combine === 'min') return Math.min(...scores)
  return scores.reduce((product, score) => product * score, 1)
}
