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
  /** Its position; Infinity behind the last. */
  #position: number
  /** Position of the entry before it; of the segment's beginning where there is none. */
  #before = 0

  constructor(index: OffsetIndex) {
    this.#index = index
    this.#position = this.#positionAt(0)
  }

  distanceTo(position: number): IndexDistance {
    if (this.#position < position) this.#goTo(position)
    return { bytes: position - this.#before, isIndexed: this.#position === position }
  }

  /** Mostly it is the next one. An entry of a damaged index may be anywhere: then the beginning stands in. */
  #goTo(position: number): void {
    const isBehind = (slot: number) => this.#positionAt(slot) >= position
    const next = this.#slot + 1
    this.#slot = isBehind(next) ? next : firstSlotWhere(next + 1, this.#index.usedCount, isBehind)
    const before = this.#positionAt(this.#slot - 1)
    this.#before = before >= 0 && before < position ? before : 0
    this.#position = this.#positionAt(this.#slot)
  }

  #positionAt(slot: number): number {
    return slot < this.#index.usedCount ? this.#index.entryAt(slot).position : Infinity
  }
}
