import type { ErrorRates, ModelVerifier, Question, Reply, Verdict } from '../src/contract.ts'
import { scoreMessages, winnerMessages, type JudgeBrief } from './model-verdict/judge-prompt.ts'
import { readScore, readWinner, type JudgeReading, type JudgeScale } from './model-verdict/judge-reading.ts'
import { optionsVersion } from './model-verdict/options-version.ts'
import { answered, unread } from './model-verdict/unread.ts'
import { unsupported } from './verdict/unsupported.ts'

export interface JudgeOptions {
  /** What a good answer is. Default: correct, complete, and as asked. */
  readonly rubric?: string
  /** `score`: each candidate on a scale. `pairwise`: a candidate against a rival. Default `score`. */
  readonly mode?: 'score' | 'pairwise'
  /** Questions averaged; in pairwise mode, in each of the two orders. 1 to 64; default 3, pairwise 1. */
  readonly questions?: number
  /** The name of a model profile; default the engine's judge model. */
  readonly model?: string
  /** Whole numbers; default 1 to 9. With log probabilities one digit each, so that a score is one token. */
  readonly scale?: JudgeScale
  /** Ask for log probabilities and take the expectation over scores instead of the sampled one; default false. */
  readonly logprobs?: boolean
  /** Show the judge the prompt's reference as well; default false. */
  readonly reference?: boolean
  /** Output cap of one reply, in tokens; default 512. A reply that ends before its score is unreadable. */
  readonly maxOutputTokens?: number
  /** Sent when given; otherwise the model's own default. With 0, several questions tell no more than one. */
  readonly temperature?: number
  /** Characters shown of the conversation and of each answer, the middle left out; default 40,000. */
  readonly mostCharacters?: number
  /** As measured on labelled answers; a judge of unknown quality has none. */
  readonly errorRates?: ErrorRates
}

const defaultRubric =
  'A good answer is correct, complete and does what was asked. A wrong result is worse than a clumsy explanation.'
const defaultScale: JudgeScale = { lowest: 1, highest: 9 }
const defaultQuestions = { score: 3, pairwise: 1 } as const
const mostQuestions = 64
const defaultMaxOutputTokens = 512
const defaultMostCharacters = 40_000
/** Alternatives asked for at each token: enough for every score of the default scale, and the most OpenAI gives. */
const topLogprobs = 20
const feedbackCharacters = 400

/**
 * Any model as a judge, by a rubric. A verdict is the mean over the replies that could be read; calls that failed are
 * left out. When not more than half of the replies that came can be read, the verdict is failed: an unreadable reply
 * is never a middle score.
 *
 * `pairwise` scores P(the candidate is better than the rival): the mean over the order (candidate, rival) and the
 * order (rival, candidate), each counting half, so that a preference for a position cancels out (Zheng et al. 2023,
 * arXiv:2306.05685, section 3.4). Without a rival there is nothing to ask; when one order has no readable reply the
 * verdict is failed.
 *
 * Candidates are data between fences whose mark is a hash of what they enclose, so none can close its fence. That
 * makes injection harder, not impossible: a judge that is talked into a good score gives one.
 * @throws RangeError for options out of range
 */
export function judge(options: JudgeOptions = {}): ModelVerifier {
  const { mode = 'score', scale = defaultScale, logprobs = false } = options
  const count = options.questions ?? defaultQuestions[mode]
  checkOptions(count, scale, logprobs)
  const brief: JudgeBrief = {
    rubric: options.rubric ?? defaultRubric,
    reference: options.reference ?? false,
    mostCharacters: options.mostCharacters ?? defaultMostCharacters,
  }
  const common = {
    ...(options.model !== undefined && { model: options.model }),
    options: {
      max_tokens: options.maxOutputTokens ?? defaultMaxOutputTokens,
      ...(options.temperature !== undefined && { temperature: options.temperature }),
      ...(logprobs && { logprobs: true, top_logprobs: topLogprobs }),
    },
  }
  const repeated = (messages: Question['messages']): readonly Question[] =>
    Array.from({ length: count }, () => ({ ...common, messages }))

  return {
    id: mode === 'score' ? 'judge' : 'judge-pairwise',
    version: optionsVersion('1', { mode, count, scale, brief, common }),
    runs: 'model',
    exact: 'never',
    ...(options.errorRates && { errorRates: options.errorRates }),
    ask(subject, rival) {
      if (mode === 'score') return repeated(scoreMessages(subject, brief, scale))
      if (!rival) return []
      return [
        ...repeated(winnerMessages(subject, rival, brief)),
        ...repeated(winnerMessages(rival, subject, brief)),
      ]
    },
    read(replies, _subject, rival) {
      if (mode === 'score') return verdictOfScores(replies, scale)
      return rival ? verdictOfOrders(replies.slice(0, count), replies.slice(count)) : needsRival
    },
  }
}

const needsRival = unsupported('a pairwise judge needs a second answer to compare with')

function verdictOfScores(replies: readonly (Reply | null)[], scale: JudgeScale): Verdict {
  const readings = readableOf(replies, (reply) => readScore(reply, scale))
  if (typeof readings === 'string') return unread(readings)
  const worst = readings.reduce((least, each) => (each.value < least.value ? each : least))
  return scored(meanOf(readings), worst.reason)
}

function verdictOfOrders(
  candidateFirst: readonly (Reply | null)[],
  rivalFirst: readonly (Reply | null)[],
): Verdict {
  const ahead = readableOf(candidateFirst, readWinner)
  if (typeof ahead === 'string') return unread(`with the candidate first, ${ahead}`)
  const behind = readableOf(rivalFirst, readWinner)
  if (typeof behind === 'string') return unread(`with the rival first, ${behind}`)
  const reason = ahead[0]?.reason.trim() ?? ''
  const score = (meanOf(ahead) + (1 - meanOf(behind))) / 2
  return scored(score, reason === '' ? '' : `(A is this answer, B another one.) ${reason}`)
}

/** The readings, when more than half of the replies that came can be read; else a sentence. */
function readableOf(
  replies: readonly (Reply | null)[],
  read: (reply: Reply) => JudgeReading | undefined,
): readonly [JudgeReading, ...JudgeReading[]] | string {
  const came = answered(replies)
  if (came.length === 0) return 'the judge gave no reply'
  const [first, ...others] = came.map(read).filter((reading) => reading !== undefined)
  if (first && (others.length + 1) * 2 > came.length) return [first, ...others]
  const readable = first ? others.length + 1 : 0
  return `only ${readable} of the judge's ${came.length} replies can be read`
}

function scored(score: number, reason: string): Verdict {
  const feedback = reason.trim().slice(0, feedbackCharacters).toWellFormed()
  return { kind: 'scored', score, ...(score < 1 && feedback !== '' && { feedback }) }
}

function meanOf(readings: readonly JudgeReading[]): number {
  return readings.reduce((sum, { value }) => sum + value, 0) / readings.length
}

function checkOptions(count: number, { lowest, highest }: JudgeScale, logprobs: boolean): void {
  if (!Number.isInteger(count) || count < 1 || count > mostQuestions) {
    throw new RangeError(`a judge is asked 1 to ${mostQuestions} questions, not ${count}`)
  }
  if (!(Number.isInteger(lowest) && Number.isInteger(highest) && lowest >= 0 && lowest < highest)) {
    throw new RangeError(
      `the scale of a judge is two rising whole numbers from 0, not ${lowest} to ${highest}`,
    )
  }
  if (logprobs && highest > 9) {
    throw new RangeError(`with log probabilities the scale of a judge ends at 9 or below, not at ${highest}`)
  }
}
