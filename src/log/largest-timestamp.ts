/**
 * The greatest timestamp of a segment: what decides in which segment a time is looked for, and when one has expired.
 *
 * A closed segment's time index ends with it. Where the index was not closed (the segment a broker has open, or had
 * when it died) or is missing, the batches behind its last entry are looked at as well.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#largestTimestamp, #loadLargestTimestamp
 */
import { DEFAULT_DECODE_LIMITS } from '../base/limits.ts'
import { BatchScanner } from './batch-scanner.ts'
import { findBatch } from './find-batch.ts'
import type { OpenSegment } from './open-segment.ts'
import { damageOfTimeEntry } from './time-floor.ts'
import type { TimestampOffset } from './time-index.ts'
import { NO_TIMESTAMP } from '../record/batch.ts'

/** (−1, base offset) where no batch has a timestamp. */
export function maxTimestampOf(open: OpenSegment, isActive: boolean): TimestampOffset {
  const { timeIndex, offsetIndex, baseOffset } = open
  const isClosed = timeIndex !== undefined && timeIndex.usedCount === timeIndex.count
  if (isClosed && !isActive && timeIndex.usedCount > 0) return timeIndex.last
  const indexed = lastEntry(open) ?? { timestamp: NO_TIMESTAMP, offset: baseOffset }
  const from = Math.max(0, offsetIndex?.floor(indexed.offset).position ?? 0)
  return greatestFrom(new BatchScanner(open.log, { from }), indexed, baseOffset)
}

/** Undefined where there is none, or the log contradicts it. */
function lastEntry(open: OpenSegment): TimestampOffset | undefined {
  const { timeIndex } = open
  if (timeIndex === undefined || timeIndex.usedCount === 0) return undefined
  const found = { slot: timeIndex.usedCount - 1, entry: timeIndex.last }
  return damageOfTimeEntry(open, found) === undefined ? found.entry : undefined
}

/** Goes on behind damage: what is lost in it has no timestamp, but what comes after has. */
function greatestFrom(scanner: BatchScanner, indexed: TimestampOffset, baseOffset: bigint) {
  let greatest = indexed
  for (;;) {
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      if (batch.maxTimestamp <= greatest.timestamp) continue
      greatest = { timestamp: batch.maxTimestamp, offset: batch.lastOffset }
    }
    const { file, position, end: to, stopped } = scanner
    if (stopped === 'end-of-file') return greatest
    const limits = DEFAULT_DECODE_LIMITS
    const behind = findBatch(file, { from: position + 1, to, limits, baseOffset })
    if (behind === undefined) return greatest
    scanner.resumeAt(behind.position)
  }
}
