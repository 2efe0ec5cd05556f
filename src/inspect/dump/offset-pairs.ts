/**
 * Pairs of offsets, `a is followed by b`, kept sorted by `a`, the last `b` for each: what kafka-dump-log collects of a
 * log with gaps. A compacted segment can have millions, so they are kept as two numbers each, not as objects.
 */
const INITIAL_CAPACITY = 1024

export class OffsetPairs {
  #pairs = new BigInt64Array(INITIAL_CAPACITY)
  #count = 0
  #ascending = true

  get isEmpty(): boolean {
    return this.#count === 0
  }

  get length(): number {
    return this.#count
  }

  add(previous: bigint, following: bigint): void {
    if (2 * this.#count === this.#pairs.length) {
      const larger = new BigInt64Array(4 * this.#count)
      larger.set(this.#pairs)
      this.#pairs = larger
    }
    if (this.#count > 0 && previous <= this.#pairs[2 * this.#count - 2]!) this.#ascending = false
    this.#pairs[2 * this.#count] = previous
    this.#pairs[2 * this.#count + 1] = following
    this.#count++
  }

  *sorted(): Generator<readonly [previous: bigint, following: bigint]> {
    if (this.#ascending) yield* this.#all()
    else yield* [...new Map(this.#all())].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  *#all(): Generator<readonly [bigint, bigint]> {
    for (let i = 0; i < this.#count; i++) yield [this.#pairs[2 * i]!, this.#pairs[2 * i + 1]!]
  }
}
