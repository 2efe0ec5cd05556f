/**
 * What ListOffsets can be asked of a partition, and what a broker that serves this log.dir alone would answer.
 *
 * | query                   | time | answer                                                                      |
 * |-------------------------|------|-----------------------------------------------------------------------------|
 * | latest                  | −1   | the log end offset (*)                                                      |
 * | earliest                | −2   | the log start offset                                                        |
 * | max-timestamp           | −3   | the first record with the greatest timestamp                                |
 * | earliest-local          | −4   | where the log on this disk begins                                           |
 * | latest-tiered           | −5   | none: only the remote storage knows                                         |
 * | earliest-pending-upload | −6   | none: only the remote storage knows                                         |
 * | timestamp               | ≥ 0  | the first record on this disk that is not earlier                           |
 *
 * (*) A consumer's latest offset is the high watermark. Its checkpoint lags behind by seconds when a broker was killed,
 * and a leader whose only in-sync replica is itself moves it to the log end when it is back; so that is the answer.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#fetchOffsetByTimestamp, kafka.cluster.Partition
 */
import { assertNever } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { lookupTimestamp } from '../../log/timestamp-lookup.ts'
import { withSegment } from '../../log/open-segment.ts'
import type { TimestampOffset } from '../../log/time-index.ts'
import { localLogStartOffset, logEndOffset, logStartOffset, type BoundedLog } from './log-bounds.ts'
import { recordOfMaxTimestamp } from './max-timestamp.ts'
import type { OffsetBounds } from './offset-point.ts'
import { largestTimestampIn, timedSegments } from './segment-timestamps.ts'

export type OffsetQuery =
  | { readonly kind: NamedOffset }
  /** Milliseconds since 1970. */
  | { readonly kind: 'timestamp'; readonly timestamp: bigint }

export type NamedOffset =
  | 'latest'
  | 'earliest'
  | 'max-timestamp'
  | 'earliest-local'
  | 'latest-tiered'
  | 'earliest-pending-upload'

export interface OffsetAnswer {
  readonly offset: bigint
  /** Of the record at the offset, where the query was after a record. */
  readonly timestamp?: bigint
}

/**
 * Undefined where a broker has no answer.
 *
 * @throws DiskError where the log can't be read
 * @throws LimitError where a batch that has to be looked into costs more than the limits allow
 */
export function answerOffsetQuery(
  disk: Disk,
  log: BoundedLog,
  query: OffsetQuery,
): OffsetAnswer | undefined {
  switch (query.kind) {
    case 'latest':
      return { offset: logEndOffset(disk, log) }
    case 'earliest':
      return { offset: logStartOffset(log) }
    case 'earliest-local':
      return { offset: localLogStartOffset(log) }
    case 'max-timestamp':
      return recordOfMaxTimestamp(disk, log)
    case 'latest-tiered':
    case 'earliest-pending-upload':
      return undefined
    case 'timestamp':
      return recordAt(disk, log, query.timestamp)
    default:
      return assertNever(query)
  }
}

/** For ranges that are given by names and times. */
export function offsetBoundsOf(disk: Disk, log: BoundedLog): OffsetBounds {
  return {
    logStartOffset: () => logStartOffset(log),
    logEndOffset: () => logEndOffset(disk, log),
    offsetAt: timestamp => recordAt(disk, log, timestamp)?.offset,
  }
}

/** In the first segment that reaches the time; a broker doesn't go on where that one, after all, has no such record. */
function recordAt(disk: Disk, log: BoundedLog, timestamp: bigint): TimestampOffset | undefined {
  const target = { timestamp, logStartOffset: localLogStartOffset(log) }
  for (const timed of timedSegments(disk, log)) {
    if (largestTimestampIn(disk, timed) < timestamp) continue
    const { segment, openEnd } = timed
    const { record } = withSegment(disk, segment, open => lookupTimestamp(open, target, log.limits))
    const isLost = record !== undefined && openEnd !== undefined && record.offset >= openEnd
    return isLost ? undefined : record
  }
  return undefined
}
