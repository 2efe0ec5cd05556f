/** Brings records into the page cache, or gives up what is in it. No byte of any file changes. */
import { MEBIBYTE } from '../../base/limits.ts'
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import { evict, isResident, type ByteRange } from '../../disk/page-cache.ts'
import { lookupOffset } from '../../log/offset-lookup.ts'
import { withSegment } from '../../log/open-segment.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import type { RangeInLog } from '../offsets/range-in-log.ts'

export interface ResidencyChange {
  /** What it was about. */
  readonly bytes: number
  readonly residentBefore: number
  readonly residentAfter: number
}

/**
 * Reads the batches of a range once.
 *
 * @param onProgress is told of bytes read since the last call
 * @throws DiskError, CorruptDataError
 */
export function warm(
  disk: Disk,
  { segments }: PartitionLog,
  { from, to }: Pick<RangeInLog, 'from' | 'to'>,
  onProgress: (bytes: number) => void,
): ResidencyChange {
  const sum = new ChangeSum()
  const buffer = Buffer.allocUnsafe(MEBIBYTE)
  const first = Math.max(0, floorSegment(segments, from))
  for (const segment of segments.slice(first)) {
    if (from >= to || segment.baseOffset >= to) break
    const range = bytesOf(disk, segment, { from, to })
    sum.change(segment, range, () => {
      const file = disk.open(segment.log.path)
      try {
        for (let at = 0; at < range.size;) {
          const size = Math.min(buffer.length, range.size - at)
          const read = file.read(buffer.subarray(0, size), range.position + at)
          if (read === 0) break
          onProgress(read)
          at += read
        }
      } finally {
        file.close()
      }
    })
  }
  return sum
}

/** Of the logs of all segments; pages that are dirty stay. @throws DiskError */
export function evictLogs(segments: readonly Segment[]): ResidencyChange {
  const sum = new ChangeSum()
  for (const segment of segments) {
    const range = { position: 0, size: segment.log.size }
    sum.change(segment, range, () => evict(segment.log.path, [range]))
  }
  return sum
}

class ChangeSum implements ResidencyChange {
  bytes = 0
  residentBefore = 0
  residentAfter = 0

  change({ log: { path } }: Segment, range: ByteRange, act: () => void): void {
    this.residentBefore += residentIn(path, range)
    act()
    this.residentAfter += residentIn(path, range)
    this.bytes += range.size
  }
}

function residentIn(path: string, { position, size }: ByteRange): number {
  return isResident(path, position, size)?.residentBytes ?? 0
}

/** From the batch that holds `from` to the one before `to`. What is looked at on the way is given back. */
function bytesOf(
  disk: Disk,
  segment: Segment,
  { from, to }: Pick<RangeInLog, 'from' | 'to'>,
): ByteRange {
  return withSegment(considerate(disk, 0), segment, open => {
    const size = open.log.size()
    const start =
      from <= segment.baseOffset ? 0 : (lookupOffset(open, from).batch?.position ?? size)
    const last = lookupOffset(open, to).batch
    const isWithin = last !== undefined && last.baseOffset < to
    const end = last === undefined ? size : last.position + (isWithin ? last.size : 0)
    return { position: start, size: Math.max(0, end - start) }
  })
}
