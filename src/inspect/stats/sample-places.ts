/**
 * Where a sample is taken: pieces of equal size, spread evenly over all bytes of the logs as if they were one; a piece
 * that a segment is too short for goes on in the next. It begins with a whole batch, that the offset index names; where
 * there is no index, or it leads astray, with the next batch that proves itself.
 */
import { MEBIBYTE, type DecodeLimits } from '../../base/limits.ts'
import type { Disk, DiskFile } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { findBatch, type FindOptions } from '../../log/find-batch.ts'
import { OFFSET_INDEX_ENTRY } from '../../log/offset-index.ts'
import { misplacement } from '../../log/misplaced-batch.ts'
import type { Segment } from '../../log/segment.ts'
import { BATCH_OVERHEAD } from '../../record/batch-v2.ts'

export interface SamplePlace {
  readonly segment: Segment
  /** Where to begin, more or less. */
  readonly position: number
  /** Bytes to read from there. */
  readonly size: number
}

/** Large enough that what is read around a piece (the batch at its end, index entries) counts for little. */
const PIECE_SIZE_MAX = 256 * 1024
/** A small sample has at least so many pieces, unless that made them too small. */
const PIECES_MIN = 16
const PIECE_SIZE_MIN = 16 * 1024
/** Batches end mostly within the first, hardly ever behind the second. */
const NEAR = [64 * 1024, 2 * MEBIBYTE, Infinity]

/** @param sampleSize bytes, all in all; fewer than the segments have */
export function samplePlaces(segments: readonly Segment[], sampleSize: number): SamplePlace[] {
  const total = segments.reduce((sum, { log }) => sum + log.size, 0)
  const wanted = Math.max(PIECE_SIZE_MIN, Math.min(sampleSize / PIECES_MIN, PIECE_SIZE_MAX))
  const count = Math.max(1, Math.floor(sampleSize / wanted))
  const pieceSize = Math.floor(sampleSize / count)
  const places: SamplePlace[] = []
  let [piece, segmentStart] = [0, 0]
  for (const segment of segments) {
    const segmentEnd = segmentStart + segment.log.size
    for (; piece < count; piece++) {
      const pieceStart = Math.floor((total / count) * piece)
      const start = Math.max(pieceStart, segmentStart)
      const size = Math.min(pieceStart + pieceSize, segmentEnd) - start
      if (size > 0) places.push({ segment, position: start - segmentStart, size })
      if (pieceStart + pieceSize > segmentEnd) break
    }
    segmentStart = segmentEnd
  }
  return places
}

/** The beginning of the batch at `position`, or of one near it; undefined where there is none behind it. */
export function alignedPosition(
  disk: Disk,
  { segment, position }: SamplePlace,
  { log, limits }: { readonly log: DiskFile; readonly limits: DecodeLimits },
): number | undefined {
  if (position === 0) return 0
  const { baseOffset } = segment
  const indexed = indexedPosition(disk, segment, position) ?? (position < NEAR[0]! ? 0 : undefined)
  if (indexed !== undefined && seemsBatch(log, indexed, { baseOffset, limits })) return indexed
  for (const near of NEAR) {
    const to = position + near
    const found = batchWithin(log, { from: position, to, limits, baseOffset })
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Only a batch that is over by then: any bytes may look like the header of a huge one, and to disprove it means to read
 * all that it claims.
 */
function batchWithin(log: DiskFile, range: FindOptions): number | undefined {
  const end = Math.min(log.size(), range.to)
  const clipped: DiskFile = {
    path: log.path,
    size: () => end,
    read: (buffer, at) => log.read(buffer.subarray(0, Math.max(0, end - at)), at),
    close: () => undefined,
  }
  return findBatch(clipped, { ...range, to: end })?.position
}

/** The greatest position in the offset index that is not above; a few entries are read, not the whole file. */
function indexedPosition(disk: Disk, { index }: Segment, position: number): number | undefined {
  if (index === undefined) return undefined
  const file = disk.open(index.path)
  try {
    let low = 0
    let high = Math.floor(file.size() / OFFSET_INDEX_ENTRY.size)
    let found: number | undefined
    while (low < high) {
      const middle = (low + high) >>> 1
      const indexed = positionAt(file, middle)
      if (indexed > 0 && indexed <= position) {
        found = indexed
        low = middle + 1
      } else {
        high = middle
      }
    }
    return found
  } finally {
    file.close()
  }
}

/** Zero behind the last entry of a file that was allocated ahead; the first batch is never indexed. */
function positionAt(file: DiskFile, slot: number): number {
  const bytes = Buffer.alloc(OFFSET_INDEX_ENTRY.size)
  file.read(bytes, slot * OFFSET_INDEX_ENTRY.size)
  return OFFSET_INDEX_ENTRY.decode(bytes, 0).position
}

/** A header that belongs into the segment; whether all of the batch is sound, its reading will tell. */
function seemsBatch(
  log: DiskFile,
  position: number,
  { baseOffset, limits }: { readonly baseOffset: bigint; readonly limits: DecodeLimits },
): boolean {
  if (position >= log.size()) return false
  const scanner = new BatchScanner(log, { from: position, limits, windowSize: BATCH_OVERHEAD })
  const batch = scanner.next()
  return batch !== undefined && misplacement(batch, baseOffset) === undefined
}
