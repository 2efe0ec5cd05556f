/**
 * The keys whose superseded records take most bytes, in memory that does not grow with their number (Misra and Gries):
 * where there are too many, what the one in the middle has is taken off all, and those with nothing left are forgotten.
 * So each may have had more than is known of it, by no more than `uncertainBytes`; who has more than that is among them.
 *
 * Keys are known by their hashes. All is in memory that is given once: with an object and a string for each, this took a
 * third of the time that a log of many keys is cleaned in.
 */
import { HASH_WORDS, type HashedKeys } from '../../log/cleaner/hashed-keys.ts'

export interface WastedKey {
  readonly key: Buffer
  /** Of its first bytes, where it is longer than is remembered. */
  readonly isCut: boolean
  /** At least. */
  readonly bytes: number
  /** At least. */
  readonly records: number
}

const KEYS_MAX = 4096
/** Of a key. */
const BYTES_MAX = 256
/** Slots for each that may be known: a few steps lead to it, or to a free one. */
const SLOTS_PER_KEY = 2

export class KeyWaste {
  /** What may have been taken off one that is known. */
  uncertainBytes = 0
  readonly #keysMax: number
  /** Of all that may be known at once; what belongs to a key has the same place in each. */
  readonly #bytes: Float64Array
  /** 0 where the place is free. */
  readonly #records: Float64Array
  readonly #hashes: Int32Array
  readonly #keySizes: Int32Array
  readonly #keys: Buffer
  /** The places that are free, the next one last. */
  readonly #free: number[] = []
  /** An open hash table of places, + 1. */
  readonly #slots: Int32Array

  constructor(keysMax = KEYS_MAX) {
    const count = 2 * keysMax
    this.#keysMax = keysMax
    this.#bytes = new Float64Array(count)
    this.#records = new Float64Array(count)
    this.#hashes = new Int32Array(count * HASH_WORDS)
    this.#keySizes = new Int32Array(count)
    this.#keys = Buffer.allocUnsafeSlow(count * BYTES_MAX)
    this.#slots = new Int32Array(count * SLOTS_PER_KEY)
    for (let place = count - 1; place >= 0; place--) this.#free.push(place)
  }

  /** @param at the key's place among those */
  add(keys: HashedKeys, at: number, wastedBytes: number): void {
    const slot = this.#find(keys.words, at * HASH_WORDS)
    let place = this.#slots[slot]! - 1
    if (place < 0) {
      place = this.#free.pop()!
      this.#slots[slot] = place + 1
      this.#remember(place, keys, at)
    }
    this.#bytes[place]! += wastedBytes
    this.#records[place]!++
    if (this.#free.length === 0) this.#forget()
  }

  /** The most wasteful first. */
  top(count: number): WastedKey[] {
    return [...this.#records.keys()]
      .filter(place => this.#records[place]! > 0)
      .sort((a, b) => this.#bytes[b]! - this.#bytes[a]!)
      .slice(0, count)
      .map(place => this.#wastedKey(place))
  }

  #wastedKey(place: number): WastedKey {
    const start = place * BYTES_MAX
    const size = this.#keySizes[place]!
    return {
      key: Buffer.from(this.#keys.subarray(start, start + Math.min(size, BYTES_MAX))),
      isCut: size > BYTES_MAX,
      bytes: this.#bytes[place]!,
      records: this.#records[place]!,
    }
  }

  #remember(place: number, { bytes, starts, sizes, words }: HashedKeys, at: number): void {
    const start = starts[at]!
    const size = sizes[at]!
    const to = place * BYTES_MAX
    const end = Math.min(size, BYTES_MAX)
    for (let i = 0; i < end; i++) this.#keys[to + i] = bytes[start + i]!
    for (let word = 0; word < HASH_WORDS; word++) {
      this.#hashes[place * HASH_WORDS + word] = words[at * HASH_WORDS + word]!
    }
    this.#keySizes[place] = size
    this.#bytes[place] = 0
    this.#records[place] = 0
  }

  /** The slot that has the key's place, or the free one that it would get. */
  #find(words: Int32Array, from: number): number {
    const slots = this.#slots
    const hashes = this.#hashes
    for (let slot = (words[from]! >>> 0) % slots.length; ; slot = (slot + 1) % slots.length) {
      const place = slots[slot]! - 1
      if (place < 0) return slot
      let word = 0
      while (word < HASH_WORDS && hashes[place * HASH_WORDS + word] === words[from + word]) word++
      if (word === HASH_WORDS) return slot
    }
  }

  /** Half of them, at least. */
  #forget(): void {
    const taken = Float64Array.from(this.#bytes).sort()[this.#keysMax - 1]!
    this.uncertainBytes += taken
    this.#slots.fill(0)
    for (let place = this.#bytes.length - 1; place >= 0; place--) {
      this.#bytes[place]! -= taken
      if (this.#bytes[place]! > 0) {
        this.#slots[this.#find(this.#hashes, place * HASH_WORDS)] = place + 1
        continue
      }
      this.#records[place] = 0
      this.#free.push(place)
    }
  }
}
