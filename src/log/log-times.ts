/**
 * Records of an open log by their timestamps: the first that is not earlier than a time, and the one with the greatest.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#fetchOffsetByTimestamp
 */
import { CorruptDataError } from '../base/errors.ts'
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import { eachRecord } from '../record/records.ts'
import type { LogSegment } from './log-segment.ts'
import { searchOffsetIndex, startScan } from './offset-lookup.ts'
import { lookupTimestamp } from './timestamp-lookup.ts'

export interface TimedRecord {
  readonly offset: bigint
  readonly timestamp: bigint
  /** Of the batch that it is in. */
  readonly leaderEpoch: number
}

/** Ascending segments. Undefined where all are earlier. @throws LimitError */
export function recordFrom(
  segments: readonly LogSegment[],
  target: { readonly timestamp: bigint; readonly logStartOffset: bigint },
): TimedRecord | undefined {
  for (const segment of segments) {
    if (segment.greatestTimestamp.timestamp < target.timestamp) continue
    const { record, batch } = lookupTimestamp(segment, target)
    if (record !== undefined) return { ...record, leaderEpoch: batch!.partitionLeaderEpoch }
  }
  return undefined
}

/** The first of those that have it; undefined where no record has a timestamp. @throws LimitError */
export function recordOfGreatest(segments: readonly LogSegment[]): TimedRecord | undefined {
  let latest: LogSegment | undefined
  for (const segment of segments) {
    const { timestamp } = segment.greatestTimestamp
    if (timestamp >= 0n && timestamp > (latest?.greatestTimestamp.timestamp ?? -1n))
      latest = segment
  }
  return latest && firstRecordOf(latest)
}

function firstRecordOf(segment: LogSegment): TimedRecord | undefined {
  const { timestamp, offset } = segment.greatestTimestamp
  const { offsetIndex } = segment
  const { scanner } = startScan(segment, offsetIndex && searchOffsetIndex(offsetIndex, offset))
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    if (batch.maxTimestamp !== timestamp) continue
    const { partitionLeaderEpoch: leaderEpoch } = batch
    try {
      for (const record of eachRecord(scanner.body(), DEFAULT_DECODE_LIMITS)) {
        if (record.timestamp === timestamp) return { timestamp, offset: record.offset, leaderEpoch }
      }
    } catch (error) {
      if (!(error instanceof CorruptDataError)) throw error
    }
    return undefined
  }
  return undefined
}
