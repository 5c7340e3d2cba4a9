const none = -1
const initialCapacity = 256

/**
 * A binary max-heap of bucket numbers by value; equal values go to the bucket that is older (smaller number), so that
 * decisions do not depend on the heap's shape.
 */
export class BucketHeap {
  #values = new Float64Array(initialCapacity)
  /** Position of a bucket in the heap, or −1. */
  #places = new Int32Array(initialCapacity).fill(none)
  #order = new Int32Array(initialCapacity)
  #size = 0

  /** The best bucket, or −1. */
  get top(): number {
    return this.#size === 0 ? none : (this.#order[0] as number)
  }

  get bytes(): number {
    return this.#values.byteLength + this.#places.byteLength + this.#order.byteLength
  }

  valueOf(bucket: number): number {
    return this.#values[bucket] as number
  }

  has(bucket: number): boolean {
    return this.#places[bucket] !== none
  }

  /** Makes room for a bucket number. */
  hold(bucket: number): void {
    if (bucket < this.#values.length) return
    const capacity = Math.max(bucket + 1, this.#values.length * 2)
    const values = new Float64Array(capacity)
    values.set(this.#values)
    this.#values = values
    const places = new Int32Array(capacity).fill(none)
    places.set(this.#places)
    this.#places = places
    const order = new Int32Array(capacity)
    order.set(this.#order)
    this.#order = order
  }

  push(bucket: number, value: number): void {
    this.#values[bucket] = value
    this.#size += 1
    this.#rise(bucket, this.#size - 1)
  }

  /** Takes the best bucket out. */
  pop(): void {
    this.#places[this.#order[0] as number] = none
    this.#size -= 1
    if (this.#size > 0) this.#sink(this.#order[this.#size] as number, 0)
  }

  /** Keeps the buckets that `stays` names, at new values. */
  reprice(stays: (bucket: number) => boolean, value: (bucket: number) => number): void {
    let kept = 0
    for (let place = 0; place < this.#size; place += 1) {
      const bucket = this.#order[place] as number
      if (!stays(bucket)) {
        this.#places[bucket] = none
        continue
      }
      this.#values[bucket] = value(bucket)
      this.#order[kept] = bucket
      this.#places[bucket] = kept
      kept += 1
    }
    this.#size = kept
    for (let place = (kept >> 1) - 1; place >= 0; place -= 1) this.#sink(this.#order[place] as number, place)
  }

  #rise(bucket: number, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#order[above] as number
      if (!this.#better(bucket, parent)) break
      this.#order[place] = parent
      this.#places[parent] = place
      place = above
    }
    this.#order[place] = bucket
    this.#places[bucket] = place
  }

  #sink(bucket: number, from: number): void {
    let place = from
    for (;;) {
      let below = 2 * place + 1
      if (below >= this.#size) break
      let child = this.#order[below] as number
      if (below + 1 < this.#size) {
        const sibling = this.#order[below + 1] as number
        if (this.#better(sibling, child)) {
          child = sibling
          below += 1
        }
      }
      if (!this.#better(child, bucket)) break
      this.#order[place] = child
      this.#places[child] = place
      place = below
    }
    this.#order[place] = bucket
    this.#places[bucket] = place
  }

  #better(left: number, right: number): boolean {
    const first = this.#values[left] as number
    const second = this.#values[right] as number
    return first !== second ? first > second : left < right
  }
}
