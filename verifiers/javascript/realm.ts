import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten'
import { REALM_PRELUDE } from './realm-prelude.ts'
import type { RunLimits } from './run-limits.ts'
import type { SandboxModule } from './sandbox-module.ts'
import { isWireList, type Wire } from './wire.ts'

/**
 * Bytes of QuickJS stack: some 5,000 frames. A worker's own stack holds it; on a smaller one the host overflows first,
 * which is noticed as well but costs the module.
 */
const STACK_BYTES = 1_048_576

/** What came of running something: a value, a promise, an exception, or an end from outside (see `RunLimits.stop`). */
export type Outcome =
  | { readonly kind: 'value'; readonly value: Wire; readonly changed?: Wire }
  | { readonly kind: 'promise'; readonly id: number; readonly changed?: Wire }
  | { readonly kind: 'thrown'; readonly error: Wire; readonly changed?: Wire }
  | { readonly kind: 'stopped' }

/** Calls a function of the other realm and returns the reply as text. */
export type CallOut = (id: number, args: string) => string

/** Growth goes in steps of at least 5 %, so memory that is nearly full cannot grow any more. */
const FULL_MEMORY_SHARE = 0.9

/** A module that has grown further is not used for another candidate. */
const REUSABLE_MEMORY_SHARE = 0.5

const STOPPED: Outcome = { kind: 'stopped' }

/** One QuickJS runtime and context: nothing is shared with another realm but text. */
export class Realm {
  readonly #module: SandboxModule
  readonly #limits: RunLimits
  readonly #runtime: QuickJSRuntime
  readonly #context: QuickJSContext
  readonly #hooks: QuickJSHandle

  constructor(module: SandboxModule, limits: RunLimits, callOut: CallOut) {
    this.#module = module
    this.#limits = limits
    this.#runtime = module.quickjs.newRuntime()
    this.#runtime.setMaxStackSize(STACK_BYTES)
    this.#runtime.setInterruptHandler(() => limits.mustStop())
    this.#context = this.#runtime.newContext()
    const context = this.#context
    using make = context.unwrapResult(context.evalCode(REALM_PRELUDE, 'prelude.js'))
    using out = context.newFunction('callOut', (id, args) => {
      return context.newString(callOut(context.getNumber(id), context.getString(args)))
    })
    this.#hooks = context.unwrapResult(context.callFunction(make, context.undefined, out))
  }

  /**
   * Runs the candidate's program: as a script, whose top-level names later scripts see, or as a module, whose exports
   * {@link functionAt} finds. Its completion value stays inside; the id is given when it is a function.
   */
  load(source: string, type: 'script' | 'module'): Outcome & { readonly functionId?: number | undefined } {
    let functionId: number | undefined
    const outcome = this.#guarded(() => {
      const result = this.#context.evalCode(source, 'candidate.js', {
        type: type === 'module' ? 'module' : 'global',
      })
      if (result.error) return this.#failure(result.error)
      using value = result.value
      if (type === 'script') functionId = this.#hold(value)
      else this.#callHook('exposeModule', value)?.dispose()
      return { kind: 'value', value: null }
    })
    return { ...outcome, functionId }
  }

  /** Runs a script and tells its completion value. */
  evaluate(source: string, fileName: string): Outcome {
    return this.#guarded(() => {
      const result = this.#context.evalCode(source, fileName)
      if (result.error) return this.#failure(result.error)
      using value = result.value
      return this.#replyTo('outcome', value)
    })
  }

  /**
   * Holds the function that an expression names, to be called later; undefined when it names none. Looked for among
   * what the program exports too.
   */
  functionAt(expression: string): number | undefined {
    let id: number | undefined
    this.#guarded(() => {
      const isName = IDENTIFIER.test(expression)
      // Through an arrow, so that `a.b` is called on `a`, and evaluated anew for each call.
      const called = isName ? expression : `((...args) => (${expression})(...args))`
      const result = this.#context.evalCode(called, 'call.js')
      using handle = result.error ?? result.value
      if (!result.error) id = this.#hold(handle)
      if (id !== undefined || !isName || this.#limits.stop !== undefined) return STOPPED
      using name = this.#context.newString(expression)
      using exported = this.#callHook('exported', name)
      if (exported !== undefined) id = this.#hold(exported)
      return STOPPED
    })
    return id
  }

  #hold(value: QuickJSHandle): number | undefined {
    using id = this.#callHook('hold', value)
    const number = id === undefined ? -1 : this.#context.getNumber(id)
    return number === -1 ? undefined : number
  }

  /** Calls a held function; arguments and reply are wire text. No reply when it was stopped from outside. */
  invoke(id: number, args: string): string | undefined {
    let reply: string | undefined
    this.#guarded(() => {
      using number = this.#context.newNumber(id)
      using text = this.#context.newString(args)
      using result = this.#callHook('invoke', number, text)
      if (result === undefined) return STOPPED
      reply = this.#context.getString(result)
      return outcomeOf(reply)
    })
    return this.#limits.stop === undefined ? reply : undefined
  }

  /** Makes a function of the other realm, or a copy of a value, a global of this one. */
  define(name: string, value: { readonly functionId: number } | { readonly wire: Wire }): void {
    this.#guarded(() => {
      using key = this.#context.newString(name)
      using other =
        'functionId' in value
          ? this.#context.newNumber(value.functionId)
          : this.#context.newString(JSON.stringify(value.wire))
      this.#callHook('functionId' in value ? 'define' : 'defineData', key, other)?.dispose()
      return STOPPED
    })
  }

  /** Runs promise reactions; false when there were none. */
  runJobs(): boolean {
    let worked = false
    this.#guarded(() => {
      if (!this.#runtime.hasPendingJob()) return STOPPED
      worked = true
      const result = this.#runtime.executePendingJobs(JOBS_AT_ONCE)
      return result.error ? this.#failure(result.error) : STOPPED
    })
    return worked && this.#limits.stop === undefined
  }

  /** Runs the next timer, at once: time is virtual. False when there is none. */
  runTimer(): boolean {
    let worked = false
    this.#guarded(() => {
      using ran = this.#callHook('runTimer')
      worked = ran !== undefined && this.#context.dump(ran) === true
      return STOPPED
    })
    return worked && this.#limits.stop === undefined
  }

  /** The reply of a promise told by its id, once it is settled. */
  settled(id: number): string | undefined {
    let text: string | undefined
    this.#guarded(() => {
      using number = this.#context.newNumber(id)
      using taken = this.#callHook('take', number)
      if (taken !== undefined && this.#context.typeof(taken) === 'string')
        text = this.#context.getString(taken)
      return STOPPED
    })
    return text
  }

  /** Settles the promise that stands here for one of the other realm. */
  settle(id: number, reply: string): void {
    this.#guarded(() => {
      using number = this.#context.newNumber(id)
      using text = this.#context.newString(reply)
      this.#callHook('settle', number, text)?.dispose()
      return STOPPED
    })
  }

  /** Frees the realm; false when the module is not to be used again. */
  dispose(): boolean {
    const { stop } = this.#limits
    // After the host's stack or the memory gave out inside QuickJS its state is unknown: the whole module is dropped.
    if (stop !== undefined && stop !== 'timeout') return false
    try {
      this.#hooks.dispose()
      this.#context.dispose()
      this.#runtime.dispose()
    } catch {
      return false
    }
    // Memory of WebAssembly never shrinks; the next candidate shall have its whole share.
    return this.#memoryShare() < REUSABLE_MEMORY_SHARE
  }

  #memoryShare(): number {
    return this.#module.memory.buffer.byteLength / this.#module.maximumBytes
  }

  #replyTo(hook: string, ...args: readonly QuickJSHandle[]): Outcome {
    using reply = this.#callHook(hook, ...args)
    return reply === undefined ? STOPPED : outcomeOf(this.#context.getString(reply))
  }

  /** Calls one of the prelude's functions; undefined when it was stopped from outside. */
  #callHook(hook: string, ...args: readonly QuickJSHandle[]): QuickJSHandle | undefined {
    using hookFunction = this.#context.getProp(this.#hooks, hook)
    const result = this.#context.callFunction(hookFunction, this.#context.undefined, ...args)
    if (!result.error) return result.value
    this.#failure(result.error)
    // What the prelude does not catch came from outside.
    this.#limits.end('crashed')
    return undefined
  }

  /** An exception that QuickJS reports. Memory and time are told by our own gauges, not by the candidate's error. */
  #failure(error: QuickJSHandle): Outcome {
    using handle = error
    if (this.#limits.stop !== undefined) return STOPPED
    if (this.#memoryShare() > FULL_MEMORY_SHARE) {
      this.#limits.end('out-of-memory')
      return STOPPED
    }
    return this.#replyTo('describeError', handle)
  }

  /** Everything that enters QuickJS goes through here: the host's own stack can overflow inside it. */
  #guarded(enter: () => Outcome): Outcome {
    if (this.#limits.stop !== undefined) return STOPPED
    try {
      const outcome = enter()
      if (this.#limits.stop !== undefined) return STOPPED
      if (
        outcome.kind === 'thrown' &&
        (isOutOfMemory(outcome.error) || this.#memoryShare() > FULL_MEMORY_SHARE)
      ) {
        this.#limits.end('out-of-memory')
        return STOPPED
      }
      return outcome
    } catch (error) {
      this.#hostFailure(error)
      return STOPPED
    }
  }

  #hostFailure(error: unknown): void {
    this.#limits.end(error instanceof RangeError ? 'stack-overflow' : 'crashed')
  }
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** Promise reactions run before the clock and the other realm get their turn. */
const JOBS_AT_ONCE = 1_000

function isOutOfMemory(error: Wire): boolean {
  return isWireList(error) && error[0] === 'e' && error[1] === 'InternalError' && error[2] === 'out of memory'
}

/** Reads a reply of the prelude. */
export function outcomeOf(reply: string): Outcome {
  const [kind, value, , changed]: [string, Wire, null?, Wire?] = JSON.parse(reply)
  const more = changed === undefined ? {} : { changed }
  if (kind === 'p') return { kind: 'promise', id: Number(value), ...more }
  if (kind === 't') return { kind: 'thrown', error: value, ...more }
  return { kind: 'value', value, ...more }
}
