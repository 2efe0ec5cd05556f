/**
 * The 64-bit numbers of a batch header as numbers, without a bigint in between: a log of small batches has ten million
 * of them in a GiB. Offsets relative to the segment's base are exact; other numbers up to 2⁵³.
 */
import { int32At, int64NumberAt, uint32At } from '../../binary/big-endian.ts'
import { BATCH_HEADER, BatchV2 } from '../../record/batch-v2.ts'
import type { Batch } from '../dump/dump-sink.ts'

const AT = BATCH_HEADER.offsetOf
const TWO_32 = 4_294_967_296

export class SegmentNumbers {
  readonly baseOffset: bigint
  readonly baseNumber: number
  readonly #high: number
  readonly #low: number

  constructor(baseOffset: bigint) {
    this.baseOffset = baseOffset
    this.baseNumber = Number(baseOffset)
    this.#high = Number(baseOffset >> 32n)
    this.#low = Number(baseOffset & 0xffffffffn)
  }

  relativeOf(offset: bigint): number {
    return Number(offset - this.baseOffset)
  }

  offsetOf(relativeOffset: number): bigint {
    return this.baseOffset + BigInt(relativeOffset)
  }

  relativeBaseOffset(batch: Batch): number {
    if (!(batch instanceof BatchV2)) return this.relativeOf(batch.baseOffset)
    const { buffer } = batch
    const at = batch.start + AT.baseOffset
    const high = int32At(buffer, at) - this.#high
    return high * TWO_32 + (uint32At(buffer, at + 4) - this.#low)
  }

  relativeLastOffset(batch: Batch): number {
    if (!(batch instanceof BatchV2)) return this.relativeOf(batch.lastOffset)
    return this.relativeBaseOffset(batch) + batch.lastOffsetDelta
  }
}

export function maxTimestampOf(batch: Batch): number {
  if (!(batch instanceof BatchV2)) return Number(batch.maxTimestamp)
  return int64NumberAt(batch.buffer, batch.start + AT.maxTimestamp)
}

/** −1 for none. */
export function producerIdOf(batch: BatchV2): number {
  return int64NumberAt(batch.buffer, batch.start + AT.producerId)
}
