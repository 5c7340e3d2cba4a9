import type { Allocator, Arm, Evidence } from './allocator.ts'
import type { IndexPolicy, State } from './index-policy.ts'

interface Bucket {
  readonly className: string
  readonly state: State
  readonly inFlight: number
  value: number
  head: Arm
  tail: Arm
  /** Position in the heap, or −1 when empty. */
  place: number
  /** Order of creation: breaks ties, so that decisions do not depend on the heap's shape. */
  readonly born: number
}

const none = -1
const initialCapacity = 256
/** In-flight counts above this share a bucket. */
const mostInFlight = 15

/**
 * Prompts in the same situation (class, state, steps in flight) wait in one first-in-first-out bucket; a heap over
 * the non-empty buckets gives the best one. A decision costs O(log buckets) whatever the number of prompts, a refit
 * O(buckets), and a prompt takes 18 bytes.
 */
export class BucketAllocator implements Allocator {
  readonly #policy: IndexPolicy
  readonly #buckets = new Map<string, Bucket>()
  readonly #list: Bucket[] = []
  readonly #heap: Bucket[] = []
  #revision: number
  #bucketOf = new Int32Array(initialCapacity).fill(none)
  #following = new Int32Array(initialCapacity).fill(none)
  #preceding = new Int32Array(initialCapacity).fill(none)
  #inFlight = new Uint8Array(initialCapacity)
  /** Prompts that wait for something of theirs to come back. */
  #blocked = new Uint8Array(initialCapacity)

  constructor(policy: IndexPolicy) {
    this.#policy = policy
    this.#revision = policy.revision
  }

  add(arm: Arm, className: string): void {
    if (arm >= this.#bucketOf.length) this.#grow(arm)
    this.#put(arm, this.#bucket(className, this.#policy.first, 0))
  }

  next(): Arm | undefined {
    if (this.#policy.revision !== this.#revision) this.#reprice()
    const best = this.#heap[0]
    return best && best.value > 0 ? best.head : undefined
  }

  started(arm: Arm): void {
    const { className, state } = this.#take(arm)
    const inFlight = (this.#inFlight[arm] as number) + 1
    this.#inFlight[arm] = inFlight
    this.#put(arm, this.#bucket(className, state, Math.min(inFlight, mostInFlight)))
  }

  observe(arm: Arm, evidence: Evidence): void {
    const place = this.#bucketOf[arm]
    if (place === undefined || place === none) {
      return
    }
    const { className, state } = this.#take(arm)
    const inFlight = Math.max(0, (this.#inFlight[arm] as number) - 1)
    this.#inFlight[arm] = inFlight
    this.#blocked[arm] = 0
    const after = this.#policy.after(className, state, evidence)
    this.#put(arm, this.#bucket(className, after, Math.min(inFlight, mostInFlight)))
  }

  block(arm: Arm): void {
    const bucket = this.#list[this.#bucketOf[arm] as number]
    if (!bucket || this.#blocked[arm] === 1) return
    this.#unlink(arm, bucket)
    this.#blocked[arm] = 1
  }

  close(arm: Arm): void {
    if (this.#bucketOf[arm] === none) return
    this.#take(arm)
    this.#bucketOf[arm] = none
  }

  /** Number of buckets ever used. */
  get buckets(): number {
    return this.#list.length
  }

  #bucket(className: string, state: State, inFlight: number): Bucket {
    const key = `${state}/${inFlight}/${className}`
    let bucket = this.#buckets.get(key)
    if (!bucket) {
      const value = this.#policy.value(className, state, inFlight)
      bucket = {
        className,
        state,
        inFlight,
        value,
        head: none,
        tail: none,
        place: none,
        born: this.#list.length,
      }
      this.#buckets.set(key, bucket)
      this.#list.push(bucket)
    }
    return bucket
  }

  #put(arm: Arm, bucket: Bucket): void {
    this.#bucketOf[arm] = bucket.born
    this.#following[arm] = none
    this.#preceding[arm] = bucket.tail
    if (bucket.tail === none) bucket.head = arm
    else this.#following[bucket.tail] = arm
    bucket.tail = arm
    if (bucket.place === none) {
      // Prices of empty buckets go stale; a bucket that fills again is priced again.
      bucket.value = this.#policy.value(bucket.className, bucket.state, bucket.inFlight)
      bucket.place = this.#heap.length
      this.#heap.push(bucket)
      this.#rise(bucket)
    }
  }

  /** Takes a prompt out of its bucket and says which that was. */
  #take(arm: Arm): Bucket {
    const bucket = this.#list[this.#bucketOf[arm] as number] as Bucket
    if (this.#blocked[arm] === 0) this.#unlink(arm, bucket)
    return bucket
  }

  #unlink(arm: Arm, bucket: Bucket): void {
    const before = this.#preceding[arm] as number
    const after = this.#following[arm] as number
    if (before === none) bucket.head = after
    else this.#following[before] = after
    if (after === none) bucket.tail = before
    else this.#preceding[after] = before
    if (bucket.head === none) this.#remove(bucket)
  }

  #remove(bucket: Bucket): void {
    const last = this.#heap.pop() as Bucket
    const place = bucket.place
    bucket.place = none
    if (last === bucket) return
    this.#heap[place] = last
    last.place = place
    this.#rise(last)
    this.#sink(last)
  }

  #reprice(): void {
    this.#revision = this.#policy.revision
    for (const bucket of this.#heap) {
      bucket.value = this.#policy.value(bucket.className, bucket.state, bucket.inFlight)
    }
    for (let place = (this.#heap.length >> 1) - 1; place >= 0; place -= 1)
      this.#sink(this.#heap[place] as Bucket)
  }

  #rise(bucket: Bucket): void {
    let place = bucket.place
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#heap[above] as Bucket
      if (!better(bucket, parent)) break
      this.#heap[place] = parent
      parent.place = place
      place = above
    }
    this.#heap[place] = bucket
    bucket.place = place
  }

  #sink(bucket: Bucket): void {
    let place = bucket.place
    for (;;) {
      let below = 2 * place + 1
      let child = this.#heap[below]
      if (!child) break
      const sibling = this.#heap[below + 1]
      if (sibling && better(sibling, child)) {
        child = sibling
        below += 1
      }
      if (!better(child, bucket)) break
      this.#heap[place] = child
      child.place = place
      place = below
    }
    this.#heap[place] = bucket
    bucket.place = place
  }

  #grow(arm: Arm): void {
    const size = Math.max(arm + 1, this.#bucketOf.length * 2)
    const wider = (old: Int32Array) => {
      const array = new Int32Array(size).fill(none)
      array.set(old)
      return array
    }
    this.#bucketOf = wider(this.#bucketOf)
    this.#following = wider(this.#following)
    this.#preceding = wider(this.#preceding)
    const flights = new Uint8Array(size)
    flights.set(this.#inFlight)
    this.#inFlight = flights
    const blocked = new Uint8Array(size)
    blocked.set(this.#blocked)
    this.#blocked = blocked
  }
}

function better(left: Bucket, right: Bucket): boolean {
  return left.value !== right.value ? left.value > right.value : left.born < right.born
}
