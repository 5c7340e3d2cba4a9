import type { Choice } from './aggregate/choose.ts'
import { nothing, units, type Amount, type Bill } from './budget/amount.ts'
import type { Ledger, Reservation } from './budget/ledger.ts'
import type { Arm, Offer } from './allocator/allocator.ts'
import type { Candidate, Prompt, Proposal, Step, Tree, TreeNode, Verdict } from './contract.ts'
import type { Features } from './difficulty/outcome.ts'
import type { SeenSample } from './difficulty/sample-features.ts'
import { promptFeatures } from './difficulty/prompt-features.ts'
import type { AnsweredSample, FailedSample, Sample, Usage } from './models/model.ts'
import type { Checker, ModelChecker } from './pool/verifier-pool.ts'
import type { Reason, Result, Status, TraceEntry } from './result.ts'
import type { Asked } from './steps/asked.ts'
import type { Judging } from './steps/judging.ts'

/** One call for a step, from reservation to settlement and verdict. */
export interface Attempt {
  readonly run: Run
  readonly step: Step
  readonly reservation: Reservation
  /** Whether its output cap was lowered to fit the rest of the budget. */
  readonly shortened: boolean
  readonly startedAt: number
  /** Calls for this step before this one. */
  readonly tries: number
  readonly abort: AbortController
  /** What is sent: the prompt itself or as the step needs it, or a question about one of its candidates. */
  readonly asked: Asked
  /** Whether the allocator counts it as a try: steps that only bring a partial are none. */
  readonly counted: boolean
  /** Set for a `judge` step: whose question it is. */
  readonly question?: { readonly judging: Judging; readonly index: number }
  cancelled: boolean
  /** Known before it is heard of where time is virtual. */
  sample: Sample | undefined
  unfollow: () => void
}

interface Node extends TreeNode {
  state: TreeNode['state']
  candidate?: Candidate
  partial?: string
  verdict?: Verdict
  value?: number
  outputTokens?: number
  usage: { inputTokens: number; outputTokens: number }
  attempts: number
  startedAt: number
  endedAt: number
  raw?: unknown
  sampleUsage?: Usage
  failure?: Reason
  charged: Amount
}

/** One prompt in the engine: its tree, its scope of the ledger, what is in flight for it, and its promise. */
export class Run {
  readonly arm: Arm
  readonly prompt: Prompt
  readonly scope: Ledger
  readonly checker: Checker | ModelChecker | undefined
  /** Whether a score of 1 proves an answer to this prompt, and the strategy goes by scores. */
  readonly proves: boolean
  readonly tree: Tree
  /** What can be seen of the prompt before anything is generated. */
  readonly features: Features
  /** What plain tries that failed have shown, oldest first. */
  readonly failedSamples: SeenSample[] = []
  readonly attempts = new Set<Attempt>()
  readonly finished: Promise<Result>
  resolve: (result: Result) => void = () => undefined
  /** The new steps that the strategy asked for and that can be had: of each action the first. */
  menu: readonly Proposal[] = []
  /** What each of them is, to the allocator; empty where it is the plain step only. */
  offers: readonly Offer[] = []
  /** Whether a plain try of it has taught the learner something. */
  learned = false
  /** P(first try succeeds), as believed when nothing had been tried. */
  predicted: number | undefined
  /** Why the prompt ends; set once. */
  ending: Reason | undefined
  failuresInRow = 0
  lastFailure: FailedSample | undefined
  readonly #nodes: Node[] = []
  readonly #byId = new Map<string, Node>()
  readonly #reasons = new Map<string, { reason: Reason; count: number }>()
  readonly #inputs = new Map<string, number>()
  #estimated = false

  constructor(
    arm: Arm,
    prompt: Prompt,
    scope: Ledger,
    checker: Checker | ModelChecker | undefined,
    usesScores: boolean,
  ) {
    this.arm = arm
    this.prompt = prompt
    this.scope = scope
    this.checker = checker
    this.proves = usesScores && (checker?.proves(prompt) ?? false)
    this.finished = new Promise((resolve) => {
      this.resolve = resolve
    })
    this.features = promptFeatures(prompt)
    this.tree = { prompt, nodes: this.#nodes, node: (id) => this.#byId.get(id) }
  }

  /** The prompt's tokens as a model itself counted them, once it did. */
  inputTokens(model: string): { readonly tokens: number; readonly exact: boolean } | undefined {
    const tokens = this.#inputs.get(model)
    return tokens === undefined ? undefined : { tokens, exact: true }
  }

  learnInput(model: string, tokens: number): void {
    // Some servers count cached prompts differently from call to call: keep the largest, it is the bound.
    this.#inputs.set(model, Math.max(tokens, this.#inputs.get(model) ?? 0))
  }

  begin(
    step: Step,
    start: Pick<
      Attempt,
      'reservation' | 'shortened' | 'startedAt' | 'tries' | 'asked' | 'counted' | 'question'
    >,
  ): Attempt {
    const now = start.startedAt
    let node = this.#byId.get(step.id)
    if (!node) {
      node = {
        step,
        state: 'pending',
        usage: { inputTokens: 0, outputTokens: 0 },
        attempts: 0,
        startedAt: now,
        endedAt: now,
        charged: nothing,
      }
      this.#nodes.push(node)
      this.#byId.set(step.id, node)
    }
    node.attempts += 1
    const attempt: Attempt = {
      ...start,
      run: this,
      step,
      abort: new AbortController(),
      cancelled: false,
      sample: undefined,
      unfollow: () => undefined,
    }
    this.attempts.add(attempt)
    return attempt
  }

  charge(step: Step, used: Amount, estimated: boolean): void {
    if (estimated) this.#estimated = true
    const node = this.#node(step)
    node.usage.inputTokens += used.inputTokens
    node.usage.outputTokens += used.outputTokens
    const sum = { ...node.charged }
    for (const unit of units) sum[unit] += used[unit]
    node.charged = sum
  }

  /** Whether no step was started yet. */
  get untried(): boolean {
    return this.#nodes.length === 0
  }

  /** Whether the caller's own temperature of 0 gives the same answer again and again: more samples are clones. */
  get repeats(): boolean {
    if (this.prompt.options?.['temperature'] !== 0) return false
    if (this.#nodes.some(({ step }) => step.kind !== 'sample' || step.variation)) return false
    const texts = this.#nodes.flatMap((node) => node.candidate?.text ?? [])
    return texts.length > 1 && texts.every((text) => text === texts[0])
  }

  /** What all calls for a step cost together, those that judged its candidate included. */
  costOf(step: Step): Amount {
    const sum = { ...this.#node(step).charged }
    for (const { step: other, charged } of this.#nodes) {
      if (other.kind === 'judge' && other.parents.includes(step.id))
        for (const unit of units) sum[unit] += charged[unit]
    }
    return sum
  }

  /** How many questions have been asked about a step's candidate. */
  judgesOf(step: Step): number {
    return this.#nodes.filter(({ step: other }) => other.kind === 'judge' && other.parents.includes(step.id))
      .length
  }

  complete(attempt: Attempt, sample: AnsweredSample, verdict: Verdict | undefined): void {
    const node = this.#node(attempt.step)
    node.candidate = sample.candidate
    node.sampleUsage = sample.usage
    node.outputTokens = sample.usage.outputTokens
    if (sample.raw !== undefined) node.raw = sample.raw
    if (verdict) node.verdict = verdict
  }

  /** The step brought an unfinished answer. */
  pause(attempt: Attempt, text: string, usage: Usage): void {
    const node = this.#node(attempt.step)
    node.partial = text
    node.outputTokens = usage.outputTokens
  }

  /** What the guide thinks of a step's candidate or partial. */
  worth(attempt: Attempt, value: number): void {
    this.#node(attempt.step).value = value
  }

  end(
    attempt: Attempt,
    state: 'done' | 'failed' | 'cancelled',
    now: number,
    verdict?: Verdict,
    failure?: Reason,
  ): void {
    const node = this.#node(attempt.step)
    node.state = state
    node.endedAt = now
    if (verdict) node.verdict = verdict
    if (failure) node.failure = failure
    if (attempt.question) return
    if (state === 'done') this.failuresInRow = 0
    else if (state === 'failed') this.failuresInRow += 1
  }

  /** Something that the result should tell. */
  note(reason: Reason): void {
    const key = `${reason.code}/${reason.message}`
    const known = this.#reasons.get(key)
    if (known) known.count += 1
    else this.#reasons.set(key, { reason, count: 1 })
  }

  result(choice: Choice | undefined, usage: Bill): Result {
    const chosen = choice && this.#byId.get(choice.node.step.id)
    const status = this.#status(choice)
    const ending =
      status === 'verified'
        ? ({ code: 'solved', message: 'the verifier accepted the answer' } as const)
        : this.ending
    const noted = [...this.#reasons.values()].map(({ reason, count }) =>
      count > 1 ? { ...reason, count } : reason,
    )
    return {
      id: this.prompt.id,
      status,
      reasons: [...(ending ? [ending] : []), ...noted],
      usage,
      estimated: this.#estimated,
      ...(this.predicted !== undefined && { predicted: this.predicted }),
      trace: this.#nodes.map(traceOf),
      ...(chosen?.candidate && { answer: chosen.candidate, step: chosen.step.id }),
      ...(chosen?.verdict && { verdict: chosen.verdict }),
      ...(status === 'failed' && this.lastFailure?.cause !== undefined && { cause: this.lastFailure.cause }),
      ...(chosen?.raw !== undefined && { raw: chosen.raw }),
      ...(chosen?.sampleUsage && {
        selectedUsage: {
          inputTokens: chosen.sampleUsage.inputTokens,
          outputTokens: chosen.sampleUsage.outputTokens,
        },
      }),
    }
  }

  #status(choice: Choice | undefined): Status {
    if (choice?.verified) return 'verified'
    if (choice) return this.proves ? 'exhausted' : 'chosen'
    const code = this.ending?.code
    if (code === 'recording' && this.#nodes.length === 0) return 'failed'
    return code === 'budget' || code === 'deadline' || code === 'recording' ? 'exhausted' : 'failed'
  }

  #node(step: Step): Node {
    const node = this.#byId.get(step.id)
    if (!node) throw new Error(`the step ${step.id} of ${this.prompt.id} was never begun`)
    return node
  }
}

function traceOf(node: Node): TraceEntry {
  const { step, state, attempts, usage, startedAt, endedAt, verdict, value, failure } = node
  return {
    step,
    state,
    attempts,
    ...usage,
    startedAt,
    endedAt,
    ...(verdict && { verdict }),
    ...(value !== undefined && { value }),
    ...(failure && { failure }),
  }
}
