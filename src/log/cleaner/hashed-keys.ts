/**
 * Some keys of one batch with their hashes, in the order in which they came: where a large map is asked for many at once,
 * it can fetch all their slots before it looks at the first.
 */
import { KeyHash } from './key-hash.ts'

/** Enough for all the reads of memory that a processor has under way at once. */
export const KEYS_MAX = 128
/** Of a hash. */
export const HASH_WORDS = 4

export class HashedKeys {
  count = 0
  /** Hold the keys; valid as long as the batch is. */
  bytes: Buffer = NO_BYTES
  readonly starts = new Int32Array(KEYS_MAX)
  readonly sizes = new Int32Array(KEYS_MAX)
  /** `HASH_WORDS` of each key. */
  readonly words = new Int32Array(KEYS_MAX * HASH_WORDS)
  /** Of their records, relative to the first dirty one. */
  readonly offsets = new Float64Array(KEYS_MAX)
  readonly #hash: KeyHash

  /** @param secret 16 bytes that nobody knows */
  constructor(secret: Buffer) {
    this.#hash = new KeyHash(secret)
  }

  get isFull(): boolean {
    return this.count === KEYS_MAX
  }

  /** @param bytes the same until they are cleared; @returns its place */
  add(bytes: Buffer, start: number, size: number, offset: number): number {
    const place = this.count++
    this.bytes = bytes
    this.starts[place] = start
    this.sizes[place] = size
    this.offsets[place] = offset
    this.#hash.update(bytes, start, size)
    this.#hash.copyTo(this.words, place * HASH_WORDS)
    return place
  }

  clear(): void {
    this.count = 0
    this.bytes = NO_BYTES
  }
}

const NO_BYTES = Buffer.alloc(0)
