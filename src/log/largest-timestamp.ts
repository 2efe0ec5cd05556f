/**
 * The greatest timestamp of a segment: what decides in which segment a time is looked for, and when one has expired.
 *
 * A closed segment's time index ends with it. Where the index was not closed (the segment a broker has open, or had
 * when it died) or is missing, the batches behind its last entry are looked at as well.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#largestTimestamp, #loadLargestTimestamp
 */
import { BatchScanner } from './batch-scanner.ts'
import type { OpenSegment } from './open-segment.ts'
import type { TimestampOffset } from './time-index.ts'
import { NO_TIMESTAMP } from '../record/batch.ts'

/** (−1, base offset) where no batch has a timestamp. */
export function maxTimestampOf(open: OpenSegment, isActive: boolean): TimestampOffset {
  const { timeIndex, offsetIndex, baseOffset } = open
  const indexed = timeIndex?.last ?? { timestamp: NO_TIMESTAMP, offset: baseOffset }
  const isClosed = timeIndex !== undefined && timeIndex.usedCount === timeIndex.count
  if (isClosed && !isActive && timeIndex.usedCount > 0) return indexed
  const from = Math.max(0, offsetIndex?.floor(indexed.offset).position ?? 0)
  return greatestFrom(new BatchScanner(open.log, { from }), indexed)
}

/** As a broker counts: the time the file was written at stands in where no batch has a timestamp. */
export function largestTimestampOf(open: OpenSegment, isActive: boolean): bigint {
  const { timestamp } = maxTimestampOf(open, isActive)
  return timestamp >= 0n ? timestamp : BigInt(Math.floor(open.segment.log.mtimeMs))
}

function greatestFrom(scanner: BatchScanner, indexed: TimestampOffset): TimestampOffset {
  let greatest = indexed
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    if (batch.maxTimestamp <= greatest.timestamp) continue
    greatest = { timestamp: batch.maxTimestamp, offset: batch.lastOffset }
  }
  return greatest
}
