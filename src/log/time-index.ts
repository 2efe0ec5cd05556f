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
import { assert } from '../base/errors.ts'
import { int32, int64, layout } from '../binary/layout.ts'
import type { DiskFile } from '../disk/disk.ts'
import { NO_TIMESTAMP } from '../record/batch.ts'
import { firstUnusedSlot, floorSlot, NO_SLOT, type OnProbe } from './index-search.ts'
import { IndexPages } from './index-pages.ts'

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
  readonly #pages: IndexPages
  #usedCount: number | undefined

  /**
   * @param file stays open for as long as the index is used
   * @param usedCount where it is known, as to who writes the index
   */
  constructor(file: DiskFile, baseOffset: bigint, usedCount?: number) {
    this.#pages = new IndexPages(file, ENTRY_SIZE)
    this.baseOffset = baseOffset
    this.count = Math.floor(this.#pages.size / ENTRY_SIZE)
    this.#usedCount = usedCount
  }

  /** Entries before the zeros of a preallocated file. */
  get usedCount(): number {
    return (this.#usedCount ??= this.#findUsedCount())
  }

  /** @param slot below `count` */
  entryAt(slot: number): TimestampOffset {
    assert(slot >= 0 && slot < this.count, 'the slot lies within the index')
    return {
      timestamp: this.#timestampAt(slot),
      offset: this.baseOffset + BigInt(this.#relativeOffsetAt(slot)),
    }
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
    const { size } = this.#pages
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

  #beginning(): TimestampOffset {
    return { timestamp: NO_TIMESTAMP, offset: this.baseOffset }
  }

  /**
   * An entry at the base offset, unless it is the first, is one that was never written. A file of one zero entry is none
   * of a preallocated kind: it indexes a record of the first millisecond of 1970.
   */
  #findUsedCount(): number {
    const used = firstUnusedSlot(this.count, slot => this.#relativeOffsetAt(slot) === 0)
    const isOnlyZeros =
      used === 1 && this.count > 1 && this.#timestampAt(0) === 0n && this.#relativeOffsetAt(0) === 0
    return isOnlyZeros ? 0 : used
  }

  #timestampAt(slot: number): bigint {
    return this.#pages.int64At(slot * ENTRY_SIZE + AT.timestamp)
  }

  #relativeOffsetAt(slot: number): number {
    return this.#pages.int32At(slot * ENTRY_SIZE + AT.relativeOffset)
  }
}
