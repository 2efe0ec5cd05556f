/** Batches that a cure keeps with another base offset or leader epoch than they have, noted one by one. */
import { BatchV2 } from '../../record/batch-v2.ts'
import type { Batch } from '../../inspect/dump/dump-sink.ts'
import type { MendedBatch } from './loss.ts'
import { withHeader } from './piece.ts'

export interface RightBatch {
  readonly file: string
  readonly position: number
  /** What is right. */
  readonly firstOffset: bigint
  readonly epoch: number
}

export class MendedBatches {
  readonly batches: MendedBatch[] = []

  /** @returns the batch itself where it is right as it is */
  mend(batch: Batch, { file, position, firstOffset, epoch }: RightBatch): Batch {
    if (!(batch instanceof BatchV2)) return batch
    const { baseOffset, partitionLeaderEpoch } = batch
    if (baseOffset === firstOffset && partitionLeaderEpoch === epoch) return batch
    const mended = withHeader(batch, { baseOffset: firstOffset, leaderEpoch: epoch })
    const place = { file, position, firstOffset, lastOffset: mended.lastOffset }
    const note = (what: MendedBatch['what'], found: bigint, is: bigint) => {
      if (found !== is) this.batches.push({ ...place, what, found, mended: is })
    }
    note('base offset', baseOffset, firstOffset)
    note('leader epoch', BigInt(partitionLeaderEpoch), BigInt(epoch))
    return mended
  }
}
