/**
 * The newest offset of each key, in memory that is given once: an open hash table of 24 bytes a slot, as Kafka's, so that
 * as many keys fit into a buffer of the same size. Keys are known by their hashes alone: see key-hash.ts for the odds.
 *
 * | bytes of a slot | field  | type    | meaning                                                  |
 * |-----------------|--------|---------|----------------------------------------------------------|
 * | 0–15            | hash   | 4 int32 |                                                          |
 * | 16–23           | offset | float64 | offset − first dirty offset, + 1; 0 where the slot is free |
 *
 * Offsets that lie more than 2⁵³ apart would be rounded; in their order all the same, so that no newest record is lost.
 *
 * Source: org.apache.kafka.storage.internals.log.SkimpyOffsetMap
 */
import { assert } from '../../base/errors.ts'
import { KeyHash } from './key-hash.ts'

export const SLOT_SIZE = 24
const SLOT_WORDS = 6
const SLOT_DOUBLES = 3
const OFFSET_DOUBLE = 2
const UINT32_RANGE = 0x1_0000_0000

export interface OffsetMapOptions {
  /** `log.cleaner.dedupe.buffer.size` */
  readonly bytes: number
  /** `log.cleaner.io.buffer.load.factor`: the part of the slots that is used. */
  readonly loadFactor: number
  /** 16 bytes that nobody knows. */
  readonly secret: Buffer
}

export class OffsetMap {
  /** Keys that it takes. */
  readonly countMax: number
  #count = 0
  readonly #hash: KeyHash
  /** Prime, so that every step leads through all of them. */
  readonly #slotCount: number
  readonly #words: Int32Array
  readonly #doubles: Float64Array

  constructor({ bytes, loadFactor, secret }: OffsetMapOptions) {
    const slots = Math.floor(bytes / SLOT_SIZE)
    this.#slotCount = primeUpTo(slots)
    this.countMax = Math.min(Math.floor(slots * loadFactor), this.#slotCount - 1)
    assert(this.countMax >= 1, 'an offset map has room for a key')
    this.#hash = new KeyHash(secret)
    const memory = new ArrayBuffer(this.#slotCount * SLOT_SIZE)
    this.#words = new Int32Array(memory)
    this.#doubles = new Float64Array(memory)
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= this.countMax
  }

  /** @param offset relative to the first dirty one; it replaces the one that is known of the key */
  put(bytes: Buffer, start: number, size: number, offset: number): void {
    const slot = this.#find(bytes, start, size)
    const at = slot * SLOT_DOUBLES + OFFSET_DOUBLE
    if (this.#doubles[at] === 0) {
      assert(!this.isFull, 'a full map takes no more keys')
      const word = slot * SLOT_WORDS
      this.#words[word] = this.#hash.h0
      this.#words[word + 1] = this.#hash.h1
      this.#words[word + 2] = this.#hash.h2
      this.#words[word + 3] = this.#hash.h3
      this.#count++
    }
    this.#doubles[at] = offset + 1
  }

  /** Relative to the first dirty offset; −1 where the key is not known. */
  get(bytes: Buffer, start: number, size: number): number {
    return this.#doubles[this.#find(bytes, start, size) * SLOT_DOUBLES + OFFSET_DOUBLE]! - 1
  }

  clear(): void {
    if (this.#count > 0) this.#doubles.fill(0)
    this.#count = 0
  }

  /** The slot of the key, or the free one that it would get. */
  #find(bytes: Buffer, start: number, size: number): number {
    const hash = this.#hash
    hash.update(bytes, start, size)
    const { h0, h1, h2, h3 } = hash
    const words = this.#words
    const doubles = this.#doubles
    const slotCount = this.#slotCount
    let slot = Math.floor(((h0 >>> 0) / UINT32_RANGE) * slotCount)
    const step = 1 + ((h1 >>> 0) % (slotCount - 1))
    for (;;) {
      if (doubles[slot * SLOT_DOUBLES + OFFSET_DOUBLE] === 0) return slot
      const at = slot * SLOT_WORDS
      const isSame = words[at] === h0 && words[at + 1] === h1
      if (isSame && words[at + 2] === h2 && words[at + 3] === h3) return slot
      slot += step
      if (slot >= slotCount) slot -= slotCount
    }
  }
}

/** The greatest prime that is not above; 2 at least. */
function primeUpTo(count: number): number {
  for (let candidate = count; candidate > 2; candidate--) {
    if (isPrime(candidate)) return candidate
  }
  return 2
}

function isPrime(value: number): boolean {
  for (let divisor = 2; divisor * divisor <= value; divisor++) {
    if (value % divisor === 0) return false
  }
  return true
}
