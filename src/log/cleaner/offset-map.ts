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
import { HASH_WORDS, HashedKeys, KEYS_MAX } from './hashed-keys.ts'

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
  /** Those that it is asked for next, by their places. */
  readonly keys: HashedKeys
  /** Keys that it takes. */
  readonly countMax: number
  #count = 0
  /** Prime, so that every step leads through all of them. */
  readonly #slotCount: number
  readonly #words: Int32Array
  readonly #doubles: Float64Array
  /** Where each of the keys is looked for first. */
  readonly #slots = new Int32Array(KEYS_MAX)
  /** Of no use; but a read whose result is used is not left out. */
  readonly #fetched = new Float64Array(1)

  constructor({ bytes, loadFactor, secret }: OffsetMapOptions) {
    const slots = Math.floor(bytes / SLOT_SIZE)
    this.#slotCount = primeUpTo(slots)
    this.countMax = Math.min(Math.floor(slots * loadFactor), this.#slotCount - 1)
    assert(this.countMax >= 1, 'an offset map has room for a key')
    this.keys = new HashedKeys(secret)
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

  /** Reads the slots of all its keys one after the other: the reads overlap, none of them waits for another. */
  fetch(): void {
    const { count, words: hashes } = this.keys
    const doubles = this.#doubles
    const slots = this.#slots
    const slotCount = this.#slotCount
    let sum = 0
    for (let place = 0; place < count; place++) {
      const slot = firstSlot(hashes[place * HASH_WORDS]!, slotCount)
      slots[place] = slot
      sum += doubles[slot * SLOT_DOUBLES + OFFSET_DOUBLE]!
    }
    this.#fetched[0] = sum
  }

  /** @param place of a key that is fetched; its offset replaces the one that is known */
  put(place: number): void {
    const slot = this.#find(place)
    const at = slot * SLOT_DOUBLES + OFFSET_DOUBLE
    if (this.#doubles[at] === 0) {
      assert(!this.isFull, 'a full map takes no more keys')
      const { words: hashes } = this.keys
      const from = place * HASH_WORDS
      const to = slot * SLOT_WORDS
      for (let word = 0; word < HASH_WORDS; word++) this.#words[to + word] = hashes[from + word]!
      this.#count++
    }
    this.#doubles[at] = this.keys.offsets[place]! + 1
  }

  /** @param place of a key that is fetched; @returns relative to the first dirty offset, −1 where it is not known */
  get(place: number): number {
    return this.#doubles[this.#find(place) * SLOT_DOUBLES + OFFSET_DOUBLE]! - 1
  }

  clear(): void {
    if (this.#count > 0) this.#doubles.fill(0)
    this.#count = 0
    this.keys.clear()
  }

  /** The slot of the key, or the free one that it would get. */
  #find(place: number): number {
    const hashes = this.keys.words
    const from = place * HASH_WORDS
    const h0 = hashes[from]!
    const h1 = hashes[from + 1]!
    const h2 = hashes[from + 2]!
    const h3 = hashes[from + 3]!
    const words = this.#words
    const doubles = this.#doubles
    const slotCount = this.#slotCount
    let slot = this.#slots[place]!
    let step = 0
    for (;;) {
      if (doubles[slot * SLOT_DOUBLES + OFFSET_DOUBLE] === 0) return slot
      const at = slot * SLOT_WORDS
      const isSame = words[at] === h0 && words[at + 1] === h1
      if (isSame && words[at + 2] === h2 && words[at + 3] === h3) return slot
      if (step === 0) step = 1 + firstSlot(h1, slotCount - 1)
      slot += step
      if (slot >= slotCount) slot -= slotCount
    }
  }
}

/** Even over all slots, without a division. */
function firstSlot(word: number, slotCount: number): number {
  return Math.floor(((word >>> 0) / UINT32_RANGE) * slotCount)
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
