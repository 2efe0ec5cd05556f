/**
 * From a time to the first record that is not earlier, within one segment, the way a broker goes: the time index gives
 * an offset that no later record comes before, the offset index its position, and from there on batches are looked
 * into whose greatest timestamp reaches the target.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment#findOffsetByTimestamp, FileRecords#searchForTimestamp
 */
import { CorruptDataError, type Damage } from '../base/errors.ts'
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from '../base/limits.ts'
import type { RecordBatch } from '../record/batch.ts'
import { eachRecord } from '../record/records.ts'
import { BatchScanner } from './batch-scanner.ts'
import type { OffsetPosition } from './offset-index.ts'
import {
  locationOf,
  scanOf,
  searchOffsetIndex,
  startScan,
  type BatchLocation,
  type IndexLookup,
  type LogScan,
} from './offset-lookup.ts'
import { timeFloor, type TimeSearchedSegment } from './time-floor.ts'
import type { TimestampOffset } from './time-index.ts'

export interface TimestampTarget {
  /** Milliseconds since 1970. */
  readonly timestamp: bigint
  /** Records before it are deleted, though they may still be there. */
  readonly logStartOffset?: bigint
}

export interface TimestampLookup {
  /** Absent where the segment has no time index. */
  readonly timeIndex?: IndexLookup<TimestampOffset>
  /** Absent where the segment has no offset index. */
  readonly index?: IndexLookup<OffsetPosition>
  /** Why an index was left aside. */
  readonly indexDamage?: Damage
  readonly scan: LogScan
  /** Absent, as `record`, where no record of the segment is so late. */
  readonly batch?: BatchLocation
  readonly record?: { readonly offset: bigint; readonly timestamp: bigint }
}

/**
 * @param resumeAt where to go on behind damage, the indexes left alone
 * @throws LimitError where a batch that has to be looked into costs more than `limits` allow
 */
export function lookupTimestamp(
  segment: TimeSearchedSegment,
  target: TimestampTarget,
  limits: DecodeLimits = DEFAULT_DECODE_LIMITS,
  resumeAt?: number,
): TimestampLookup {
  if (resumeAt !== undefined) {
    const scanner = new BatchScanner(segment.log, { from: resumeAt, limits })
    return scanForTimestamp(scanner, target, limits)
  }
  const { index: timeIndex, damage, offset } = timeFloor(segment, target.timestamp)
  const { offsetIndex } = segment
  const from = laterOf(offset, target.logStartOffset ?? 0n)
  const index = offsetIndex && searchOffsetIndex(offsetIndex, from)
  const { scanner, indexDamage = damage } = startScan(segment, index, limits)
  return {
    ...(timeIndex && { timeIndex }),
    ...(index && { index }),
    ...(indexDamage && { indexDamage }),
    ...scanForTimestamp(scanner, target, limits),
  }
}

function scanForTimestamp(
  scanner: BatchScanner,
  target: TimestampTarget,
  limits: DecodeLimits,
): Pick<TimestampLookup, 'scan' | 'batch' | 'record'> {
  const from = scanner.position
  const damages: Damage[] = []
  let batchCount = 0
  for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
    batchCount++
    if (batch.maxTimestamp < target.timestamp) continue
    const whole = scanner.body()
    const { position } = scanner
    const found = firstRecordIn(whole, target, limits)
    if (found instanceof CorruptDataError)
      damages.push(found.in(scanner.file.path, position).damage)
    else if (found !== undefined) {
      const scan = scanOf(scanner, { from, batchCount, damages })
      return { scan, batch: locationOf(whole, position), record: found }
    }
  }
  return { scan: scanOf(scanner, { from, batchCount, damages }) }
}

/** Damage is an answer here: the search goes on behind the batch. */
function firstRecordIn(
  batch: RecordBatch,
  target: TimestampTarget,
  limits: DecodeLimits,
): TimestampLookup['record'] | CorruptDataError {
  const logStartOffset = target.logStartOffset ?? 0n
  try {
    for (const { timestamp, offset } of eachRecord(batch, limits)) {
      if (timestamp >= target.timestamp && offset >= logStartOffset) return { offset, timestamp }
    }
    return undefined
  } catch (error) {
    if (error instanceof CorruptDataError) return error
    throw error
  }
}

function laterOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
