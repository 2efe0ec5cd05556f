/**
 * How much of a partition is in the page cache, and how far behind a consumer may be and still read from memory alone:
 * going back from the end of the log, down to the first byte that is not resident. Asked of the kernel before anything
 * is read; and what is read to tell offsets is given back.
 */
import { considerate } from '../../disk/considerate-disk.ts'
import type { Disk } from '../../disk/disk.ts'
import { residency, unwritten, type PageRun } from '../../disk/page-cache.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import type { OffsetIndex } from '../../log/offset-index.ts'
import { lookupOffset } from '../../log/offset-lookup.ts'
import { withSegment } from '../../log/open-segment.ts'
import { floorSegment, type Segment } from '../../log/segment.ts'
import { NO_TIMESTAMP } from '../../record/batch.ts'
import { logEnd } from '../offsets/log-bounds.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { residentTail, segmentResidency, type SegmentResidency } from './segment-residency.ts'

export interface PartitionResidency {
  readonly segments: readonly SegmentResidency[]
  readonly bytes: number
  readonly residentBytes: number
  /** Changed and not written yet: it can't be evicted. Undefined where the kernel doesn't tell. */
  readonly dirtyBytes: number | undefined
  readonly served: ServedFromMemory
}

export interface ServedFromMemory {
  /** A consumer from here on reads from memory alone; the log's end where nothing is resident. */
  readonly offset: bigint
  readonly logEndOffset: bigint
  readonly bytes: number
  /** Between the greatest timestamps of the first of those batches and the last; undefined where they don't tell. */
  readonly spanMs: bigint | undefined
}

/**
 * Undefined where nobody can tell what is resident.
 *
 * @throws DiskError, CorruptDataError
 */
export function partitionResidency(disk: Disk, log: PartitionLog): PartitionResidency | undefined {
  const segments: SegmentResidency[] = []
  const tails: number[] = []
  let lastRuns: readonly PageRun[] = []
  for (const { baseOffset, log: file } of log.segments) {
    const runs = residency(file.path)
    if (runs === undefined) return undefined
    const size = runs.reduce((sum, run) => sum + run.size, 0)
    segments.push(segmentResidency({ baseOffset, path: file.path, size }, runs))
    tails.push(residentTail(runs, size))
    lastRuns = runs
  }
  const dirtyBytes = segments.reduce<number | undefined>((sum, { path, size }) => {
    const dirty = unwritten(path, 0, size)?.dirtyBytes
    return sum === undefined || dirty === undefined ? undefined : sum + dirty
  }, 0)
  return {
    segments,
    bytes: segments.reduce((sum, { size }) => sum + size, 0),
    residentBytes: segments.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
    dirtyBytes,
    served: servedFrom(considerate(disk, 0), log, { segments, tails, lastRuns }),
  }
}

interface Tails {
  readonly segments: readonly SegmentResidency[]
  /** Of each segment, where what is resident down from its end begins. */
  readonly tails: readonly number[]
  readonly lastRuns: readonly PageRun[]
}

function servedFrom(disk: Disk, log: PartitionLog, tails: Tails): ServedFromMemory {
  const { logEndOffset, bytesBehind } = logEnd(disk, log)
  const sizes = tails.segments.map(({ size }) => size)
  const last = sizes.length - 1
  if (last < 0) return { offset: logEndOffset, logEndOffset, bytes: 0, spanMs: 0n }
  sizes[last] = Math.max(0, sizes[last]! - bytesBehind)
  const positions = tails.tails.with(last, residentTail(tails.lastRuns, sizes[last]))
  let index = last
  while (index > 0 && positions[index] === 0) index--
  const first = firstBatchFrom(disk, log.segments[index]!, positions[index]!, sizes[index]!)
  const behind = sizes.slice(index + 1).reduce((sum, size) => sum + size, 0)
  const bytes = behind + (first === undefined ? 0 : sizes[index]! - first.position)
  const offset = first?.offset ?? log.segments[index + 1]?.baseOffset ?? logEndOffset
  const spanMs = bytes === 0 ? 0n : spanOf(disk, log, { offset, logEndOffset })
  return { offset, logEndOffset, bytes, spanMs }
}

interface FirstBatch {
  readonly position: number
  readonly offset: bigint
}

/** Which begins at a position or behind it; undefined where none does. */
function firstBatchFrom(
  disk: Disk,
  segment: Segment,
  position: number,
  end: number,
): FirstBatch | undefined {
  if (position >= end) return undefined
  return withSegment(disk, segment, open => {
    const from = entryPosition(open.offsetIndex, position)
    const scanner = new BatchScanner(open.log, { from, end, windowSize: WINDOW_SIZE })
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      if (scanner.position < position) continue
      return { position: scanner.position, offset: batch.baseOffset }
    }
    return undefined
  })
}

const WINDOW_SIZE = 4096

/** Of the last index entry that does not point behind `position`: positions ascend as offsets do. */
function entryPosition(index: OffsetIndex | undefined, position: number): number {
  if (index === undefined) return 0
  let low = 0
  let high = index.usedCount
  while (low < high) {
    const middle = (low + high) >>> 1
    if (index.entryAt(middle).position <= position) low = middle + 1
    else high = middle
  }
  return low === 0 ? 0 : Math.max(0, index.entryAt(low - 1).position)
}

function spanOf(
  disk: Disk,
  log: PartitionLog,
  { offset, logEndOffset }: Pick<ServedFromMemory, 'offset' | 'logEndOffset'>,
): bigint | undefined {
  const first = timestampAt(disk, log, offset)
  const last = timestampAt(disk, log, logEndOffset - 1n)
  if (first === undefined || last === undefined) return undefined
  return last > first ? last - first : 0n
}

function timestampAt(disk: Disk, { segments }: PartitionLog, offset: bigint): bigint | undefined {
  const segment = segments[Math.max(0, floorSegment(segments, offset))]
  const batch = segment && withSegment(disk, segment, open => lookupOffset(open, offset).batch)
  return batch === undefined || batch.maxTimestamp === NO_TIMESTAMP ? undefined : batch.maxTimestamp
}
