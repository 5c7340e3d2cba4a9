import {
  stepId,
  type Prompt,
  type Question,
  type Reply,
  type Step,
  type Subject,
  type Verdict,
} from '../contract.ts'
import type { Sample } from '../models/model.ts'
import type { ModelChecker } from '../pool/verifier-pool.ts'
import type { Attempt } from '../run.ts'

/**
 * One candidate or partial before a model verifier: its questions, each a `judge` step, and what came back. A question whose
 * step fails, or that no budget has room for, is answered with null; the verifier decides what that means.
 */
export class Judging {
  /** The attempt that brought the candidate. */
  readonly attempt: Attempt
  readonly questions: readonly Question[]
  /** Hears the verdict. */
  readonly hear: (verdict: Verdict) => void
  readonly #checker: ModelChecker
  readonly #subject: Subject
  readonly #replies: (Reply | null)[]
  /** Index of the first question: another verifier may have asked about the same candidate before. */
  readonly #firstIndex: number
  #missing: number

  constructor(attempt: Attempt, subject: Subject, checker: ModelChecker, hear: (verdict: Verdict) => void) {
    this.attempt = attempt
    this.hear = hear
    this.#firstIndex = attempt.run.judgesOf(attempt.step)
    this.#checker = checker
    this.#subject = subject
    this.questions = checker.ask(subject)
    this.#replies = this.questions.map(() => null)
    this.#missing = this.questions.length
  }

  /** Whether every question has been answered. */
  get complete(): boolean {
    return this.#missing === 0
  }

  reply(index: number, sample: Sample | undefined): void {
    this.#missing -= 1
    if (sample?.kind !== 'answered') return
    const { candidate, raw } = sample
    this.#replies[index] = { text: candidate.text, ...(raw !== undefined && { raw }) }
  }

  verdict(): Verdict {
    try {
      return this.#checker.read(this.#replies, this.#subject)
    } catch (cause) {
      return {
        kind: 'failed',
        code: 'crashed',
        message: cause instanceof Error ? cause.message : String(cause),
      }
    }
  }

  /** The step of one question. */
  step(index: number, model: string): Step {
    const step: Omit<Step, 'id'> = {
      kind: 'judge',
      model,
      parents: [this.attempt.step.id],
      index: this.#firstIndex + index,
    }
    return { ...step, id: stepId(step) }
  }

  /** What is sent for one question. */
  prompt(index: number): Prompt {
    const { messages = [], options } = this.questions[index] ?? {}
    return { id: this.attempt.run.prompt.id, messages, ...(options && { options }) }
  }
}
