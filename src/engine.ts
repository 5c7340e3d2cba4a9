import type { Allocator, Arm, Evidence } from './allocator/allocator.ts'
import { BucketAllocator } from './allocator/bucket-allocator.ts'
import { indexFor } from './allocator/index-for.ts'
import { choose } from './aggregate/choose.ts'
import { votesOf } from './aggregate/votes.ts'
import { Beliefs } from './beliefs.ts'
import { units, type Amount, type Bill } from './budget/amount.ts'
import { Ledger, type Refusal } from './budget/ledger.ts'
import { scarcestShare } from './budget/scarcest-share.ts'
import { LiveTimeline } from './clock/live-timeline.ts'
import { uniformOf } from './clock/random.ts'
import type { Timeline } from './clock/timeline.ts'
import { VirtualTimeline } from './clock/virtual-timeline.ts'
import type { Candidate, Prompt, Proposal, Question, Step, Subject, Verdict } from './contract.ts'
import { DifficultyLearner } from './difficulty/learner.ts'
import type { EngineOptions, SolveOptions } from './engine-options.ts'
import { Fault } from './fault.ts'
import { requirePrices } from './models/require-prices.ts'
import type { AnsweredSample, FailedSample, Sample } from './models/model.ts'
import type { Checker, ModelChecker } from './pool/verifier-pool.ts'
import type { Reason, Result } from './result.ts'
import { Run, type Attempt } from './run.ts'
import type { Asked } from './steps/asked.ts'
import { callLive, callVirtual, cancelledAt } from './steps/call.ts'
import { costOf } from './steps/cost.ts'
import { inputOf, StepCosts } from './steps/step-costs.ts'
import { hold, isTransient, reasonOf, type Held, type Impossible } from './steps/hold.ts'
import { Judging } from './steps/judging.ts'
import { Menus } from './steps/menus.ts'
import { ModelSet } from './steps/model-set.ts'
import { outputCapOf } from './steps/output-cap.ts'
import { readBack } from './steps/read-back.ts'
import { requestOf } from './steps/request.ts'
import { retryDelay } from './steps/retry-delay.ts'
import { subjectOf } from './steps/subject.ts'

const defaultConcurrency = 16
const defaultTimeout = 120_000
const defaultAttempts = 3
/** A prompt whose steps fail this often in a row, retries included, is given up: its model is not there. */
const failuresInRow = 3

/**
 * The one loop. While the ledger has room: the allocator names the prompt with the best gain per cost and, of the steps
 * that its strategy asks for, the one to buy; the ledger holds the step's upper bound, the model samples, the ledger settles what was used, the
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
  readonly #models: ModelSet
  readonly #timeline: Timeline
  readonly #allocator: Allocator
  readonly #beliefs: Beliefs
  readonly #menus: Menus
  readonly #concurrency: number
  readonly #seed: number
  readonly #costs: StepCosts
  /** Open prompts by arm; a finished prompt leaves nothing behind, so an engine may live for years. */
  readonly #runs = new Map<Arm, Run>()
  /** Arms of finished prompts, to be used again. */
  readonly #freeArms: Arm[] = []
  #arms = 0
  readonly #open = new Set<Run>()
  readonly #ids = new Set<string>()
  readonly #attempts = new Set<Attempt>()
  /** Candidates that wait for their judges. */
  readonly #judging = new Set<Attempt>()
  /** Questions that wait for room, oldest first. */
  readonly #questions: { readonly judging: Judging; readonly index: number }[] = []
  #listening = false
  #closed = false
  #cancelDeadline: (() => void) | undefined
  #idle: (() => void)[] = []

  /** @throws Fault `bad-argument`, `no-price`, `no-parameters` */
  constructor(options: EngineOptions) {
    const { models } = options
    this.#models = new ModelSet(models)
    for (const [name, value] of [
      ['concurrency', options.concurrency],
      ['attempts', options.attempts],
    ] as const) {
      if (value !== undefined && (!Number.isSafeInteger(value) || value < 1)) {
        throw new Fault('bad-argument', `${name} is ${value}`, 'Give a whole number of at least 1.')
      }
    }
    this.#costs = new StepCosts(this.#models.callersModel)
    this.#options = options
    this.#timeline = models[0]?.time === 'virtual' ? new VirtualTimeline() : new LiveTimeline()
    this.ledger = new Ledger('run', options.budget, this.#timeline)
    requirePrices(this.ledger.limits, models)
    const { strategy, checker, menu } = options
    const index = indexFor({
      decides: strategy.decides,
      byOpinion: checker !== undefined && 'ask' in checker,
      errorRates: checker?.noise?.errorRates,
      memory: menu,
    })
    this.#allocator = options.allocator ?? new BucketAllocator(index)
    this.#beliefs = new Beliefs(options.difficulty ?? new DifficultyLearner(), this.#allocator)
    this.#concurrency = options.concurrency ?? defaultConcurrency
    this.#seed = options.seed ?? 0
    this.#menus = new Menus({
      models: this.#models,
      strategy: options.strategy,
      costs: this.#costs,
      limits: this.ledger.limits,
      seed: this.#seed,
    })
  }

  /** Everything spent so far, as people read it. */
  get bill(): Bill {
    return this.#models.bill(this.ledger.spent)
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
   * @throws Fault `closed`, `bad-argument` (the id of an open prompt, or an empty prompt)
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
    requirePrices(scope.limits, this.#options.models)
    const arm = this.#freeArms.pop() ?? this.#arms++
    const run = new Run(arm, prompt, scope, checker, this.#options.strategy.decides === 'scores')
    this.#runs.set(arm, run)
    this.#open.add(run)
    this.#beliefs.tell(run)
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

  /**
   * Says that no more prompts will come, to an allocator that keeps some waiting for those that may: what is left of
   * the budget goes to them.
   */
  end(): void {
    this.#allocator.end?.()
    this.#timeline.post(() => undefined)
    this.#listen()
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

  /** Starts the best steps while there is room in flight and in the ledger; candidates are judged first. */
  #dispatch(): void {
    while (this.#room > 0) {
      const question = this.#questions[0]
      if (question) {
        if (!this.#ask(question.judging, question.index)) return
        this.#questions.shift()
        continue
      }
      const arm = this.#allocator.next()
      const run = arm === undefined ? undefined : this.#runs.get(arm)
      if (!run) {
        if (this.#allocator.waits) return
        // No prompt is worth a step. Those with something in flight may be worth one again when it comes back.
        for (const open of this.#open) if (open.attempts.size === 0) this.#finish(open, enough)
        return
      }
      if (run.menu.length === 0) {
        this.#allocator.block(run.arm)
        continue
      }
      const proposal = run.menu[this.#allocator.pick?.(run.arm, run.offers) ?? 0] as Proposal
      const { step } = proposal
      const asked = this.#menus.asked(run, step)
      const held = this.#hold(run, step, asked)
      if (held.kind === 'held') {
        if (asked.emulated)
          run.note({ code: 'emulated', message: `${step.model} was asked to go on by prompt` })
        this.#start(run, step, held, { tries: 0, asked, counted: proposal.expected.calls <= 1 })
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
      if (run.menu.length > 1) {
        // Something smaller may still fit.
        this.#offer(
          run,
          run.menu.filter((other) => other !== proposal),
        )
        continue
      }
      this.#finish(run, reasonOf(held))
    }
  }

  /** Steps that may still be started; a candidate that waits for its judges leaves its place to them. */
  get #room(): number {
    return this.#concurrency - (this.#attempts.size - this.#judging.size)
  }

  /** Starts a judge's step; false when it must wait for room. What cannot be asked is answered with nothing. */
  #ask(judging: Judging, index: number): boolean {
    const { run } = judging.attempt
    if (judging.attempt.cancelled) return true
    const model = this.#models.judgeOf(judging.questions[index] as Question)
    if (!model) {
      run.note({ code: 'unavailable', message: 'no model of this engine can judge' })
      this.#replied(judging, index, undefined)
      return true
    }
    const step = judging.step(index, model.profile.name)
    const prompt = judging.prompt(index)
    const asked = { prompt, cap: outputCapOf(model.profile, prompt) }
    const held = this.#hold(run, step, asked)
    if (held.kind === 'held') {
      this.#start(run, step, held, { tries: 0, asked, counted: false, question: { judging, index } })
      return true
    }
    if (held.kind === 'refused' && this.ledger.holding && isTransient(held)) return false
    run.note(reasonOf(held))
    this.#replied(judging, index, undefined)
    return true
  }

  /** A question was answered, or never will be; after the last one the candidate has its verdict. */
  #replied(judging: Judging, index: number, sample: Sample | undefined): void {
    judging.reply(index, sample)
    if (!judging.complete || judging.attempt.cancelled) return
    this.#judging.delete(judging.attempt)
    judging.hear(judging.verdict())
  }

  /** Reserves a step's upper bound. */
  #hold(run: Run, step: Step, asked: Asked): Held | Refusal | Impossible {
    const model = this.#models.of(step)
    return hold({
      profile: model.profile,
      most: asked.cap,
      input: inputOf(run, model, asked.prompt),
      scope: run.scope,
      output: this.#costs.lengthOf(step),
      now: this.now(),
      mayWait: this.ledger.holding,
    })
  }

  #start(
    run: Run,
    step: Step,
    held: Held,
    start: Pick<Attempt, 'tries' | 'asked' | 'counted' | 'question'>,
  ): void {
    const { tries, asked, counted } = start
    const model = this.#models.of(step)
    const request = requestOf(asked, step, held.cap, this.#seed, tries)
    const { reservation, shortened } = held
    const attempt = run.begin(step, { ...start, reservation, shortened, startedAt: this.now() })
    this.#attempts.add(attempt)
    if (tries === 0 && counted) this.#allocator.started(run.arm)
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
    const { run, step, question } = attempt
    this.#settle(attempt, sample)
    if (attempt.cancelled) {
      this.#land(attempt)
      return
    }
    if (sample.kind === 'failed') {
      this.#failed(attempt, sample)
      return
    }
    this.#costs.lengthOf(step).add(sample.usage.outputTokens, sample.milliseconds ?? 0)
    if (question) {
      this.#judged(attempt, 'done', sample)
      return
    }
    const { prompt, emulated = false } = attempt.asked
    const bound = inputOf(run, this.#models.of(step), prompt)
    if (!bound.exact) this.#costs.sawInput(bound.tokens, sample.usage.inputTokens)
    if (prompt === run.prompt) run.learnInput(step.model, sample.usage.inputTokens)
    const brought = readBack(step, run.tree, sample, emulated)
    if (brought.kind === 'partial') {
      this.#paused(attempt, sample, brought.text)
      return
    }
    if (brought.complaint !== undefined) run.note({ code: 'patch', message: brought.complaint })
    const { checker } = run
    const finished = { ...sample, candidate: brought.candidate }
    if (!checker) {
      this.#verified(attempt, finished, undefined)
      return
    }
    this.#check(attempt, subjectOf(run.prompt, brought.candidate), checker, (verdict) =>
      this.#verified(attempt, finished, verdict),
    )
  }

  /** Gets a verdict on a candidate or partial: from the pool, or from a model by steps of the one loop. */
  #check(
    attempt: Attempt,
    subject: Subject,
    checker: Checker | ModelChecker,
    then: (verdict: Verdict) => void,
  ): void {
    if ('ask' in checker) {
      const judging = new Judging(attempt, subject, checker, then)
      if (judging.complete) {
        then(judging.verdict())
        return
      }
      this.#judging.add(attempt)
      for (const index of judging.questions.keys()) this.#questions.push({ judging, index })
      return
    }
    attempt.unfollow = this.#timeline.follow(
      `${attempt.run.prompt.id}/${attempt.step.id}/verify/${checker.id}`,
      checker.check(subject),
      () => 0,
      then,
    )
  }

  /** A step brought an unfinished answer: the guide says what it is worth. No verifier ever sees it. */
  #paused(attempt: Attempt, sample: AnsweredSample, text: string): void {
    const { run } = attempt
    if (attempt.shortened && sample.candidate.finish === 'length') {
      this.#cut(attempt)
      return
    }
    const seen = () => {
      run.pause(attempt, text, sample.usage)
      this.#observe(attempt, 'done', { kind: 'nothing' })
    }
    this.#guided(attempt, { ...sample.candidate, text, finish: 'length' }, seen)
  }

  /** Asks the guide about a candidate or partial, where the strategy is guided, and then goes on. */
  #guided(attempt: Attempt, candidate: Candidate, then: () => void): void {
    const { run } = attempt
    const { guide, strategy } = this.#options
    if (!guide || strategy.guided !== true) {
      then()
      return
    }
    this.#check(attempt, subjectOf(run.prompt, candidate), guide, (verdict) => {
      if (attempt.cancelled) {
        this.#land(attempt)
        return
      }
      if (verdict.kind === 'scored') run.worth(attempt, verdict.score)
      else run.note({ code: 'guide', message: `${verdict.code}: ${verdict.message}` })
      then()
    })
  }

  /** It was cut at our cap, below the caller's: an unfinished answer is never returned. */
  #cut(attempt: Attempt): void {
    const reason: Reason = { code: 'cut', message: 'the answer was cut where the budget ended' }
    attempt.run.note(reason)
    this.#observe(attempt, 'failed', { kind: 'nothing' }, undefined, reason)
  }

  /** A judge's step is over: it is no candidate, only its reply counts. */
  #judged(attempt: Attempt, state: 'done' | 'failed', sample: Sample | undefined, failure?: Reason): void {
    const { run, step, question } = attempt
    run.end(attempt, state, this.now(), undefined, failure)
    this.#options.onEvent?.({ type: 'step-ended', prompt: run.prompt.id, step, state })
    this.#land(attempt)
    if (question) this.#replied(question.judging, question.index, sample)
  }

  #failed(attempt: Attempt, sample: FailedSample): void {
    const { run, step } = attempt
    const reason: Reason = { code: sample.code, message: sample.message }
    run.note(reason)
    const allowed = this.#options.attempts ?? defaultAttempts
    const chance = uniformOf(this.#seed, `retry/${run.prompt.id}/${step.id}`)
    const delay = retryDelay(attempt.tries, sample.retryAfter, chance)
    const inTime = this.now() + delay < run.scope.deadline
    if (sample.retryable && attempt.tries + 1 < allowed && inTime && !run.ending) {
      this.#retryIn(attempt, delay)
      return
    }
    run.lastFailure = sample
    this.#gaveUp(attempt, reason)
  }

  #retryIn(attempt: Attempt, delay: number): void {
    const key = `${attempt.run.prompt.id}/${attempt.step.id}/retry`
    attempt.unfollow = this.#timeline.after(delay, key, () => this.#retry(attempt))
  }

  /** Each attempt is a new reservation: it waits while others hold the room, and fails when there is none. */
  #retry(attempt: Attempt): void {
    const { run, step, asked, counted, question } = attempt
    const held = this.#hold(run, step, asked)
    if (held.kind === 'held') {
      this.#attempts.delete(attempt)
      run.attempts.delete(attempt)
      const tries = attempt.tries + 1
      this.#start(run, step, held, { tries, asked, counted, ...(question && { question }) })
    } else if (held.kind === 'refused' && isTransient(held) && this.ledger.holding) {
      this.#retryIn(attempt, retryDelay(attempt.tries, undefined, 0))
    } else {
      this.#gaveUp(attempt, reasonOf(held))
    }
  }

  #gaveUp(attempt: Attempt, reason: Reason): void {
    if (attempt.question) this.#judged(attempt, 'failed', undefined, reason)
    else this.#observe(attempt, 'failed', { kind: 'nothing' }, undefined, reason)
  }

  #verified(attempt: Attempt, sample: AnsweredSample, verdict: Verdict | undefined): void {
    const { run } = attempt
    if (attempt.cancelled) {
      this.#land(attempt)
      return
    }
    if (verdict?.kind === 'failed')
      run.note({ code: 'verifier', message: `${verdict.code}: ${verdict.message}` })
    const solved = verdict?.kind === 'scored' && verdict.score === 1
    if (attempt.shortened && sample.candidate.finish === 'length' && !(solved && run.proves)) {
      this.#cut(attempt)
      return
    }
    const seen = () => {
      run.complete(attempt, sample, verdict)
      this.#observe(attempt, 'done', this.#evidence(run, verdict, solved), verdict)
    }
    // Nobody needs an opinion on what is known to be right or wrong.
    if (run.proves && verdict?.kind === 'scored') seen()
    else this.#guided(attempt, sample.candidate, seen)
  }

  #evidence(run: Run, verdict: Verdict | undefined, solved: boolean): Omit<Evidence, 'cost' | 'action'> {
    if (this.#options.strategy.decides === 'votes') {
      const votes = votesOf(run.tree)
      const cast = votes.reduce((sum, each) => sum + each.votes, 0)
      return { kind: 'votes', leader: votes[0]?.votes ?? 0, second: votes[1]?.votes ?? 0, cast }
    }
    // A failed verdict says nothing about the candidate; the try still counts, or a prompt that breaks its verifier
    // would be served for ever.
    const score = verdict?.kind === 'scored' ? { score: verdict.score } : {}
    return { kind: verdict === undefined || !solved ? 'unsolved' : 'solved', ...score }
  }

  /** The step is over: tell the tree, the allocator and the strategy. */
  #observe(
    attempt: Attempt,
    state: 'done' | 'failed',
    evidence: Omit<Evidence, 'cost' | 'action'>,
    verdict?: Verdict,
    failure?: Reason,
  ): void {
    const { run, step } = attempt
    run.end(attempt, state, this.now(), verdict, failure)
    // A step that was not counted as a try became one when it brought a candidate.
    if (!attempt.counted) this.#allocator.started(run.arm)
    const cost = scarcestShare(run.costOf(step), this.ledger.limits)
    this.#allocator.observe(run.arm, { ...evidence, action: this.#models.actionOf(step), cost })
    if (run.proves && this.#models.isPlain(step))
      this.#beliefs.learn(run, run.tree.node(step.id), evidence.kind, this.#open)
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
    const { menu, ids, refused } = this.#menus.wanted(run)
    this.#offer(run, menu)
    for (const attempt of run.attempts) {
      if (!attempt.question && !ids.has(attempt.step.id)) this.#cancel(attempt)
    }
    if (run.menu.length > 0 || run.attempts.size > 0) return
    if (refused)
      this.#finish(run, { code: 'recording', message: 'the model has no more samples of this prompt' })
    else this.#finish(run, { code: 'tries', message: 'the strategy wants no more steps' })
  }

  /** What may be bought for a prompt now. */
  #offer(run: Run, menu: readonly Proposal[]): void {
    run.menu = menu
    run.offers = this.#menus.offers(run, menu)
    this.#allocator.offer?.(run.arm, run.offers)
  }

  /** Stops an attempt. Its call is settled when it ends, or now where time is virtual. */
  #cancel(attempt: Attempt): void {
    if (attempt.cancelled) return
    attempt.cancelled = true
    const { run } = attempt
    run.end(attempt, 'cancelled', this.now(), undefined, { code: 'cancelled', message: 'no longer wanted' })
    if (attempt.counted) this.#allocator.observe(run.arm, { kind: 'nothing', cost: 0 })
    // Nobody needs an opinion on a candidate that is not wanted.
    this.#judging.delete(attempt)
    for (const other of run.attempts) if (other.question?.judging.attempt === attempt) this.#cancel(other)
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
    const { profile } = this.#models.of(step)
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
    this.#runs.delete(run.arm)
    this.#ids.delete(run.prompt.id)
    this.#freeArms.push(run.arm)
    const noise = run.checker?.noise
    const choice = choose(run.tree, this.#options.strategy, run.proves, noise && { noisy: true, ...noise })
    const result = run.result(choice, this.#models.bill(run.scope.spent))
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
}

const enough: Reason = { code: 'enough', message: 'another step is not expected to change the answer' }

const outOfTime: Reason = { code: 'deadline', message: 'the time budget ran out' }
