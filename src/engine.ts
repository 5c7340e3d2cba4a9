import { BucketAllocator } from './allocator/bucket-allocator.ts'
import type { Allocator, Evidence } from './allocator/allocator.ts'
import { HazardIndex } from './allocator/hazard-index.ts'
import { VoteIndex } from './allocator/vote-index.ts'
import { choose } from './aggregate/choose.ts'
import { votesOf } from './aggregate/votes.ts'
import { billOf, units, type Amount, type Bill, type Budget, type Limits } from './budget/amount.ts'
import { Ledger, type Refusal, type Reservation } from './budget/ledger.ts'
import { LiveTimeline } from './clock/live-timeline.ts'
import { uniformOf } from './clock/random.ts'
import type { Timeline } from './clock/timeline.ts'
import { VirtualTimeline } from './clock/virtual-timeline.ts'
import type { Prompt, Step, Strategy, Subject, Verdict, View } from './contract.ts'
import { classOf } from './difficulty/class-of.ts'
import { Fault } from './fault.ts'
import { defaultMaxOutputTokens, type FailedSample, type Model, type Sample } from './models/model.ts'
import type { Checker } from './pool/verifier-pool.ts'
import type { Reason, Result } from './result.ts'
import { Run, type Attempt } from './run.ts'
import { callLive, callVirtual } from './steps/call.ts'
import { costOf } from './steps/cost.ts'
import { OutputLength } from './steps/output-length.ts'
import { retryDelay } from './steps/retry-delay.ts'
import { sampleRequest } from './steps/sample.ts'

export interface EngineOptions {
  /** Where samples come from; the first is the caller's own model. */
  readonly models: readonly Model[]
  /** Hard limits over all prompts together. */
  readonly budget: Budget
  readonly strategy: Strategy
  /** Verifies candidates of prompts that bring no checker of their own. */
  readonly checker?: Checker
  /** Default: the hazard index for strategies that decide by scores, the vote index for those that count votes. */
  readonly allocator?: Allocator
  /** Steps in flight, verification included; default 16. */
  readonly concurrency?: number
  /** Of draws, seeds and back-off; default 0. */
  readonly seed?: number
  /** Wall milliseconds of one call; default 120,000. */
  readonly timeout?: number
  /** Calls for one step before it counts as failed; default 3. */
  readonly attempts?: number
  /** Hears of every step and every finished prompt; for progress and logs. */
  readonly onEvent?: (event: EngineEvent) => void
}

export type EngineEvent =
  | { readonly type: 'step-started'; readonly prompt: string; readonly step: Step; readonly attempt: number }
  | {
      readonly type: 'step-ended'
      readonly prompt: string
      readonly step: Step
      readonly state: 'done' | 'failed'
      readonly verdict?: Verdict
    }
  | { readonly type: 'prompt-finished'; readonly result: Result }

export interface SolveOptions {
  readonly checker?: Checker
  /** A smaller budget inside the engine's, for this prompt alone. */
  readonly budget?: Budget
  /** Ends this prompt: its calls are cancelled and it fails with reason `cancelled`. */
  readonly signal?: AbortSignal
}

const defaultConcurrency = 16
/**
 * How likely a try beside others of the same prompt may be to be wasted. Small: a call that is cancelled is charged
 * for its whole reservation where the provider does not say what it had generated.
 */
const wastedShare = 0.05
const defaultTimeout = 120_000
const defaultAttempts = 3
/** A prompt whose steps fail this often in a row, retries included, is given up: its model is not there. */
const failuresInRow = 3

/**
 * The one loop. While the ledger has room: the allocator names the prompt with the best gain per cost, its strategy
 * names the step, the ledger holds the step's upper bound, the model samples, the ledger settles what was used, the
 * pool verifies, and everybody hears of it. Many steps are in flight; things are heard one at a time, in the order
 * of the timeline, and every decision is made between two of them, so nothing here races.
 *
 * An attempt (one call for a step) goes through: held → sampled → settled → verified → observed. It may end early:
 * refused (nothing held, the prompt ends or waits), failed (settled; tried again after a delay with a new
 * reservation, or the step fails), cancelled (the strategy lost interest, the prompt was ended, the deadline came;
 * settled for what was generated, or for the reservation when that is unknown).
 *
 * A prompt goes through: open → ending (no new steps; waits for cancelled calls to settle) → finished. Its promise
 * resolves when nothing of it is held any more.
 */
export class Engine implements AsyncDisposable {
  readonly ledger: Ledger
  readonly #options: EngineOptions
  readonly #models = new Map<string, Model>()
  readonly #timeline: Timeline
  readonly #allocator: Allocator
  readonly #concurrency: number
  readonly #seed: number
  readonly #outputs = new Map<string, OutputLength>()
  readonly #runs: Run[] = []
  readonly #open = new Set<Run>()
  readonly #ids = new Set<string>()
  readonly #attempts = new Set<Attempt>()
  #listening = false
  #closed = false
  #cancelDeadline: (() => void) | undefined
  #idle: (() => void)[] = []

  /** @throws Fault `bad-argument`, `no-price`, `no-parameters` */
  constructor(options: EngineOptions) {
    const { models } = options
    if (models.length === 0)
      throw new Fault('bad-argument', 'the engine has no model', 'Give at least one model.')
    for (const model of models) {
      if (model.time !== models[0]?.time) {
        throw new Fault(
          'bad-argument',
          'live and replayed models are mixed',
          'Use only one kind in an engine.',
        )
      }
      this.#models.set(model.profile.name, model)
    }
    for (const [name, value] of [
      ['concurrency', options.concurrency],
      ['attempts', options.attempts],
    ] as const) {
      if (value !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
        throw new Fault('bad-argument', `${name} is ${value}`, 'Give a whole number of at least 1.')
      }
    }
    this.#options = options
    this.#timeline = models[0]?.time === 'virtual' ? new VirtualTimeline() : new LiveTimeline()
    this.ledger = new Ledger('run', options.budget, this.#timeline)
    this.#requirePrices(this.ledger.limits)
    this.#allocator =
      options.allocator ??
      new BucketAllocator(
        options.strategy.decides === 'votes' ? new VoteIndex() : new HazardIndex({ wastedShare }),
      )
    this.#concurrency = options.concurrency ?? defaultConcurrency
    this.#seed = options.seed ?? 0
  }

  /** Everything spent so far, as people read it. */
  get bill(): Bill {
    return this.#billOf(this.ledger.spent)
  }

  /** What was charged above a limit, in every unit; all zero unless a provider ignored its cap. */
  get overshoot(): Amount {
    const { spent } = this.ledger
    const over = { ...spent }
    for (const unit of units) over[unit] = Math.max(0, spent[unit] - (this.ledger.limits[unit] ?? Infinity))
    return over
  }

  /** Milliseconds on the engine's clock: virtual in replay. */
  now(): number {
    return this.#timeline.now()
  }

  /**
   * Adds a prompt and promises its result; the promise never rejects for what a model or a candidate does.
   * @throws Fault `closed`, `bad-argument` (an id used before, or an empty prompt)
   */
  solve(prompt: Prompt, options: SolveOptions = {}): Promise<Result> {
    if (this.#closed) throw new Fault('closed', 'the engine is closed', 'Make a new engine.')
    if (this.#ids.has(prompt.id)) {
      throw new Fault(
        'bad-argument',
        `the prompt id "${prompt.id}" was used before`,
        'Give each prompt its own id.',
      )
    }
    if (prompt.messages.length === 0) {
      throw new Fault(
        'bad-argument',
        `the prompt "${prompt.id}" has no messages`,
        'Give at least one message.',
      )
    }
    this.#ids.add(prompt.id)
    const checker = options.checker ?? this.#options.checker
    const scope = this.ledger.scope(prompt.id, options.budget)
    this.#requirePrices(scope.limits)
    const run = new Run(
      this.#runs.length,
      prompt,
      scope,
      checker,
      this.#options.strategy.decides === 'scores',
    )
    this.#runs.push(run)
    this.#open.add(run)
    this.#allocator.add(run.arm, classOf(prompt))
    if (options.signal) this.#obey(options.signal, run)
    if (scope.deadline < this.ledger.deadline) {
      const cancel = this.#timeline.after(scope.deadline - this.now(), `${prompt.id}/~deadline`, () =>
        this.#finish(run, outOfTime),
      )
      void run.finished.then(cancel)
    }
    this.#review(run)
    // Prompts that are added together are all known before the first decision.
    this.#timeline.post(() => undefined)
    this.#listen()
    return run.finished
  }

  #obey(signal: AbortSignal, run: Run): void {
    const abort = () =>
      this.#timeline.post(() => this.#finish(run, { code: 'cancelled', message: 'the caller aborted' }))
    if (signal.aborted) {
      abort()
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    void run.finished.then(() => signal.removeEventListener('abort', abort))
  }

  /** Cancels what is in flight, ends every open prompt with what it has, and resolves when all is settled. */
  async close(): Promise<void> {
    this.#closed = true
    this.#timeline.post(() => {
      for (const run of this.#open) this.#finish(run, { code: 'cancelled', message: 'the engine was closed' })
    })
    this.#listen()
    await this.#settled()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Resolves when no prompt is open and nothing is held. */
  async #settled(): Promise<void> {
    if (this.#open.size === 0 && this.#attempts.size === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #listen(): void {
    if (this.#listening) return
    this.#listening = true
    void this.#loop()
  }

  async #loop(): Promise<void> {
    while (this.#open.size > 0 || this.#attempts.size > 0) {
      const heard = await this.#timeline.next()
      heard()
      this.#dispatch()
      this.#watchDeadline()
    }
    this.#listening = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Starts the best steps while there is room in flight and in the ledger. */
  #dispatch(): void {
    while (this.#attempts.size < this.#concurrency) {
      const arm = this.#allocator.next()
      const run = arm === undefined ? undefined : this.#runs[arm]
      if (!run) {
        // No prompt is worth a step. Those with something in flight may be worth one again when it comes back.
        for (const open of this.#open) if (open.attempts.size === 0) this.#finish(open, enough)
        return
      }
      const step = run.wanted
      if (!step) {
        this.#allocator.block(run.arm)
        continue
      }
      const held = this.#hold(run, step)
      if (held.kind === 'held') {
        this.#start(run, step, held, 0)
        continue
      }
      if (held.kind === 'refused' && held.scope !== run.scope && this.ledger.holding && isTransient(held)) {
        // What is in flight reserved more than it will use: wait for it rather than serve a worse prompt.
        return
      }
      if (held.kind === 'refused' && run.scope.holding && isTransient(held)) {
        this.#allocator.block(run.arm)
        continue
      }
      this.#finish(run, held.kind === 'refused' ? reasonOf(held) : held.reason)
    }
  }

  /** Reserves the step's upper bound; near the end of the budget with a smaller output cap, if that is still useful. */
  #hold(run: Run, step: Step): Held | Refusal | Impossible {
    const model = this.#model(step)
    const { profile } = model
    const input = run.inputTokens(step.model) ?? model.inputTokens(run.prompt, run.prompt.messages)
    const most = Math.min(
      outputCapOf(run.prompt) ?? Infinity,
      profile.maxOutputTokens ?? defaultMaxOutputTokens,
    )
    let cap = most
    if (profile.contextWindow !== undefined && input.exact) {
      cap = Math.min(cap, profile.contextWindow - input.tokens)
      if (cap < 1) {
        const message = `the prompt has ${input.tokens} tokens, the context window of ${profile.name} ${profile.contextWindow}`
        return { kind: 'impossible', reason: { code: 'context', message } }
      }
    }
    if (!this.#inTime(run, step)) {
      return { kind: 'refused', scope: run.scope, unit: 'milliseconds', room: 0 }
    }
    const whole = run.scope.reserve(costOf(profile, input.tokens, cap))
    if (whole.kind === 'held') return { kind: 'held', reservation: whole, cap, most }
    if (this.ledger.holding || !isTransient(whole)) return whole
    const shrunk = largestCap(run.scope, (output) => costOf(profile, input.tokens, output), cap)
    if (shrunk < this.#output(step.model).usual) return whole
    const reservation = run.scope.reserve(costOf(profile, input.tokens, shrunk))
    return reservation.kind === 'held' ? { kind: 'held', reservation, cap: shrunk, most } : reservation
  }

  /** Whether a call that starts now can be expected to come back before the deadline. */
  #inTime(run: Run, step: Step): boolean {
    const left = run.scope.deadline - this.now()
    return left > 0 && left >= this.#output(step.model).usualMilliseconds
  }

  #start(run: Run, step: Step, held: Held, tries: number): void {
    const model = this.#model(step)
    const request = sampleRequest(run.prompt, step, held.cap, this.#seed, tries)
    const attempt = run.begin(step, held.reservation, held.cap < held.most, this.now(), tries)
    this.#attempts.add(attempt)
    if (tries === 0) this.#allocator.started(run.arm)
    this.#options.onEvent?.({ type: 'step-started', prompt: run.prompt.id, step, attempt: tries })
    const timeout = Math.min(this.#options.timeout ?? defaultTimeout, run.scope.deadline - this.now())
    const work = this.#timeline.virtual
      ? callVirtual(model, request, timeout)
      : callLive(model, request, timeout, attempt.abort.signal)
    void work.then((sample) => {
      attempt.sample = sample
    })
    attempt.unfollow = this.#timeline.follow(
      `${run.prompt.id}/${step.id}`,
      work,
      (sample) => sample.milliseconds ?? 0,
      (sample) => this.#sampled(attempt, sample),
    )
    this.#review(run)
  }

  /** A call came back: settle it, then verify, try again, or let the step fail. */
  #sampled(attempt: Attempt, sample: Sample): void {
    const { run, step } = attempt
    this.#settle(attempt, sample)
    if (attempt.cancelled) {
      this.#land(attempt)
      return
    }
    if (sample.kind === 'failed') {
      this.#failed(attempt, sample)
      return
    }
    run.learnInput(step.model, sample.usage.inputTokens)
    this.#output(step.model).add(sample.usage.outputTokens, sample.milliseconds ?? 0)
    const { checker } = run
    if (!checker) {
      this.#verified(attempt, sample, undefined)
      return
    }
    attempt.unfollow = this.#timeline.follow(
      `${run.prompt.id}/${step.id}/verify`,
      checker.check(subjectOf(run.prompt, sample)),
      () => 0,
      (verdict) => this.#verified(attempt, sample, verdict),
    )
  }

  #failed(attempt: Attempt, sample: FailedSample): void {
    const { run, step } = attempt
    const reason: Reason = { code: sample.code, message: sample.message }
    run.note(reason)
    const allowed = this.#options.attempts ?? defaultAttempts
    const delay = retryDelay(
      attempt.tries,
      sample.retryAfter,
      uniformOf(this.#seed, `retry/${run.prompt.id}/${step.id}`),
    )
    const inTime = this.now() + delay < run.scope.deadline
    if (sample.retryable && attempt.tries + 1 < allowed && inTime && !run.ending) {
      attempt.unfollow = this.#timeline.after(delay, `${run.prompt.id}/${step.id}/retry`, () =>
        this.#retry(attempt),
      )
      return
    }
    run.lastFailure = sample
    this.#observe(attempt, 'failed', { kind: 'nothing' }, undefined, reason)
  }

  /** Each attempt is a new reservation: it waits while others hold the room, and fails when there is none. */
  #retry(attempt: Attempt): void {
    const { run, step } = attempt
    this.#attempts.delete(attempt)
    run.attempts.delete(attempt)
    const held = this.#hold(run, step)
    if (held.kind === 'held') {
      this.#start(run, step, held, attempt.tries + 1)
      return
    }
    if (held.kind === 'refused' && isTransient(held) && this.ledger.holding) {
      this.#attempts.add(attempt)
      run.attempts.add(attempt)
      const delay = retryDelay(attempt.tries, undefined, 0)
      attempt.unfollow = this.#timeline.after(delay, `${run.prompt.id}/${step.id}/retry`, () =>
        this.#retry(attempt),
      )
      return
    }
    const reason = held.kind === 'refused' ? reasonOf(held) : held.reason
    this.#observe(attempt, 'failed', { kind: 'nothing' }, undefined, reason)
  }

  #verified(attempt: Attempt, sample: Sample & { kind: 'answered' }, verdict: Verdict | undefined): void {
    const { run } = attempt
    if (attempt.cancelled) {
      this.#land(attempt)
      return
    }
    if (verdict?.kind === 'failed')
      run.note({ code: 'verifier', message: `${verdict.code}: ${verdict.message}` })
    const solved = verdict?.kind === 'scored' && verdict.score === 1
    if (attempt.shortened && sample.candidate.finish === 'length' && !(solved && run.proves)) {
      // It was cut at our cap, below the caller's: an unfinished answer is never returned.
      const reason: Reason = { code: 'cut', message: 'the answer was cut where the budget ended' }
      run.note(reason)
      this.#observe(attempt, 'failed', { kind: 'nothing' }, undefined, reason)
      return
    }
    run.complete(attempt, sample, verdict)
    this.#observe(attempt, 'done', this.#evidence(run, verdict, solved), verdict)
  }

  #evidence(run: Run, verdict: Verdict | undefined, solved: boolean): Omit<Evidence, 'cost'> {
    if (this.#options.strategy.decides === 'votes') {
      const [leader, second] = votesOf(run.tree)
      return { kind: 'votes', leader: leader?.votes ?? 0, second: second?.votes ?? 0 }
    }
    // A failed verdict says nothing about the candidate; the try still counts, or a prompt that breaks its verifier
    // would be served for ever.
    return { kind: verdict === undefined || !solved ? 'unsolved' : 'solved' }
  }

  /** The step is over: tell the tree, the allocator and the strategy. */
  #observe(
    attempt: Attempt,
    state: 'done' | 'failed',
    evidence: Omit<Evidence, 'cost'>,
    verdict?: Verdict,
    failure?: Reason,
  ): void {
    const { run, step } = attempt
    run.end(attempt, state, this.now(), verdict, failure)
    this.#allocator.observe(run.arm, { ...evidence, cost: this.#share(run.costOf(step)) })
    this.#options.onEvent?.({
      type: 'step-ended',
      prompt: run.prompt.id,
      step,
      state,
      ...(verdict && { verdict }),
    })
    this.#land(attempt)
    if (run.ending) return
    if (run.failuresInRow >= failuresInRow) {
      this.#finish(run, { code: 'tries', message: `${failuresInRow} steps in a row failed` })
      return
    }
    if (run.repeats) {
      this.#finish(run, { code: 'tries', message: 'at temperature 0 the model gives the same answer again' })
      return
    }
    this.#review(run)
  }

  /** Asks the strategy what it wants now: starts nothing, but cancels what is no longer wanted. */
  #review(run: Run): void {
    if (run.ending) return
    const wanted = new Set<string>()
    run.wanted = undefined
    let refusedOffer = false
    for (const { step } of this.#options.strategy.propose(run.tree, this.#view(run))) {
      wanted.add(step.id)
      if (run.wanted || run.tree.node(step.id)) continue
      const model = this.#models.get(step.model)
      if (model && (model.offers?.(run.prompt, step) ?? true)) run.wanted = step
      else refusedOffer = true
    }
    for (const attempt of run.attempts) if (!wanted.has(attempt.step.id)) this.#cancel(attempt)
    if (run.wanted || run.attempts.size > 0) return
    if (refusedOffer)
      this.#finish(run, { code: 'recording', message: 'the model has no more samples of this prompt' })
    else this.#finish(run, { code: 'tries', message: 'the strategy wants no more steps' })
  }

  /** Stops an attempt. Its call is settled when it ends, or now where time is virtual. */
  #cancel(attempt: Attempt): void {
    if (attempt.cancelled) return
    attempt.cancelled = true
    const { run } = attempt
    run.end(attempt, 'cancelled', this.now(), undefined, { code: 'cancelled', message: 'no longer wanted' })
    this.#allocator.observe(run.arm, { kind: 'nothing', cost: 0 })
    attempt.abort.abort()
    if (attempt.reservation.settled) {
      // It was being verified, or waited for its next try.
      attempt.unfollow()
      this.#land(attempt)
      return
    }
    if (!this.#timeline.virtual) return
    attempt.unfollow()
    this.#settle(attempt, cancelledAt(attempt.sample, this.now() - attempt.startedAt))
    this.#land(attempt)
  }

  /** Charges a call, exactly once, for what it used; for its reservation when nobody knows. */
  #settle(attempt: Attempt, sample: Sample): void {
    const { run, step, reservation } = attempt
    const { profile } = this.#model(step)
    const usage = sample.usage
    const used = usage ? costOf(profile, usage.inputTokens, usage.outputTokens) : reservation.amount
    if (reservation.settle(used)) run.charge(step, used, usage?.estimated === true || usage === undefined)
    const { stopped } = run.scope
    if (stopped !== undefined) run.note({ code: 'overrun', message: stopped })
  }

  /** The attempt is over in every respect. */
  #land(attempt: Attempt): void {
    const { run } = attempt
    this.#attempts.delete(attempt)
    run.attempts.delete(attempt)
    this.#conclude(run)
  }

  /** Ends a prompt: no new steps; what is in flight is cancelled. */
  #finish(run: Run, reason: Reason): void {
    if (run.ending) return
    run.ending = reason
    for (const attempt of run.attempts) this.#cancel(attempt)
    this.#allocator.close(run.arm)
    this.#conclude(run)
  }

  #conclude(run: Run): void {
    if (!run.ending || run.attempts.size > 0 || !this.#open.delete(run)) return
    const choice = choose(run.tree, this.#options.strategy, run.proves)
    const result = run.result(choice, this.#billOf(run.scope.spent))
    this.#options.onEvent?.({ type: 'prompt-finished', result })
    run.resolve(result)
  }

  /** At the deadline everything in flight is cancelled. The timer runs only while something is in flight. */
  #watchDeadline(): void {
    const { deadline } = this.ledger
    if (deadline === Infinity) return
    if (this.#attempts.size === 0) {
      this.#cancelDeadline?.()
      this.#cancelDeadline = undefined
      return
    }
    this.#cancelDeadline ??= this.#timeline.after(Math.max(0, deadline - this.now()), '~deadline', () => {
      for (const run of this.#open) this.#finish(run, outOfTime)
    })
  }

  /** One number for a cost: the share it takes of the scarcest limit; a call where only time is limited. */
  #share(amount: Amount): number {
    let share = 0
    for (const unit of units) {
      const limit = this.ledger.limits[unit]
      if (limit !== undefined) share = Math.max(share, amount[unit] / limit)
    }
    return share > 0 ? share : amount.calls
  }

  #view(run: Run): View {
    return {
      models: [...this.#models.keys()],
      budgetLeft: run.scope.left,
      fits: (step) => {
        const model = this.#model(step)
        const input = run.inputTokens(step.model) ?? model.inputTokens(run.prompt, run.prompt.messages)
        const cap = Math.min(
          outputCapOf(run.prompt) ?? Infinity,
          model.profile.maxOutputTokens ?? defaultMaxOutputTokens,
        )
        return run.scope.refusal(costOf(model.profile, input.tokens, cap)) === undefined
      },
      uniform: (key) => uniformOf(this.#seed, `${run.prompt.id}/${key}`),
    }
  }

  #model(step: Step): Model {
    const model = this.#models.get(step.model)
    if (!model)
      throw new Fault(
        'unknown-name',
        `a strategy asked for the model "${step.model}"`,
        'Give that model to the engine.',
      )
    return model
  }

  #output(model: string): OutputLength {
    let length = this.#outputs.get(model)
    if (!length) {
      length = new OutputLength()
      this.#outputs.set(model, length)
    }
    return length
  }

  #billOf(amount: Amount): Bill {
    const profiles = [...this.#models.values()].map((model) => model.profile)
    return billOf(amount, {
      usd: profiles.every((profile) => profile.price !== undefined),
      flops: profiles.every((profile) => profile.parameters !== undefined),
    })
  }

  #requirePrices(limits: Limits): void {
    for (const { profile } of this.#models.values()) {
      if (limits.usd !== undefined && profile.price === undefined) {
        throw new Fault(
          'no-price',
          `the budget limits usd, and the model "${profile.name}" has no price`,
          'Give its profile a price, or limit tokens.',
        )
      }
      if (limits.flops !== undefined && profile.parameters === undefined) {
        throw new Fault(
          'no-parameters',
          `the budget limits flops, and the model "${profile.name}" has no parameter count`,
          'Give its profile `parameters`, or limit tokens.',
        )
      }
    }
  }
}

interface Held {
  readonly kind: 'held'
  readonly reservation: Reservation
  /** The output cap that was reserved for. */
  readonly cap: number
  /** The cap without our budget: the caller's, or the model's. */
  readonly most: number
}

interface Impossible {
  readonly kind: 'impossible'
  readonly reason: Reason
}

const enough: Reason = { code: 'enough', message: 'another step is not expected to change the answer' }

const outOfTime: Reason = { code: 'deadline', message: 'the time budget ran out' }

/** Whether room may come back when something in flight is settled. */
function isTransient(refusal: Refusal): boolean {
  return refusal.unit !== 'stopped' && refusal.unit !== 'milliseconds'
}

function reasonOf(refusal: Refusal): Reason {
  if (refusal.unit === 'stopped')
    return { code: 'overrun', message: refusal.scope.stopped ?? 'the scope was stopped' }
  if (refusal.unit === 'milliseconds') {
    return { code: 'deadline', message: 'the time left is less than a call usually takes' }
  }
  return {
    code: 'budget',
    message: `the budget "${refusal.scope.name}" has no room for another call: ${refusal.room} ${refusal.unit} left`,
  }
}

/** The caller's own output cap. */
function outputCapOf(prompt: Prompt): number | undefined {
  for (const field of ['max_completion_tokens', 'max_tokens']) {
    const value = prompt.options?.[field]
    if (typeof value === 'number' && value >= 1) return Math.floor(value)
  }
  return undefined
}

/** The largest output cap whose cost fits, by bisection: costs grow with the cap. 0 when none does. */
function largestCap(scope: Ledger, cost: (cap: number) => Amount, most: number): number {
  let low = 0
  let high = most
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (scope.refusal(cost(middle))) high = middle - 1
    else low = middle
  }
  return low
}

function subjectOf(prompt: Prompt, sample: Sample & { kind: 'answered' }): Subject {
  const tools = prompt.options?.['tools']
  return {
    candidate: sample.candidate,
    messages: prompt.messages,
    ...(prompt.reference !== undefined && { reference: prompt.reference }),
    ...(prompt.meta !== undefined && { meta: prompt.meta }),
    ...(tools !== undefined && { tools: tools as NonNullable<Subject['tools']> }),
  }
}

/** What a replayed call had generated when it was cancelled: the share of its tokens that its time had brought. */
function cancelledAt(sample: Sample | undefined, elapsed: number): Sample {
  const cancelled = {
    kind: 'failed',
    code: 'cancelled',
    message: 'no longer wanted',
    retryable: false,
  } as const
  if (!sample?.usage || !sample.milliseconds || sample.milliseconds === Infinity) return cancelled
  const share = Math.min(1, elapsed / sample.milliseconds)
  const { inputTokens, outputTokens } = sample.usage
  return {
    ...cancelled,
    usage: { ...sample.usage, inputTokens, outputTokens: Math.ceil(outputTokens * share) },
  }
}
