/** What a mended segment is put together from: stretches of files that are there, and a few bytes that are new. */
import { batchAt } from '../../record/records.ts'
import { BATCH_HEADER, BATCH_OVERHEAD, type BatchV2 } from '../../record/batch-v2.ts'
import {
  LOG_OVERHEAD,
  MAGIC_V2,
  NO_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
} from '../../record/batch.ts'
import { writeCrc } from '../../record/batch-builder.ts'

/** Bytes of a file, or, where there is no path, those given. */
export interface Piece {
  readonly path?: string
  readonly from: number
  /** Exclusive. */
  to: number
  /** In place of the first bytes of the stretch. */
  readonly head?: Buffer
}

export class PieceList {
  readonly pieces: Piece[] = []
  /** Of all of them. */
  size = 0

  add(path: string, from: number, size: number): void {
    this.size += size
    const last = this.pieces.at(-1)
    if (last?.path === path && last.to === from && last.head === undefined) last.to += size
    else this.pieces.push({ path, from, to: from + size })
  }

  /** A batch whose first bytes are other than in its file. */
  addMended(path: string, from: number, size: number, head: Buffer): void {
    this.size += size
    this.pieces.push({ path, from, to: from + size, head })
  }

  addNew(bytes: Buffer): void {
    this.size += bytes.length
    this.pieces.push({ from: 0, to: bytes.length, head: bytes })
  }

  /** Whether they are the file as it is. */
  isWhole(path: string, size: number): boolean {
    const [only, second] = this.pieces
    if (only === undefined) return size === 0
    if (second !== undefined || only.head !== undefined) return false
    return only.path === path && only.from === 0 && only.to === size
  }
}

export interface PlaceHeld {
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  readonly leaderEpoch: number
}

/**
 * A batch without records, as compaction leaves them: it holds the place of offsets that are lost at the end of a segment,
 * so that nobody is given them again, and the next segment begins where this one ends.
 */
export function emptyBatch({ firstOffset, lastOffset, leaderEpoch }: PlaceHeld): BatchV2 {
  const bytes = BATCH_HEADER.encode({
    baseOffset: firstOffset,
    batchLength: BATCH_OVERHEAD - LOG_OVERHEAD,
    partitionLeaderEpoch: Math.max(leaderEpoch, NO_EPOCH),
    magic: MAGIC_V2,
    crc: 0,
    attributes: 0,
    lastOffsetDelta: Number(lastOffset - firstOffset),
    baseTimestamp: NO_TIMESTAMP,
    maxTimestamp: NO_TIMESTAMP,
    producerId: NO_PRODUCER_ID,
    producerEpoch: NO_EPOCH,
    baseSequence: NO_SEQUENCE,
    recordsCount: 0,
  })
  writeCrc(bytes)
  return batchAt(bytes, 0) as BatchV2
}

/** The batch with another base offset or leader epoch, which its checksum does not cover; in bytes of its own. */
export function withHeader(
  batch: BatchV2,
  { baseOffset, leaderEpoch }: { readonly baseOffset: bigint; readonly leaderEpoch: number },
): BatchV2 {
  const bytes = Buffer.from(batch.buffer.subarray(batch.start, batch.start + batch.size))
  bytes.writeBigInt64BE(baseOffset, BATCH_HEADER.offsetOf.baseOffset)
  bytes.writeInt32BE(leaderEpoch, BATCH_HEADER.offsetOf.partitionLeaderEpoch)
  return batchAt(bytes, 0) as BatchV2
}
