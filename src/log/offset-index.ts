/**
 * The offset index of one segment, `<baseOffset>.index`: where in the log a batch begins.
 *
 * | bytes | field          | type  | meaning                                        |
 * |-------|----------------|-------|------------------------------------------------|
 * | 0–3   | relativeOffset | int32 | last offset of the indexed batch − base offset |
 * | 4–7   | position       | int32 | where that batch begins in the .log file       |
 *
 * Both fields ascend strictly. The index is sparse: one entry about every `index.interval.bytes` of log, never for
 * the segment's first batch. A segment that a broker has open is preallocated, zeros behind the last entry; it is
 * trimmed at the roll and at a clean shutdown. There is no checksum: what counts is the log, an index can be rebuilt.
 *
 * Older brokers and the log cleaner leave other entries that serve a search as well: Kafka 0.11 and before indexed a
 * batch by its first offset, and up to 4.0 an append of several batches was indexed as one, by its last offset, at its
 * first position. What holds for all: the batch at `position` does not begin behind the offset.
 *
 * Source: org.apache.kafka.storage.internals.log.OffsetIndex
 */
import { assert } from '../base/errors.ts'
import { int32, layout } from '../binary/layout.ts'
import type { DiskFile } from '../disk/disk.ts'
import { firstUnusedSlot, floorSlot, NO_SLOT, type OnProbe } from './index-search.ts'
import { IndexPages } from './index-pages.ts'

export interface OffsetPosition {
  /** Last offset of the batch; but see the header. */
  readonly offset: bigint
  /** Byte position of the batch in the .log file. */
  readonly position: number
}

export const OFFSET_INDEX_ENTRY = layout({ relativeOffset: int32, position: int32 })

const AT = OFFSET_INDEX_ENTRY.offsetOf
const ENTRY_SIZE = OFFSET_INDEX_ENTRY.size

export class OffsetIndex {
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
  entryAt(slot: number): OffsetPosition {
    assert(slot >= 0 && slot < this.count, 'the slot lies within the index')
    return {
      offset: this.baseOffset + BigInt(this.#relativeOffsetAt(slot)),
      position: this.#positionAt(slot),
    }
  }

  /** The last used slot whose offset is not above `target`, or NO_SLOT. */
  floorSlot(target: bigint, onProbe?: OnProbe): number {
    const relativeTarget = target - this.baseOffset
    const compare = (slot: number) => {
      const relativeOffset = BigInt(this.#relativeOffsetAt(slot))
      if (relativeOffset === relativeTarget) return 0
      return relativeOffset < relativeTarget ? -1 : 1
    }
    return floorSlot({ count: this.usedCount, entrySize: ENTRY_SIZE, compare }, onProbe)
  }

  /**
   * The last entry whose offset is not above `target`; the segment's beginning where there is none.
   * A scan of the log from its position meets every batch that can hold `target`.
   *
   * @param onProbe sees each slot the search looks at, for those who want to be shown the way
   */
  floor(target: bigint, onProbe?: OnProbe): OffsetPosition {
    const slot = this.floorSlot(target, onProbe)
    return slot === NO_SLOT ? { offset: this.baseOffset, position: 0 } : this.entryAt(slot)
  }

  /** What a broker's sanity check would say of the file under that absolute path; undefined where it passes. */
  sanityFailure(path: string): string | undefined {
    const lastOffset = this.count === 0 ? this.baseOffset : this.entryAt(this.count - 1).offset
    if (lastOffset < this.baseOffset) {
      return (
        `Corrupt index found, index file ${path} has non-zero size but the last offset is ` +
        `${lastOffset} which is less than the base offset ${this.baseOffset}`
      )
    }
    const { size } = this.#pages
    if (size % ENTRY_SIZE === 0) return undefined
    return (
      `Index file ${path} is corrupt, found ${size} bytes which is neither positive ` +
      `nor a multiple of ${ENTRY_SIZE}`
    )
  }

  /** An entry at the base offset, unless it is the first, is one that was never written. */
  #findUsedCount(): number {
    const used = firstUnusedSlot(this.count, slot => this.#relativeOffsetAt(slot) === 0)
    const isOnlyZeros = used === 1 && this.#relativeOffsetAt(0) === 0 && this.#positionAt(0) === 0
    return isOnlyZeros ? 0 : used
  }

  #relativeOffsetAt(slot: number): number {
    return this.#pages.int32At(slot * ENTRY_SIZE + AT.relativeOffset)
  }

  #positionAt(slot: number): number {
    return this.#pages.int32At(slot * ENTRY_SIZE + AT.position)
  }
}
