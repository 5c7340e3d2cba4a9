import type { Json, Message, Subject, Verdict } from '../../src/contract.ts'
import { limitsFor } from './limits.ts'
import { programKey } from './normal-form.ts'
import { candidatePrograms, promptCode } from './programs.ts'
import { askWorker } from './worker.ts'
import { unsupported } from '../verdict/unsupported.ts'

/** Wall milliseconds for one candidate when the options do not say. */
export const defaultDeadlineMs = 5000
/** A longer text is no answer to a programming task; it is not even read as a program. */
const longestText = 1_000_000
const feedbackCharacters = 400
const printedCharacters = 120

/** What the tests or cases of a subject ask of the fork server. */
export interface Question {
  readonly entryPoint: string | undefined
  readonly body: { readonly [field: string]: Json }
}

/** The text of the user's messages. */
export function userText(messages: readonly Message[]): string {
  const texts: string[] = []
  for (const message of messages) {
    if (message.role !== 'user') continue
    if (typeof message.content === 'string') texts.push(message.content)
    else if (Array.isArray(message.content)) {
      for (const part of message.content as readonly Json[]) {
        if (part !== null && typeof part === 'object' && 'text' in part && typeof part['text'] === 'string') {
          texts.push(part['text'])
        }
      }
    }
  }
  return texts.join('\n')
}

interface Outcome {
  readonly complete: boolean
  readonly feedback?: string | null
  readonly unsupported?: string
  readonly unreached: number
  readonly total: number
  readonly gone: string | null
}

interface Result {
  readonly unsupported?: string
  readonly passed: number
  readonly failed: number
  /** How often the candidate ran out of memory. */
  readonly memory: number
  readonly chosen: number | null
  readonly late: boolean
  readonly feedback: string | null
  readonly outcome: Outcome | null
  readonly problem: string | null
  readonly ended: readonly ['exit' | 'signal', number] | null
  /** Assertions never reached, as last told; the outcome knows better when there is one. */
  readonly unreached: number
  readonly printed: string
}

/** Runs a candidate against a question in this worker's fork server and reads the verdict off what came back. */
export async function judgeProgram(subject: Subject, question: Question): Promise<Verdict> {
  const { options, meta } = subject
  const text = subject.candidate.text
  if (text.length > longestText) {
    return { kind: 'scored', score: 0, feedback: `The answer is longer than ${longestText} characters.` }
  }
  const given = meta?.['prompt']
  const prompt = promptCode(
    typeof given === 'string' ? given : userText(subject.messages),
    question.entryPoint,
  )
  const programs = candidatePrograms(text, prompt, question.entryPoint)
  const asked = options?.['deadlineMs']
  const deadlineMs = typeof asked === 'number' && asked > 0 ? asked : defaultDeadlineMs
  const executable = options?.['python']
  const reply = await askWorker({
    body: {
      ...question.body,
      entry: question.entryPoint ?? null,
      preamble: prompt.preamble,
      programs,
      limits: { ...limitsFor(deadlineMs, options) },
    },
    deadlineMs,
    weak: options?.['isolation'] === 'weak',
    ...(typeof executable === 'string' ? { executable } : {}),
  })
  if (reply.kind === 'refused') return unsupported(reply.message)
  if (reply.kind === 'lost') {
    return { kind: 'failed', code: reply.late ? 'timeout' : 'crashed', message: reply.message }
  }
  const result: Result = JSON.parse(reply.json)
  return readResult(result, programs, deadlineMs)
}

/**
 * A result as a verdict.
 *
 * Score 1 needs the tests to have come to their own end with every assertion passed. A hang, a crash or a memory
 * error keeps what was decided before; when nothing was, the verdict is failed, because then nothing is known.
 */
function readResult(result: Result, programs: readonly string[], deadlineMs: number): Verdict {
  const reason = result.unsupported ?? result.outcome?.unsupported
  if (reason !== undefined) return unsupported(reason)
  if (result.problem !== null) {
    return { kind: 'failed', code: 'crashed', message: `The tests themselves ended: ${result.problem}` }
  }
  const outcome = result.outcome
  const decided = result.passed + result.failed
  if (result.passed === 0) {
    const [how, code] = result.ended ?? ['exit', 0]
    if (decided === 0 && result.late) {
      return { kind: 'failed', code: 'timeout', message: `No assertion was decided within ${deadlineMs} ms.` }
    }
    if (result.memory > 0 && decided <= result.memory) {
      return {
        kind: 'failed',
        code: 'out-of-memory',
        message: 'The candidate needs more memory than it may have.',
      }
    }
    if (decided === 0 && how === 'signal') {
      return code === 9
        ? {
            kind: 'failed',
            code: 'out-of-memory',
            message: 'The candidate was killed, most likely for its memory.',
          }
        : { kind: 'failed', code: 'crashed', message: `The candidate's interpreter ended by signal ${code}.` }
    }
    if (decided === 0 && outcome === null && !result.late) {
      return { kind: 'failed', code: 'crashed', message: 'The tests ended without a result.' }
    }
  }
  if (outcome !== null && outcome.gone !== null && result.chosen === null) {
    return { kind: 'failed', code: 'crashed', message: 'The process of the candidate ended before it ran.' }
  }
  const program = programs[result.chosen ?? 0] ?? ''
  const answer = programKey(program)
  if (outcome?.complete === true && result.failed === 0 && result.passed > 0) {
    return { kind: 'scored', score: 1, answer }
  }
  if (outcome?.complete === true && decided === 0) {
    return outcome.total === 0
      ? unsupported('The tests assert nothing.')
      : { kind: 'scored', score: 0, answer, feedback: 'No assertion of the tests was reached.' }
  }
  // What was not reached counts as not passed; one more for the thing that stopped the tests.
  const missing = outcome?.complete === true ? 0 : Math.max(1, outcome?.unreached ?? result.unreached)
  return {
    kind: 'scored',
    score: result.passed / (decided + missing),
    answer,
    feedback: feedbackOf(result, deadlineMs),
  }
}

function feedbackOf(result: Result, deadlineMs: number): string {
  let feedback =
    result.feedback ??
    result.outcome?.feedback ??
    (result.late ? `Not finished within ${deadlineMs} ms.` : 'The tests did not come to their end.')
  const printed = result.printed.trim()
  if (printed !== '') feedback += ` (it printed: ${printed.slice(0, printedCharacters)})`
  return feedback.slice(0, feedbackCharacters).toWellFormed()
}
