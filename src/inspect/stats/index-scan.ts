/**
 * How far a lookup of an offset has to go through the log from the index entry it begins at. An entry stands for the last
 * offset of its batch: who looks for that begins at the batch itself, who looks for another of its offsets at the entry
 * before. Without an entry before, the segment's beginning is where it begins.
 */
import { firstSlotWhere } from '../../log/index-search.ts'
import type { OffsetIndex } from '../../log/offset-index.ts'
import { record, type Histogram } from './histogram.ts'

/** From the entries around a batch to the batch. */
export interface IndexDistance {
  /** Bytes from the last entry before it. */
  readonly bytes: number
  /** Whether it has one itself. */
  readonly isIndexed: boolean
}

/** Each record of a batch is looked for once. */
export function noteScan(
  scans: Histogram,
  { bytes, isIndexed }: IndexDistance,
  records: number,
): void {
  if (records <= 0) return
  const others = isIndexed ? records - 1 : records
  if (others > 0) record(scans, bytes, others)
  if (isIndexed) record(scans, 0)
}

/** Goes along an index as its log is read: it is asked for batches in their order, here and there. */
export class IndexCursor {
  readonly #index: OffsetIndex
  /** The first entry that is not before the batch. */
  #slot = 0

  constructor(index: OffsetIndex) {
    this.#index = index
  }

  distanceTo(position: number): IndexDistance {
    this.#goTo(position)
    const slot = this.#slot
    const before = slot === 0 ? 0 : this.#positionAt(slot - 1)
    const isBefore = before >= 0 && before < position
    const isIndexed = slot < this.#index.usedCount && this.#positionAt(slot) === position
    return { bytes: isBefore ? position - before : position, isIndexed }
  }

  /** Mostly it is this one, or the next. */
  #goTo(position: number): void {
    const { usedCount } = this.#index
    const isBehind = (slot: number) => slot >= usedCount || this.#positionAt(slot) >= position
    if (isBehind(this.#slot)) return
    this.#slot++
    if (!isBehind(this.#slot)) this.#slot = firstSlotWhere(this.#slot + 1, usedCount, isBehind)
  }

  #positionAt(slot: number): number {
    return this.#index.entryAt(slot).position
  }
}
