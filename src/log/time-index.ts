/**
 * The time index of one segment, `<baseOffset>.timeindex`: the greatest timestamp up to an offset.
 *
 * | bytes | field          | type  | meaning                                                            |
 * |-------|----------------|-------|--------------------------------------------------------------------|
 * | 0–7   | timestamp      | int64 | milliseconds since 1970; no record up to the offset has a later one |
 * | 8–11  | relativeOffset | int32 | last offset of the batch with that timestamp − base offset         |
 *
 * Timestamps ascend strictly, offsets never go back. An entry is added together with one of the offset index, if the
 * greatest timestamp has grown since, and a last one at the roll and at a clean shutdown. A segment without timestamps
 * (format v0) has an empty index. Preallocated, trimmed and unprotected like the offset index.
 *
 * Source: org.apache.kafka.storage.internals.log.TimeIndex
 */
import { assert, type Damage } from '../base/errors.ts'
import { int32At, int64At } from '../binary/big-endian.ts'
import { int32, int64, layout } from '../binary/layout.ts'
import { NO_TIMESTAMP } from '../record/batch.ts'
import { floorSlot, NO_SLOT, type OnProbe } from './index-search.ts'
import { firstZeroSlot, tailDamages } from './index-tail.ts'

export interface TimestampOffset {
  /** Milliseconds since 1970; −1 where an index has no entry. */
  readonly timestamp: bigint
  /** Last offset of the batch that holds the timestamp. */
  readonly offset: bigint
}

export const TIME_INDEX_ENTRY = layout({ timestamp: int64, relativeOffset: int32 })

const AT = TIME_INDEX_ENTRY.offsetOf
const ENTRY_SIZE = TIME_INDEX_ENTRY.size

export class TimeIndex {
  readonly baseOffset: bigint
  /** Whole entries in the file, preallocated ones among them: what a broker takes for used when it opens the file. */
  readonly count: number
  /** Entries before the zeros of a preallocated file. */
  readonly usedCount: number
  readonly #bytes: Buffer

  constructor(bytes: Buffer, baseOffset: bigint) {
    this.#bytes = bytes
    this.baseOffset = baseOffset
    this.count = Math.floor(bytes.length / ENTRY_SIZE)
    this.usedCount = this.#findUsedCount()
  }

  /** @param slot below `count` */
  entryAt(slot: number): TimestampOffset {
    assert(slot >= 0 && slot < this.count, 'the slot lies within the index')
    return {
      timestamp: this.#timestampAt(slot),
      offset: this.baseOffset + BigInt(this.#relativeOffsetAt(slot)),
    }
  }

  /** The entries in use. */
  *entries(): Generator<TimestampOffset> {
    for (let slot = 0; slot < this.usedCount; slot++) yield this.entryAt(slot)
  }

  /** The last entry in use; (−1, base offset) where there is none. */
  get last(): TimestampOffset {
    return this.usedCount === 0 ? this.#beginning() : this.entryAt(this.usedCount - 1)
  }

  /** The last used slot whose timestamp is not above `target`, or NO_SLOT. */
  floorSlot(target: bigint, onProbe?: OnProbe): number {
    const compare = (slot: number) => {
      const timestamp = this.#timestampAt(slot)
      if (timestamp === target) return 0
      return timestamp < target ? -1 : 1
    }
    return floorSlot({ count: this.usedCount, entrySize: ENTRY_SIZE, compare }, onProbe)
  }

  /**
   * The last entry whose timestamp is not above `target`; (−1, base offset) where there is none.
   * No record before the entry's offset is later than `target`.
   *
   * @param onProbe sees each slot the search looks at, for those who want to be shown the way
   */
  floor(target: bigint, onProbe?: OnProbe): TimestampOffset {
    const slot = this.floorSlot(target, onProbe)
    return slot === NO_SLOT ? this.#beginning() : this.entryAt(slot)
  }

  /** What a broker's sanity check would say of the file under that absolute path; undefined where it passes. */
  sanityFailure(path: string): string | undefined {
    const size = this.#bytes.length
    const last = this.count === 0 ? this.#beginning() : this.entryAt(this.count - 1)
    const first = this.count === 0 ? last : this.entryAt(0)
    if (last.timestamp < first.timestamp) {
      return (
        `Corrupt time index found, time index file (${path}) has non-zero size but the last ` +
        `timestamp is ${last.timestamp} which is less than the first timestamp ${first.timestamp}`
      )
    }
    if (last.offset < this.baseOffset) {
      return (
        `Corrupt time index found, time index file (${path}) has non-zero size but the last ` +
        `offset is ${last.offset} which is less than the first offset ${this.baseOffset}`
      )
    }
    if (size % ENTRY_SIZE === 0) return undefined
    return (
      `Time index file ${path} is corrupt, found ${size} bytes which is neither positive ` +
      `nor a multiple of ${ENTRY_SIZE}`
    )
  }

  /** What contradicts the format's own rules, without a look at the log. */
  *damages(file: string): Generator<Damage> {
    for (let slot = 0; slot < this.usedCount; slot++) {
      const damage = this.#damageAt(slot)
      if (damage !== undefined) yield { file, position: slot * ENTRY_SIZE, ...damage }
    }
    const tail = { bytes: this.#bytes, entrySize: ENTRY_SIZE, usedCount: this.usedCount }
    yield* tailDamages(tail, file)
  }

  #damageAt(slot: number): Omit<Damage, 'file' | 'position'> | undefined {
    const { timestamp, offset } = this.entryAt(slot)
    const found = `timestamp ${timestamp} at offset ${offset}`
    if (offset < this.baseOffset || timestamp < 0n) {
      const expected = `at least timestamp 0 at offset ${this.baseOffset}`
      return { reason: 'time index entry below the beginning of its segment', found, expected }
    }
    if (slot === 0) return undefined
    const previous = this.entryAt(slot - 1)
    if (timestamp > previous.timestamp && offset >= previous.offset) return undefined
    const expected = `more than timestamp ${previous.timestamp}, from offset ${previous.offset} on`
    return { reason: 'time index entries do not ascend', found, expected }
  }

  #beginning(): TimestampOffset {
    return { timestamp: NO_TIMESTAMP, offset: this.baseOffset }
  }

  /**
   * As DumpLogSegments: an entry at the base offset, unless it is the first, is one that was never written. A file of
   * one zero entry is none of a preallocated kind: it indexes a record of the first millisecond of 1970.
   */
  #findUsedCount(): number {
    const slot = firstZeroSlot(this.#bytes, ENTRY_SIZE, AT.relativeOffset)
    const isOnlyZeros =
      slot === 1 && this.count > 1 && this.#timestampAt(0) === 0n && this.#relativeOffsetAt(0) === 0
    return isOnlyZeros ? 0 : Math.min(slot, this.count)
  }

  #timestampAt(slot: number): bigint {
    return int64At(this.#bytes, slot * ENTRY_SIZE + AT.timestamp)
  }

  #relativeOffsetAt(slot: number): number {
    return int32At(this.#bytes, slot * ENTRY_SIZE + AT.relativeOffset)
  }
}
