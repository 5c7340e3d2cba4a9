/**
 * The words of outthink as types: what a prompt, a step, a candidate, a verdict, a verifier and a strategy are.
 * This file imports nothing, and it is the only file of `src` that strategies and verifiers may import.
 */

/** A JSON value: what may cross a file, a worker boundary or a network. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A tool call of an assistant message, in the OpenAI chat format. */
export interface ToolCall {
  readonly id?: string
  readonly type?: string
  readonly function: { readonly name: string; readonly arguments: string }
}

/** One message of a conversation, in the OpenAI chat format; unknown fields are kept. */
export interface Message {
  readonly role: string
  /** Text, content parts, or null for a message that only calls tools. */
  readonly content?: string | readonly Json[] | null
  readonly tool_calls?: readonly ToolCall[]
  readonly [field: string]: unknown
}

/** What the user wants answered: messages plus request options. */
export interface Prompt {
  /** Unique within one engine. */
  readonly id: string
  readonly messages: readonly Message[]
  /** The caller's request options (temperature, tools, response_format, unknown fields), passed on untouched. */
  readonly options?: { readonly [field: string]: unknown }
  /** The kind of task, when the caller knows it; beliefs about difficulty are shared within a task. */
  readonly task?: string
  /** What the verifier compares with: an answer, tests, a schema. Never shown to the model. */
  readonly reference?: Json
  /** Facts about the prompt that the caller has (numbers of a puzzle, tests of a program). */
  readonly meta?: { readonly [key: string]: Json }
}

/** Why a message ended. `length` is a stop at a token cap: the candidate is unfinished. */
export type Finish = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other'

/** A finished answer that could be returned: a whole message, tool calls included. */
export interface Candidate {
  /** The message's text; empty when it only calls tools. */
  readonly text: string
  readonly toolCalls?: readonly ToolCall[]
  readonly finish: Finish
  /** Mean natural-log probability of the generated tokens, when the model told. */
  readonly meanLogprob?: number
}

/** What a verifier is shown: plain data, so that it crosses to a worker as it is. */
export interface Subject {
  readonly candidate: Candidate
  readonly messages: readonly Message[]
  readonly reference?: Json
  readonly meta?: { readonly [key: string]: Json }
  /** The verifier's own options, from its spec. */
  readonly options?: { readonly [key: string]: Json }
  /** The tools that were offered to the model, when there were any. */
  readonly tools?: Json
}

/** The verifier's answer about one candidate. A failed verdict is not a score of 0: it says nothing. */
export type Verdict = ScoredVerdict | FailedVerdict

export interface ScoredVerdict {
  readonly kind: 'scored'
  /** 0 (wrong) to 1 (right). */
  readonly score: number
  /** The candidate's answer in canonical form: equal keys are equal answers. What votes count. */
  readonly answer?: string
  /** What is wrong, for a revision; at most a few hundred characters. */
  readonly feedback?: string
  /** Outcomes on tests that may themselves be wrong, one character a test: candidates that behave alike agree. */
  readonly behaviour?: string
  /** Scores of the steps of a process reward, 0..1, in order. */
  readonly stepScores?: readonly number[]
}

export interface FailedVerdict {
  readonly kind: 'failed'
  readonly code: 'timeout' | 'out-of-memory' | 'crashed' | 'unsupported'
  readonly message: string
}

/**
 * Where a verifier runs.
 * `inline`: linear time on a capped input, on the caller's thread. `pool`: CPU-bound, in a worker thread.
 * `process`: in a worker thread that keeps isolated child processes; they must end by themselves when the thread is
 * killed, which closes their input.
 */
export type VerifierHome = 'inline' | 'pool' | 'process'

/** P(score says right | candidate is right) and P(score says right | candidate is wrong). */
export interface ErrorRates {
  readonly truePositive: number
  readonly falsePositive: number
}

/** One thing that keeps a candidate's program from doing harm, and whether it is in force on this machine. */
export interface IsolationPart {
  readonly part: string
  readonly inForce: boolean
  /** Why it is not in force. */
  readonly reason?: string
}

/** Turns a candidate into a verdict; never throws for a bad candidate. */
export interface Verifier {
  readonly id: string
  /** Changes whenever a verdict could change: part of the cache key. */
  readonly version: string
  readonly runs: VerifierHome
  /**
   * Whether a score of 1 proves the answer. `always`: yes. `reference`: yes, when there is a reference; without one
   * the verifier only extracts an answer key (score 1 = an answer was found, 0 = none). `never`: the score is
   * evidence, as good as `errorRates` say.
   */
  readonly exact: 'always' | 'reference' | 'never'
  readonly errorRates?: ErrorRates
  /** Wall milliseconds one verdict may take before the candidate is given up on; default 10,000. */
  readonly deadlineMs?: number
  verify(subject: Subject): Verdict | Promise<Verdict>
  /** For verifiers that run programs: what holds them on this machine, found by trying. */
  isolation?(): Promise<readonly IsolationPart[]>
  /** Ends what it started, for use outside a pool; in a pool that ends with the worker. */
  close?(): Promise<void>
}

/** What a model verifier asks a model, once: becomes a `judge` step, reserved and settled like any other. */
export interface Question {
  /** The name of a model profile; absent: the engine's judge model, else the caller's own. */
  readonly model?: string
  readonly messages: readonly Message[]
  /** Request options: temperature, logprobs, an output cap. */
  readonly options?: { readonly [field: string]: unknown }
}

/** What a model said to one question; null when its call failed. */
export interface Reply {
  readonly text: string
  /** The provider's own response object, for log probabilities and scores. */
  readonly raw?: unknown
}

/**
 * A verifier that needs a model: it says what to ask and reads what comes back, and never calls out itself, so its
 * whole cost is in the ledger.
 */
export interface ModelVerifier {
  readonly id: string
  readonly version: string
  readonly runs: 'model'
  /** A model's opinion proves nothing. */
  readonly exact: 'never'
  readonly errorRates?: ErrorRates
  /**
   * The questions about one candidate (`subject`), or about a pair of them. An empty list: nothing to ask, and `read`
   * gets no replies.
   */
  ask(subject: Subject, rival?: Subject): readonly Question[]
  /** The verdict from the replies, in the order of the questions; unreadable replies are a failed verdict. */
  read(replies: readonly (Reply | null)[], subject: Subject, rival?: Subject): Verdict
}

/** The kinds of step. */
export type StepKind = 'sample' | 'revise' | 'extend' | 'judge'

/** Where an `extend` step pauses, if the answer does not end before: after a delimiter, or after some tokens. */
export type Span = { readonly delimiter: string } | { readonly tokens: number }

/**
 * How a `revise` step is asked. `conversation` (default): the attempts as turns, each followed by its feedback.
 * `clean`: one turn with the feedback and the last parent's answer only, since a model's own errors in its context
 * make it worse. `patch`: as `conversation`, but the answer is a JSON Patch (RFC 6902) against the last parent.
 */
export type RevisionForm = 'conversation' | 'clean' | 'patch'

/** What makes a sample differ from the caller's request on purpose. */
export interface Variation {
  readonly temperature?: number
  /** A sentence added to the end of the last user message. */
  readonly instruction?: string
}

/** The smallest thing a strategy can ask for. Plain JSON, so that any machine can run it. */
export interface Step {
  /** From {@link stepId}: what the step is, so that strategies share samples. */
  readonly id: string
  readonly kind: StepKind
  /** The name of a model profile. */
  readonly model: string
  /** How hard the model should think: one of the efforts that its profile names; absent: as the caller asked. */
  readonly effort?: string
  /**
   * Step ids this one builds on: the candidates to revise (oldest first; the last one is revised, those before it are
   * shown), the one partial to extend (none: from the beginning), the candidates to judge.
   */
  readonly parents: readonly string[]
  /** Distinguishes samples of the same request; sample 0 is the caller's request itself. */
  readonly index: number
  /** For `extend`; absent: to the end of the answer. */
  readonly span?: Span
  /** For `revise`; absent: `conversation`. */
  readonly form?: RevisionForm
  readonly variation?: Variation
}

/** The identity of a step: equal ids are the same piece of work. */
export function stepId(step: Omit<Step, 'id'>): string {
  const { kind, model, effort = '', parents, index, span, form, variation } = step
  const rest = [span, form, variation].some((part) => part !== undefined)
    ? `:${JSON.stringify([span ?? null, form ?? null, variation ?? null])}`
    : ''
  return `${kind}:${model}:${effort}:${lineage(parents)}:${index}${rest}`
}

/** Parents up to this many characters are written out. */
const longestLineage = 120

/**
 * Parents as part of an id. Ids of long chains would hold their parents' ids many times over, so what is long becomes
 * two 32-bit FNV-1a hashes of it (Fowler, Noll, Vo), one forwards and one backwards.
 */
function lineage(parents: readonly string[]): string {
  const written = parents.join('+')
  if (written.length <= longestLineage) return written
  let forwards = 0x811c9dc5
  let backwards = 0x811c9dc5
  for (let at = 0; at < written.length; at += 1) {
    forwards = Math.imul(forwards ^ written.charCodeAt(at), 0x01000193)
    backwards = Math.imul(backwards ^ written.charCodeAt(written.length - 1 - at), 0x01000193)
  }
  const hex = (hash: number) => (hash >>> 0).toString(16).padStart(8, '0')
  return `#${hex(forwards)}${hex(backwards)}`
}

/** One step in a prompt's tree and what became of it. */
export interface TreeNode {
  readonly step: Step
  readonly state: 'pending' | 'done' | 'failed' | 'cancelled'
  /** Set when done, unless the answer is unfinished. */
  readonly candidate?: Candidate
  /** An unfinished answer, from its beginning; set when an `extend` step paused. May be scored, never returned. */
  readonly partial?: string
  /** Set when done and verified; absent when no verifier looked at it, and on partials: those have only a value. */
  readonly verdict?: Verdict
  /** Process reward of the candidate or partial, 0..1, where the strategy is guided and the guide could tell. */
  readonly value?: number
  /** What the step wrote, once it came back. */
  readonly outputTokens?: number
}

/** All steps of one prompt, in the order they were asked for. */
export interface Tree {
  readonly prompt: Prompt
  readonly nodes: readonly TreeNode[]
  node(id: string): TreeNode | undefined
}

/** What a strategy may know besides the tree. */
export interface View {
  /** Names of the models that sample, the caller's own first. */
  readonly models: readonly string[]
  /** Whether a model can serve steps of a kind, emulation included. */
  serves(model: string, kind: StepKind): boolean
  /** Efforts of a model above the caller's own, least first. */
  efforts(model: string): readonly string[]
  /** Share of the budget still unspent, 0..1. */
  readonly budgetLeft: number
  /** Whether the ledger could now hold `count` (default 1) steps like this one, each with its answer finished. */
  fits(step: Step, count?: number): boolean
  /** A uniform number in [0, 1), a pure function of seed, prompt and key. */
  uniform(key: string): number
}

/** A step that could come next, with what it is expected to take to the next candidate. */
export interface Proposal {
  readonly step: Step
  readonly expected: {
    /** Steps like this one until a candidate is there, this one included; at least 1. */
    readonly calls: number
  }
}

/** Decides which steps could come next and how to rank what came back; does no I/O. */
export interface Strategy {
  readonly id: string
  /** `scores`: a verified or best-scored candidate wins. `votes`: answer keys are counted, scores ignored. */
  readonly decides: 'scores' | 'votes'
  /**
   * Whether its order decides also under a verifier that proves nothing, rather than the aggregation that such a
   * verifier calls for; default false.
   */
  readonly settles?: boolean
  /** Whether partials and candidates get a process reward (`value`) from the engine's guide; default false. */
  readonly guided?: boolean
  /**
   * The whole set of steps wanted now, those in flight included. A step in flight that is no longer yielded is
   * cancelled; nothing yielded means the strategy is done with this prompt.
   */
  propose(tree: Tree, view: View): Iterable<Proposal>
  /** Ids of done nodes, best first. Only orders: the aggregation decides. */
  rank(tree: Tree): readonly string[]
}
