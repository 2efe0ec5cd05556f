/** Batches that lie elsewhere than where they belong, such as in the segment before: segments overlap. */
import { MEBIBYTE } from '../../base/limits.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'

export interface CarriedBatch {
  readonly path: string
  readonly position: number
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  readonly records: number
  /** Of its own: the segment that it lies in may be replaced before that which it belongs to is written. */
  readonly bytes: Buffer
}

/** Ascending by offset. */
export function merged(
  some: readonly CarriedBatch[],
  others: readonly CarriedBatch[],
): CarriedBatch[] {
  return [...some, ...others].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
}

/** Bytes of such batches that are kept in memory at a time. */
const CARRIED_BYTES_MAX = 16 * MEBIBYTE

export class CarriedBatches {
  #batches: CarriedBatch[] = []
  #bytes = 0

  get batches(): readonly CarriedBatch[] {
    return this.#batches
  }

  /** Whether they take more memory than they may: they are left out, and the segments want to be put in order together. */
  get isOverfull(): boolean {
    return this.#bytes > CARRIED_BYTES_MAX
  }

  add(batch: Batch, place: Pick<CarriedBatch, 'path' | 'position' | 'records'>): void {
    const { buffer, start, size, baseOffset: firstOffset, lastOffset } = batch
    const isInMemory = buffer.length - start >= size
    this.#bytes += isInMemory ? size : Infinity
    if (this.isOverfull) {
      this.#batches = []
      return
    }
    const bytes = Buffer.from(buffer.subarray(start, start + size))
    this.#batches.push({ ...place, firstOffset, lastOffset, bytes })
  }

  /** Those that this segment does not take either; before all others. */
  passOn(batches: readonly CarriedBatch[]): void {
    for (const { bytes } of batches) this.#bytes += bytes.length
    if (this.isOverfull) this.#batches = []
    else this.#batches.unshift(...batches)
  }
}
