/**
 * The record with the greatest timestamp of a partition, as ListOffsets answers for time −3: the first of them in the
 * first batch that has it, in the first segment that has it.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#fetchOffsetByTimestamp,
 * org.apache.kafka.common.record.internal.RecordBatch#offsetOfMaxTimestamp
 */
import { CorruptDataError } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import type { BatchScanner } from '../../log/batch-scanner.ts'
import { searchOffsetIndex, startScan } from '../../log/offset-lookup.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
import type { TimestampOffset } from '../../log/time-index.ts'
import { eachRecord } from '../../record/records.ts'
import type { BoundedLog } from './log-bounds.ts'
import { maxTimestampIn, timedSegments, type TimedSegment } from './segment-timestamps.ts'

export interface LatestSegment extends TimedSegment {
  /** The offset is that of the batch's last record. */
  readonly max: TimestampOffset
}

/**
 * Undefined where no record has a timestamp.
 *
 * @throws LimitError where its batch costs more than the limits allow
 */
export function recordOfMaxTimestamp(disk: Disk, log: BoundedLog): TimestampOffset | undefined {
  const latest = segmentOfMaxTimestamp(disk, log)
  if (latest === undefined) return undefined
  return withSegment(disk, latest.segment, open => firstRecordOf(open, latest.max, log))
}

/** The first of those that have it. */
export function segmentOfMaxTimestamp(disk: Disk, log: BoundedLog): LatestSegment | undefined {
  let latest: LatestSegment | undefined
  for (const timed of timedSegments(disk, log)) {
    const max = maxTimestampIn(disk, timed)
    if (max.timestamp >= 0n && max.timestamp > (latest?.max.timestamp ?? -1n)) {
      latest = { ...timed, max }
    }
  }
  return latest
}

function firstRecordOf(
  open: OpenSegment,
  max: TimestampOffset,
  { limits }: BoundedLog,
): TimestampOffset | undefined {
  const { offsetIndex } = open
  const index = offsetIndex && searchOffsetIndex(offsetIndex, max.offset)
  const { scanner } = startScan(open, index, limits)
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    if (batch.maxTimestamp !== max.timestamp) continue
    return firstIn(scanner, max.timestamp, { limits })
  }
  return undefined
}

function firstIn(
  scanner: BatchScanner,
  timestamp: bigint,
  { limits }: Pick<BoundedLog, 'limits'>,
): TimestampOffset | undefined {
  try {
    for (const record of eachRecord(scanner.body(), limits)) {
      if (record.timestamp === timestamp) return { timestamp, offset: record.offset }
    }
    return undefined
  } catch (error) {
    if (error instanceof CorruptDataError) return undefined
    throw error
  }
}
