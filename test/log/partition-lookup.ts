/**
 * Where in a partition an offset or a time is: which segment, and in it which batch.
 *
 * Source: org.apache.kafka.storage.internals.log.LocalLog#read, UnifiedLog#searchOffsetInLocalLog
 */
import type { DecodeLimits } from '../../src/base/limits.ts'
import type { Disk } from '../../src/disk/disk.ts'
import { maxTimestampOf } from '../../src/log/largest-timestamp.ts'
import { lookupOffset, type OffsetLookup } from '../../src/log/offset-lookup.ts'
import { withSegment, type OpenSegment } from '../../src/log/open-segment.ts'
import { floorSegment, type Segment } from '../../src/log/segment.ts'
import {
  lookupTimestamp,
  type TimestampLookup,
  type TimestampTarget,
} from '../../src/log/timestamp-lookup.ts'

export interface SegmentLookup<Lookup> {
  readonly segment: Segment
  readonly lookup: Lookup
}

/**
 * One lookup per segment that was searched; the last one has the batch, if there is any. More than one where the
 * offset falls between two segments. Empty where all segments begin above the offset.
 *
 * @param segments ascending by base offset
 */
export function lookupOffsetInSegments(
  disk: Disk,
  segments: readonly Segment[],
  target: bigint,
): SegmentLookup<OffsetLookup>[] {
  const lookups: SegmentLookup<OffsetLookup>[] = []
  const first = floorSegment(segments, target)
  if (first === -1) return lookups
  for (const segment of segments.slice(first)) {
    const lookup = withSegment(disk, segment, open => lookupOffset(open, target))
    lookups.push({ segment, lookup })
    if (lookup.batch !== undefined) break
  }
  return lookups
}

/**
 * One lookup per segment that reaches the time and was searched; the last one has the record, if there is any. A
 * broker gives up after the first: over a segment that compaction emptied, say, whose age stands in for timestamps.
 *
 * @param segments ascending by base offset, the last of them the active one
 * @throws LimitError where a batch that has to be looked into costs more than `limits` allow
 */
export function lookupTimestampInSegments(
  disk: Disk,
  segments: readonly Segment[],
  target: TimestampTarget,
  limits?: DecodeLimits,
): SegmentLookup<TimestampLookup>[] {
  const lookups: SegmentLookup<TimestampLookup>[] = []
  for (const segment of segments) {
    const isActive = segment === segments.at(-1)
    const lookup = withSegment(disk, segment, open => {
      if (largestTimestampOf(open, isActive) < target.timestamp) return undefined
      return lookupTimestamp(open, target, limits)
    })
    if (lookup !== undefined) lookups.push({ segment, lookup })
    if (lookup?.record !== undefined) break
  }
  return lookups
}

/** As a broker counts: the time the file was written at stands in where no batch has a timestamp. */
function largestTimestampOf(open: OpenSegment, isActive: boolean): bigint {
  const { timestamp } = maxTimestampOf(open, isActive)
  return timestamp >= 0n ? timestamp : BigInt(Math.floor(open.segment.log.mtimeMs))
}
