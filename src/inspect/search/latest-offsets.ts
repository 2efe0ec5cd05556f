/**
 * The last offset of each key, in 24 bytes a key whatever its size: a hash table of digests and offsets, open
 * addressing, at most three quarters full.
 */
import { keyDigest } from './key-digest.ts'

const INITIAL_SLOTS = 1024
const LOAD_MAX = 0.75
const WORDS = 4
export const KEYS_MAX_FLAG = '--max-keys'
/** The table takes 24 MiB then, and half as much again while it grows: the process stays below 150 MB. */
export const KEYS_MAX = 750_000

export class LatestOffsets {
  readonly #baseOffset: bigint
  readonly #keysMax: number
  readonly #digest = new Uint32Array(WORDS)
  #digests = new Uint32Array(INITIAL_SLOTS * WORDS)
  /** Relative to the base offset, plus 1; 0 in a free slot. */
  #offsets = new Float64Array(INITIAL_SLOTS)
  #count = 0

  /** @param baseOffset no offset lies below */
  constructor(baseOffset: bigint, keysMax: number) {
    this.#baseOffset = baseOffset
    this.#keysMax = keysMax
  }

  get count(): number {
    return this.#count
  }

  /** False for one key too many. */
  set(bytes: Buffer, keyStart: number, keySize: number, offset: bigint): boolean {
    keyDigest(bytes, keyStart, keySize, this.#digest)
    const slot = this.#slotOf(this.#digest, 0)
    if (this.#offsets[slot] === 0) {
      if (this.#count === this.#keysMax) return false
      this.#count++
      this.#digests.set(this.#digest, slot * WORDS)
    }
    const relative = Number(offset - this.#baseOffset) + 1
    if (relative > this.#offsets[slot]!) this.#offsets[slot] = relative
    if (this.#count > this.#offsets.length * LOAD_MAX) this.#grow()
    return true
  }

  /** Empties the table: its memory is free again. */
  takeSorted(): BigInt64Array {
    const sorted = new BigInt64Array(this.#count)
    let next = 0
    for (const offset of this.#offsets) {
      if (offset > 0) sorted[next++] = this.#baseOffset + BigInt(offset - 1)
    }
    this.#digests = new Uint32Array(INITIAL_SLOTS * WORDS)
    this.#offsets = new Float64Array(INITIAL_SLOTS)
    this.#count = 0
    return sorted.sort()
  }

  /** Of the digest that begins at `at`: where it is, or where it belongs. */
  #slotOf(digests: Uint32Array, at: number): number {
    const mask = this.#offsets.length - 1
    for (let slot = digests[at]! & mask; ; slot = (slot + 1) & mask) {
      if (this.#offsets[slot] === 0 || this.#isAt(slot, digests, at)) return slot
    }
  }

  #isAt(slot: number, digests: Uint32Array, at: number): boolean {
    for (let word = 0; word < WORDS; word++) {
      if (this.#digests[slot * WORDS + word] !== digests[at + word]) return false
    }
    return true
  }

  #grow(): void {
    const [digests, offsets] = [this.#digests, this.#offsets]
    this.#digests = new Uint32Array(digests.length * 2)
    this.#offsets = new Float64Array(offsets.length * 2)
    for (let old = 0; old < offsets.length; old++) {
      if (offsets[old] === 0) continue
      const slot = this.#slotOf(digests, old * WORDS)
      this.#offsets[slot] = offsets[old]!
      for (let word = 0; word < WORDS; word++) {
        this.#digests[slot * WORDS + word] = digests[old * WORDS + word]!
      }
    }
  }
}
