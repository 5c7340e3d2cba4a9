import { uniformOf } from '../../src/clock/random.ts'
import type { Prompt } from '../../src/contract.ts'
import { messageText } from '../../src/models/message-text.ts'
import type { LiveModels } from '../../bench/strategies/live-models.ts'
import type { Model, ModelRequest, Sample } from '../../src/models/model.ts'

/**
 * Models with a known optimum, made of dice that only seed and request decide. Easy prompts are answered at once most
 * of the time and badly in steps; hard ones almost never in one go, but in steps: one first line in three is good, the
 * guide sees which, and after it the answer is right. So best-of-N is best where prompts are easy, and a beam where they are hard.
 */
export function scriptedPair(): LiveModels {
  const guide = scripted('guide', 1e5, judged)
  return {
    small: scripted('small', 1e5, (request) => answered(request, { easy: 0.6, hard: 0.03, good: 0.33 })),
    large: scripted('large', 7e5, (request) => answered(request, { easy: 0.9, hard: 0.2, good: 0.5 })),
    value: guide,
    smallGuide: guide,
    largeGuide: guide,
  }
}

/** Prompts whose text says how hard they are, easy and hard in turns. */
export function scriptedPrompts(count: number): readonly Prompt[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${index}`,
    task: 'story',
    reference: `${100 + index}`,
    messages: [{ role: 'user', content: `${index % 2 === 0 ? 'easy' : 'hard'} ${100 + index}` }],
    options: { max_tokens: 20 },
  }))
}

interface Odds {
  readonly easy: number
  readonly hard: number
  readonly good: number
}

function answered({ messages, stop, continues, seed = 0, step }: ModelRequest, odds: Odds): Sample {
  const [kind, target] = (messages[0] ? messageText(messages[0]) : '').split(/\s/)
  const begun = continues === true ? messageText(messages.at(-1) as (typeof messages)[number]) : ''
  const dice = (key: string) => uniformOf(seed, `${target}/${step.index}/${begun}/${key}`)
  const answer = (right: boolean) => `Answer: ${right ? target : Math.floor(10 * dice('wrong'))}`
  if (stop && begun === '') {
    const line = dice('line') < (kind === 'easy' ? 0.05 : odds.good) ? 'good' : 'bad'
    return reply(line, 2, '\n')
  }
  if (begun !== '') return reply(answer(dice('end') < (begun.startsWith('good') ? 0.95 : 0.01)), 3)
  const right = dice('whole') < (kind === 'easy' ? odds.easy : odds.hard)
  return reply(`so\n${answer(right)}`, 5)
}

/** What helps is near 0.9 and what does not near 0.1; no two prompts are quite alike. */
function judged({ messages }: ModelRequest): Sample {
  const [kind, target] = (messages[0] ? messageText(messages[0]) : '').split(/\s/)
  const lines = messageText(messages.at(-1) as (typeof messages)[number])
    .split('\n')
    .filter((line) => line !== '')
  const helps = (line: string) => line === 'good' || line === `Answer: ${target}`
  const value = (line: string) =>
    (helps(line) ? 0.88 : 0.08) + 0.04 * uniformOf(0, `${target}/${line}`) + (kind === 'easy' ? 0.02 : 0)
  return reply(JSON.stringify(lines.map(value)), 0)
}

function reply(text: string, outputTokens: number, stoppedAt?: string): Sample {
  return {
    kind: 'answered',
    candidate: { text, finish: 'stop' },
    ...(stoppedAt !== undefined && { stoppedAt }),
    usage: { inputTokens: 4, outputTokens },
  }
}

function scripted(name: string, parameters: number, sample: (request: ModelRequest) => Sample): Model {
  return {
    time: 'live',
    profile: {
      name,
      parameters,
      maxOutputTokens: 20,
      kinds: name === 'guide' ? ['judge'] : ['sample', 'revise', 'extend'],
    },
    inputTokens: () => ({ tokens: 4, exact: true }),
    sample: (request) => Promise.resolve(sample(request)),
  }
}
