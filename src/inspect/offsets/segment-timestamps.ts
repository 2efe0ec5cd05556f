/**
 * The greatest timestamp of each segment, at the cost of a few bytes: the last entry of a time index that was closed says
 * it. A partition can have thousands of segments, with megabytes of index each, and a search by time asks all of them.
 *
 * The last segment of a log that was not closed may have batches that its time index doesn't know yet, and entries for
 * batches that did not make it to the disk: there the batches behind its last good entry are looked at.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#readMaxTimestampAndOffsetSoFar, #largestTimestamp
 */
import type { Disk } from '../../disk/disk.ts'
import { maxTimestampOf } from '../../log/largest-timestamp.ts'
import { searchOffsetIndex, startScan } from '../../log/offset-lookup.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
import type { Segment } from '../../log/segment.ts'
import { damageOfTimeEntry } from '../../log/time-floor.ts'
import { TIME_INDEX_ENTRY, type TimestampOffset } from '../../log/time-index.ts'
import { NO_TIMESTAMP } from '../../record/batch.ts'
import { logEndOffset, type BoundedLog } from './log-bounds.ts'

export interface TimedSegment {
  readonly segment: Segment
  /** Where its log ends, where its indexes may not agree: the last segment of a log that was not closed. */
  readonly openEnd?: bigint
}

/** Ascending; where the log ends is looked for only when the last one is reached. */
export function* timedSegments(disk: Disk, log: BoundedLog): Generator<TimedSegment> {
  const last = log.segments.at(-1)
  for (const segment of log.segments) {
    const isOpen = segment === last && !log.isClean
    yield { segment, ...(isOpen && { openEnd: logEndOffset(disk, log) }) }
  }
}

/** (−1, base offset) where no batch has a timestamp. */
export function maxTimestampIn(disk: Disk, { segment, openEnd }: TimedSegment): TimestampOffset {
  if (openEnd !== undefined) {
    return withSegment(disk, segment, open => maxTimestampBelow(open, openEnd))
  }
  return lastEntry(disk, segment) ?? withSegment(disk, segment, open => maxTimestampOf(open, false))
}

/** As a broker counts: the time the file was written at stands in where no batch has a timestamp. */
export function largestTimestampIn(disk: Disk, timed: TimedSegment): bigint {
  const { timestamp } = maxTimestampIn(disk, timed)
  return timestamp >= 0n ? timestamp : BigInt(Math.floor(timed.segment.log.mtimeMs))
}

function maxTimestampBelow(open: OpenSegment, end: bigint): TimestampOffset {
  const { offsetIndex } = open
  let greatest = lastEntryBelow(open, end)
  const index = offsetIndex && searchOffsetIndex(offsetIndex, greatest.offset)
  const { scanner } = startScan(open, index)
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    const { lastOffset: offset, maxTimestamp: timestamp } = batch
    if (offset >= end) break
    if (timestamp > greatest.timestamp) greatest = { timestamp, offset }
  }
  return greatest
}

/** No entry where the log contradicts it: of an index that was not closed, all may be wrong. */
function lastEntryBelow(open: OpenSegment, end: bigint): TimestampOffset {
  const { timeIndex, baseOffset } = open
  for (let slot = (timeIndex?.usedCount ?? 0) - 1; slot >= 0; slot--) {
    const entry = timeIndex?.entryAt(slot)
    if (entry === undefined || entry.offset >= end) continue
    if (damageOfTimeEntry(open, { slot, entry }) === undefined) return entry
    break
  }
  return { timestamp: NO_TIMESTAMP, offset: baseOffset }
}

/** Undefined where the file ends in no entry: zeros behind the last one, an odd size. */
function lastEntry(disk: Disk, { timeIndex, baseOffset }: Segment): TimestampOffset | undefined {
  const tail = timeIndex && tailOf(disk, timeIndex.path)
  if (tail === undefined) return undefined
  const { timestamp, relativeOffset } = TIME_INDEX_ENTRY.decode(tail, 0)
  if (relativeOffset <= 0 || timestamp < 0n) return undefined
  return { timestamp, offset: baseOffset + BigInt(relativeOffset) }
}

/** The open file tells its size: to ask by name before is as dear as all the rest, where logs have thousands. */
function tailOf(disk: Disk, path: string): Buffer | undefined {
  const file = disk.open(path)
  try {
    const size = file.size()
    if (size < TIME_INDEX_ENTRY.size || size % TIME_INDEX_ENTRY.size !== 0) return undefined
    const tail = Buffer.alloc(TIME_INDEX_ENTRY.size)
    file.read(tail, size - tail.length)
    return tail
  } finally {
    file.close()
  }
}
