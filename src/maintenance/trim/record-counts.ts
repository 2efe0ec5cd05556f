/**
 * Records in a range of offsets, counted batch by batch: a batch that lies wholly in it by its header, one that reaches
 * over an end of it record by record.
 */
import type { DecodeLimits } from '../../base/limits.ts'
import type { RecordBatch } from '../../record/batch.ts'
import { eachRecord } from '../../record/records.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import type { LogSegment } from '../../log/log-segment.ts'

export interface RecordCounts {
  records: number
  /** Markers of transactions, most often. */
  controlRecords: number
  /** What is no batch, or lies behind it in its segment: nobody knows how many records are in it. */
  uncountedBytes: number
}

/** Half open. */
export interface CountedRange {
  readonly from: bigint
  readonly to: bigint
}

/** Batches that begin, in a segment, at a position or behind it. */
export interface SegmentPart {
  readonly segment: LogSegment
  readonly position: number
}

/**
 * @throws CorruptDataError where a batch has to be looked into, and can't be
 * @throws LimitError
 */
export function countRecords(
  parts: readonly SegmentPart[],
  range: CountedRange,
  limits: DecodeLimits,
): RecordCounts {
  const counts: RecordCounts = { records: 0, controlRecords: 0, uncountedBytes: 0 }
  for (const { segment, position } of parts) {
    const scanner = new BatchScanner(segment.log, { from: position, end: segment.size, limits })
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      if (batch.baseOffset >= range.to && batch.recordCount !== undefined) break
      const { lastOffset, isControl } = batch
      if (lastOffset < range.from) continue
      const count = wholeCount(batch, range) ?? countWithin(scanner.body(), range, limits)
      if (isControl) counts.controlRecords += count
      else counts.records += count
    }
    if (scanner.stopped !== undefined) counts.uncountedBytes += scanner.end - scanner.position
  }
  return counts
}

/** Undefined where the header does not tell. */
function wholeCount(batch: RecordBatch, { from, to }: CountedRange): number | undefined {
  const { baseOffset, lastOffset, recordCount, codecId } = batch
  const isSingle = recordCount === undefined && codecId === 0
  if (isSingle) return lastOffset < to ? 1 : 0
  return baseOffset >= from && lastOffset < to ? recordCount : undefined
}

function countWithin(batch: RecordBatch, { from, to }: CountedRange, limits: DecodeLimits): number {
  let count = 0
  for (const { offset } of eachRecord(batch, limits)) if (offset >= from && offset < to) count++
  return count
}
