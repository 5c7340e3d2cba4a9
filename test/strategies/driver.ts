import { isDeepStrictEqual } from 'node:util'
import { uniformOf } from '../../src/clock/random.ts'
import {
  stepId,
  type Candidate,
  type Prompt,
  type Proposal,
  type Step,
  type StepKind,
  type Strategy,
  type Tree,
  type TreeNode,
  type View,
} from '../../src/contract.ts'

/** What a scripted step comes back with; `failed` is a call that failed for good. */
export type Outcome = 'failed' | Pick<TreeNode, 'candidate' | 'partial' | 'verdict' | 'value'>

/** A model, its verifier and its guide in one: a pure function of the step and of the nodes it builds on. */
export type Script = (step: Step, parents: readonly TreeNode[]) => Outcome

export interface PlayOptions {
  readonly prompt?: Partial<Prompt>
  /** Default `['small']`. */
  readonly models?: readonly string[]
  /** Default: every model serves every kind. */
  readonly serves?: (model: string, kind: StepKind) => boolean
  /** Default: no model has a knob. */
  readonly efforts?: (model: string) => readonly string[]
  /** What may be spent in all, in the unit of `cost`; default 1,000. */
  readonly budget?: number
  /** What a step costs; default 1. Charged when the step starts. */
  readonly cost?: (step: Step, parents: readonly TreeNode[]) => number
  /** What a step costs with its answer finished, for `fits`; default: `cost`. */
  readonly finishing?: (step: Step, parents: readonly TreeNode[]) => number
  readonly seed?: number
  /** Default 4. */
  readonly concurrency?: number
  /** Which proposal starts and which step in flight comes back next; default `random`, by the seed. */
  readonly order?: 'random' | 'first'
}

/** A finished candidate as a script returns it. */
export function candidate(text: string, finish: Candidate['finish'] = 'stop'): Candidate {
  return { text, finish }
}

/** A scored verdict as a script returns it. */
export function scored(
  score: number,
  rest: { readonly answer?: string; readonly feedback?: string } = {},
): NonNullable<TreeNode['verdict']> {
  return { kind: 'scored', score, ...rest }
}

/**
 * One prompt played by hand or, with {@link drive}, to its end: asks a strategy what it wants, starts and cancels
 * steps as the engine does, and is told what came of them in any order. Throws when the strategy breaks the contract:
 * when it is not a pure function of tree and view, asks for the same step twice or for one that has ended, names a
 * parent that is not there or not done, or expects fewer calls than 1.
 */
export class Play {
  readonly prompt: Prompt
  /** `ask ID`, `tell ID STATE` and `cancel ID`, in order. */
  readonly events: string[] = []
  readonly #strategy: Strategy
  readonly #options: PlayOptions
  readonly #nodes = new Map<string, TreeNode>()
  #spent = 0

  constructor(strategy: Strategy, options: PlayOptions = {}) {
    this.#strategy = strategy
    this.#options = options
    this.prompt = { id: 'prompt', messages: [{ role: 'user', content: 'question' }], ...options.prompt }
  }

  get tree(): Tree {
    const nodes = this.#nodes
    return {
      prompt: this.prompt,
      get nodes() {
        return [...nodes.values()]
      },
      node: (id) => nodes.get(id),
    }
  }

  get view(): View {
    const { models = ['small'], budget = 1_000, seed = 0 } = this.#options
    const { serves = () => true, efforts = () => [], cost = () => 1, finishing = cost } = this.#options
    return {
      models,
      serves,
      efforts,
      budgetLeft: budget === 0 ? 0 : Math.max(0, 1 - this.#spent / budget),
      fits: (step, count = 1) => this.#spent + count * finishing(step, this.parents(step)) <= budget,
      uniform: (key) => uniformOf(seed, `${this.prompt.id}/${key}`),
    }
  }

  /** What was charged for every step started, cancelled ones included. */
  get spent(): number {
    return this.#spent
  }

  get pending(): readonly TreeNode[] {
    return [...this.#nodes.values()].filter((node) => node.state === 'pending')
  }

  /** Nodes with a candidate, in the order they were asked for. */
  get candidates(): readonly TreeNode[] {
    return [...this.#nodes.values()].filter((node) => node.candidate !== undefined)
  }

  /** The candidate that the strategy ranks first. */
  get best(): TreeNode | undefined {
    return this.#strategy
      .rank(this.tree)
      .flatMap((id) => this.#nodes.get(id) ?? [])
      .find((node) => node.candidate !== undefined)
  }

  parents(step: Step): readonly TreeNode[] {
    return step.parents.flatMap((id) => this.#nodes.get(id) ?? [])
  }

  /** What the strategy wants now; cancels what it no longer wants. */
  ask(): readonly Proposal[] {
    const proposals = [...this.#strategy.propose(this.tree, this.view)]
    if (!isDeepStrictEqual([...this.#strategy.propose(this.tree, this.view)], proposals)) {
      throw new Error(`${this.#strategy.id} gives two answers to the same question`)
    }
    const wanted = new Set<string>()
    for (const { step, expected } of proposals) {
      const flaw = this.#flawOf(step, wanted, expected.calls)
      if (flaw) throw new Error(`${this.#strategy.id} asks for ${step.id}: ${flaw}`)
      wanted.add(step.id)
    }
    for (const node of this.pending) {
      if (wanted.has(node.step.id)) continue
      this.#nodes.set(node.step.id, { step: node.step, state: 'cancelled' })
      this.events.push(`cancel ${node.step.id}`)
    }
    return proposals
  }

  #flawOf(step: Step, wanted: ReadonlySet<string>, calls: number): string | undefined {
    const state = this.#nodes.get(step.id)?.state
    if (step.id !== stepId(step)) return `its id should be ${stepId(step)}`
    if (wanted.has(step.id)) return 'twice'
    if (state !== undefined && state !== 'pending') return `it is ${state}`
    if (!(calls >= 1 && calls < Infinity)) return `expects ${calls} calls`
    const absent = step.parents.find((id) => this.#nodes.get(id)?.state !== 'done')
    if (absent !== undefined) return `its parent ${absent} is not done`
    if (step.kind === 'extend' && this.parents(step).some((parent) => parent.partial === undefined)) {
      return 'its parent is no partial'
    }
    if (step.kind === 'revise' && this.parents(step).some((parent) => parent.candidate === undefined)) {
      return 'its parent is no candidate'
    }
    return undefined
  }

  /** Starts a step unless it was started before. */
  start(step: Step): void {
    if (this.#nodes.has(step.id)) return
    this.#spent += this.#options.cost?.(step, this.parents(step)) ?? 1
    this.#nodes.set(step.id, { step, state: 'pending' })
    this.events.push(`ask ${step.id}`)
  }

  /** Tells what came of a step; a step that is not in flight stays as it is, so telling twice changes nothing. */
  tell(id: string, outcome: Outcome): void {
    const node = this.#nodes.get(id)
    if (node?.state !== 'pending') return
    const told: TreeNode =
      outcome === 'failed'
        ? { step: node.step, state: 'failed' }
        : { step: node.step, state: 'done', ...outcome }
    this.#nodes.set(id, told)
    this.events.push(`tell ${id} ${told.state}`)
  }
}

/**
 * Plays a prompt to its end: until the strategy wants nothing, or the budget holds no step that it wants. A strategy
 * without end must be given a budget.
 */
export function drive(strategy: Strategy, script: Script, options: PlayOptions = {}): Play {
  const { budget = 1_000, concurrency = 4, order = 'random', seed = 0, cost = () => 1 } = options
  const play = new Play(strategy, options)
  let choices = 0
  const choose = <Item>(items: readonly Item[]): Item | undefined =>
    items[order === 'first' ? 0 : Math.floor(uniformOf(seed, `driver/${choices++}`) * items.length)]
  for (;;) {
    const proposals = play.ask()
    const affordable = proposals.filter(
      ({ step }) => !play.tree.node(step.id) && play.spent + cost(step, play.parents(step)) <= budget,
    )
    const next = play.pending.length < concurrency ? choose(affordable) : undefined
    if (next) {
      play.start(next.step)
      continue
    }
    const back = choose(play.pending)
    if (!back) return play
    const outcome = script(back.step, play.parents(back.step))
    play.tell(back.step.id, outcome)
    play.tell(back.step.id, 'failed')
  }
}
