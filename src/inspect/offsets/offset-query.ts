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
import { assertNever, CorruptDataError, type Damage } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { findBatch } from '../../log/find-batch.ts'
import { lookupTimestamp, type TimestampTarget } from '../../log/timestamp-lookup.ts'
import { withSegment, type OpenSegment } from '../../log/open-segment.ts'
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
      return recordAt(disk, log, query.timestamp, false)
    default:
      return assertNever(query)
  }
}

/** For ranges that are given by names and times. */
export function offsetBoundsOf(disk: Disk, log: BoundedLog): OffsetBounds {
  return {
    logStartOffset: () => logStartOffset(log),
    logEndOffset: () => logEndOffset(disk, log),
    offsetAt: timestamp => recordAt(disk, log, timestamp, true)?.offset,
  }
}

/**
 * In the first segment that reaches the time; a broker doesn't go on where that one, after all, has no such record.
 *
 * @param skipsDamage whether damage is gone past, where a broker fails at it
 * @throws CorruptDataError
 */
function recordAt(
  disk: Disk,
  log: BoundedLog,
  timestamp: bigint,
  skipsDamage: boolean,
): TimestampOffset | undefined {
  const target = { timestamp, logStartOffset: localLogStartOffset(log) }
  for (const timed of timedSegments(disk, log)) {
    if (largestTimestampIn(disk, timed) < timestamp) continue
    const { segment, openEnd } = timed
    const { record, damage, isStuck } = withSegment(disk, segment, open =>
      firstIn(open, target, log.limits, skipsDamage && openEnd === undefined),
    )
    if (openEnd !== undefined) {
      return record === undefined || record.offset >= openEnd ? undefined : record
    }
    if (damage !== undefined && !skipsDamage) throw new CorruptDataError(damage)
    if (record !== undefined || !isStuck || !skipsDamage) return record
  }
  return undefined
}

interface FirstRecord {
  readonly record?: TimestampOffset | undefined
  readonly damage?: Damage | undefined
  /** Whether the search ended before the segment does. */
  readonly isStuck: boolean
}

function firstIn(
  open: OpenSegment,
  target: TimestampTarget,
  limits: DecodeLimits,
  skipsDamage: boolean,
): FirstRecord {
  const { log, baseOffset } = open
  for (let resumeAt: number | undefined; ;) {
    const { record, scan } = lookupTimestamp(open, target, limits, resumeAt)
    const [damage] = scan.damages
    const { stopped = 'end-of-file', stoppedAt = 0 } = scan
    const isStuck = record === undefined && stopped !== 'end-of-file'
    if (!isStuck || !skipsDamage) return { record, damage, isStuck }
    const behind = findBatch(log, { from: stoppedAt + 1, to: log.size(), limits, baseOffset })
    if (behind === undefined) return { damage, isStuck }
    resumeAt = behind.position
  }
}
