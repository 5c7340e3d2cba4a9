import type { ZeroInflatedBeta } from '../difficulty/zero-inflated-beta.ts'
import type { Allocator, Arm, Evidence, Offer } from './allocator.ts'
import { BucketHeap } from './bucket-heap.ts'
import type { IndexPolicy, State } from './index-policy.ts'

const none = -1
const initialCapacity = 256
/** In-flight counts above this share a bucket. */
const mostInFlight = 15
const flights = mostInFlight + 1

/** One prompt is four 32-bit numbers side by side, so that a decision about it touches one cache line. */
const stride = 4
const bucketAt = 0
const followingAt = 1
const precedingAt = 2
/** Steps in flight; negative (−1 − steps) while the prompt waits for one of them. */
const inFlightAt = 3

interface PromptClass {
  readonly name: string
  /** Bucket number + 1 by state × flights + in flight; 0 where there is none yet. */
  buckets: Int32Array
}

/**
 * Prompts in the same situation (class, state, steps in flight) wait in one first-in-first-out bucket; a heap over
 * the buckets gives the best one. A decision costs O(log buckets) whatever the number of prompts, a refit
 * O(buckets), and a prompt takes 16 bytes (up to 32 while the table has room to grow).
 */
export class BucketAllocator implements Allocator {
  readonly #policy: IndexPolicy
  #revision: number
  readonly #classes = new Map<string, PromptClass>()
  /** Of each bucket: its class, its state, its steps in flight. */
  readonly #classOf: PromptClass[] = []
  readonly #stateOf: State[] = []
  readonly #inFlightOf: number[] = []
  readonly #heap = new BucketHeap()
  #heads = new Int32Array(initialCapacity).fill(none)
  #tails = new Int32Array(initialCapacity).fill(none)
  #prompts = new Int32Array(initialCapacity * stride).fill(none)

  constructor(policy: IndexPolicy) {
    this.#policy = policy
    this.#revision = policy.revision
  }

  add(arm: Arm, className: string, belief?: ZeroInflatedBeta, inputCost?: number): void {
    const base = arm * stride
    if (base >= this.#prompts.length) this.#grow(arm)
    const told = belief !== undefined || inputCost !== undefined
    const name =
      told && this.#policy.classFor ? this.#policy.classFor(className, belief, inputCost) : className
    const bucket = this.#prompts[base + bucketAt] as number
    if (bucket === none) {
      this.#prompts[base + inFlightAt] = 0
      this.#put(arm, this.#bucket(this.#class(name), this.#policy.first, 0))
      return
    }
    const out = this.#prompts[base + inFlightAt] as number
    const target = this.#bucket(
      this.#class(name),
      this.#stateOf[bucket] as State,
      this.#inFlightOf[bucket] as number,
    )
    if (target === bucket) return
    if (out < 0) {
      this.#prompts[base + bucketAt] = target
      return
    }
    this.#unlink(base)
    this.#put(arm, target)
  }

  next(): Arm | undefined {
    if (this.#policy.revision !== this.#revision) this.#reprice()
    const heap = this.#heap
    for (;;) {
      const best = heap.top
      if (best === none || !(heap.valueOf(best) > 0)) return undefined
      const head = this.#heads[best] as number
      if (head !== none) return head
      // Empty buckets stay until they come up: most are filled again before that.
      heap.pop()
    }
  }

  /** Gain per cost of the step that `next` names; 0 when it names none. */
  get bestValue(): number {
    return this.next() === undefined ? 0 : this.#heap.valueOf(this.#heap.top)
  }

  offer(arm: Arm, offers: readonly Offer[]): void {
    const base = arm * stride
    const bucket = this.#prompts[base + bucketAt]
    if (!this.#policy.offered || bucket === undefined || bucket === none) return
    const state = this.#stateOf[bucket] as State
    const after = this.#policy.offered(state, offers)
    if (after === state) return
    const target = this.#bucket(
      this.#classOf[bucket] as PromptClass,
      after,
      this.#inFlightOf[bucket] as number,
    )
    if ((this.#prompts[base + inFlightAt] as number) < 0) {
      this.#prompts[base + bucketAt] = target
      return
    }
    this.#unlink(base)
    this.#put(arm, target)
  }

  pick(arm: Arm, offers: readonly Offer[]): number {
    const bucket = this.#prompts[arm * stride + bucketAt]
    if (offers.length < 2 || bucket === undefined || bucket === none) return 0
    const { name } = this.#classOf[bucket] as PromptClass
    return this.#policy.pick?.(name, this.#stateOf[bucket] as State, offers) ?? 0
  }

  started(arm: Arm): void {
    const base = arm * stride
    const bucket = this.#prompts[base + bucketAt] as number
    const out = this.#prompts[base + inFlightAt] as number
    const inFlight = (out < 0 ? none - out : out) + 1
    if (out >= 0) this.#unlink(base)
    this.#prompts[base + inFlightAt] = inFlight
    this.#put(
      arm,
      this.#bucket(this.#classOf[bucket] as PromptClass, this.#stateOf[bucket] as State, inFlight),
    )
  }

  observe(arm: Arm, evidence: Evidence): void {
    const base = arm * stride
    const bucket = this.#prompts[base + bucketAt]
    if (bucket === undefined || bucket === none) return
    const out = this.#prompts[base + inFlightAt] as number
    const inFlight = Math.max(0, (out < 0 ? none - out : out) - 1)
    const kind = this.#classOf[bucket] as PromptClass
    const after = this.#policy.after(kind.name, this.#stateOf[bucket] as State, evidence)
    if (out >= 0) this.#unlink(base)
    this.#prompts[base + inFlightAt] = inFlight
    this.#put(arm, this.#bucket(kind, after, inFlight))
  }

  block(arm: Arm): void {
    const base = arm * stride
    const out = this.#prompts[base + inFlightAt] as number
    if (this.#prompts[base + bucketAt] === none || out < 0) return
    this.#unlink(base)
    this.#prompts[base + inFlightAt] = none - out
  }

  close(arm: Arm): void {
    const base = arm * stride
    if (base >= this.#prompts.length || this.#prompts[base + bucketAt] === none) return
    if ((this.#prompts[base + inFlightAt] as number) >= 0) this.#unlink(base)
    this.#prompts[base + bucketAt] = none
  }

  /** Number of buckets ever used. */
  get buckets(): number {
    return this.#classOf.length
  }

  /** Bytes of the typed arrays that hold prompts and buckets. */
  get bytes(): number {
    let bytes = this.#prompts.byteLength + this.#heads.byteLength + this.#tails.byteLength + this.#heap.bytes
    for (const { buckets } of this.#classes.values()) bytes += buckets.byteLength
    return bytes
  }

  #class(name: string): PromptClass {
    let kind = this.#classes.get(name)
    if (!kind) {
      kind = { name, buckets: new Int32Array(2 * flights) }
      this.#classes.set(name, kind)
    }
    return kind
  }

  #bucket(kind: PromptClass, state: State, inFlight: number): number {
    const key = state * flights + Math.min(inFlight, mostInFlight)
    if (key >= kind.buckets.length) kind.buckets = wider(kind.buckets, key + 1, 0)
    const known = kind.buckets[key] as number
    if (known > 0) return known - 1
    const bucket = this.#classOf.length
    this.#classOf.push(kind)
    this.#stateOf.push(state)
    this.#inFlightOf.push(Math.min(inFlight, mostInFlight))
    kind.buckets[key] = bucket + 1
    if (bucket >= this.#heads.length) {
      this.#heads = wider(this.#heads, bucket + 1, none)
      this.#tails = wider(this.#tails, bucket + 1, none)
    }
    this.#heap.hold(bucket)
    return bucket
  }

  #put(arm: Arm, bucket: number): void {
    const base = arm * stride
    const prompts = this.#prompts
    const tail = this.#tails[bucket] as number
    prompts[base + bucketAt] = bucket
    prompts[base + followingAt] = none
    prompts[base + precedingAt] = tail
    if (tail === none) this.#heads[bucket] = arm
    else prompts[tail * stride + followingAt] = arm
    this.#tails[bucket] = arm
    if (!this.#heap.has(bucket)) this.#heap.push(bucket, this.#price(bucket))
  }

  #unlink(base: number): void {
    const prompts = this.#prompts
    const bucket = prompts[base + bucketAt] as number
    const before = prompts[base + precedingAt] as number
    const after = prompts[base + followingAt] as number
    if (before === none) this.#heads[bucket] = after
    else prompts[before * stride + followingAt] = after
    if (after === none) this.#tails[bucket] = before
    else prompts[after * stride + precedingAt] = before
  }

  #price(bucket: number): number {
    return this.#policy.value(
      (this.#classOf[bucket] as PromptClass).name,
      this.#stateOf[bucket] as State,
      this.#inFlightOf[bucket] as number,
    )
  }

  #reprice(): void {
    this.#revision = this.#policy.revision
    this.#heap.reprice(
      (bucket) => this.#heads[bucket] !== none,
      (bucket) => this.#price(bucket),
    )
  }

  #grow(arm: Arm): void {
    this.#prompts = wider(this.#prompts, (arm + 1) * stride, none)
  }
}

function wider(old: Int32Array, least: number, filler: number): Int32Array<ArrayBuffer> {
  const array = new Int32Array(Math.max(least, old.length * 2)).fill(filler)
  array.set(old)
  return array
}
