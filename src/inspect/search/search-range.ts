/** Which offsets and which times are searched, both half open; and what a header or an index can tell of it. */
import { INT64_MAX } from '../../binary/big-endian.ts'
import type { Disk } from '../../disk/disk.ts'
import type { Segment } from '../../log/segment.ts'
import { TIME_INDEX_ENTRY } from '../../log/time-index.ts'
import { NO_TIMESTAMP } from '../../record/batch.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'

export interface SearchRange {
  readonly fromOffset: bigint
  readonly toOffset: bigint
  /** Milliseconds since 1970; undefined where any time, and none, will do. */
  readonly fromTimestamp: bigint | undefined
  readonly toTimestamp: bigint | undefined
}

export const ALL_OFFSETS_AND_TIMES: SearchRange = {
  fromOffset: 0n,
  toOffset: INT64_MAX,
  fromTimestamp: undefined,
  toTimestamp: undefined,
}

/**
 * | part     | of the batch's records                                     |
 * |----------|------------------------------------------------------------|
 * | none     | none lies in the range                                     |
 * | behind   | none does, nor of any batch behind it                      |
 * | some     | each has to be looked at                                   |
 * | all      | all do                                                     |
 */
export type Part = 'none' | 'behind' | 'some' | 'all'

export function partInRange(batch: BatchV2 | LegacyMessage, range: SearchRange): Part {
  const offsets = partByOffset(batch, range)
  if (offsets === 'none' || offsets === 'behind') return offsets
  const times = partByTime(batch, range)
  return times === 'all' ? offsets : times
}

/** A legacy wrapper tells its last offset only. */
function partByOffset(batch: BatchV2 | LegacyMessage, { fromOffset, toOffset }: SearchRange): Part {
  const { lastOffset } = batch
  if (lastOffset < fromOffset) return 'none'
  if (!(batch instanceof BatchV2))
    return fromOffset === 0n && lastOffset < toOffset ? 'all' : 'some'
  const { baseOffset } = batch
  if (baseOffset >= toOffset) return 'behind'
  return baseOffset >= fromOffset && lastOffset < toOffset ? 'all' : 'some'
}

/** The greatest timestamp is known, the least is not; but the time of appending is that of every record. */
function partByTime(batch: BatchV2 | LegacyMessage, range: SearchRange): Part {
  const { fromTimestamp, toTimestamp } = range
  if (fromTimestamp === undefined && toTimestamp === undefined) return 'all'
  const { maxTimestamp } = batch
  if (batch.timestampType === 'append') return isTimeWithin(maxTimestamp, range) ? 'all' : 'none'
  const isTooEarly = fromTimestamp !== undefined && maxTimestamp < fromTimestamp
  return isTooEarly && maxTimestamp !== NO_TIMESTAMP ? 'none' : 'some'
}

export function isRecordWithin(record: RecordCursor, range: SearchRange): boolean {
  const { offset } = record
  if (offset < range.fromOffset || offset >= range.toOffset) return false
  if (range.fromTimestamp === undefined && range.toTimestamp === undefined) return true
  return isTimeWithin(record.timestamp, range)
}

function isTimeWithin(timestamp: bigint, { fromTimestamp, toTimestamp }: SearchRange): boolean {
  if (timestamp === NO_TIMESTAMP) return false
  if (fromTimestamp !== undefined && timestamp < fromTimestamp) return false
  return toTimestamp === undefined || timestamp < toTimestamp
}

/**
 * Whether a segment can hold anything of the range, told from names and closed time indexes.
 *
 * @param nextBaseOffset of the segment behind; undefined for the last, whose time index is not closed
 */
export function mayHoldRange(
  disk: Disk,
  segment: Segment,
  range: SearchRange,
  nextBaseOffset: bigint | undefined,
): boolean {
  if (segment.baseOffset >= range.toOffset) return false
  if (nextBaseOffset === undefined) return true
  if (nextBaseOffset <= range.fromOffset) return false
  if (range.fromTimestamp === undefined) return true
  const latest = closingTimestamp(disk, segment, nextBaseOffset)
  return latest === undefined || latest >= range.fromTimestamp
}

/**
 * The greatest timestamp of a segment that was rolled: its time index ends with it. Undefined where the index was not
 * closed, or doesn't look it.
 */
function closingTimestamp(
  disk: Disk,
  { timeIndex, baseOffset }: Segment,
  nextBaseOffset: bigint,
): bigint | undefined {
  const { size: entrySize } = TIME_INDEX_ENTRY
  if (timeIndex === undefined || timeIndex.size < entrySize) return undefined
  const bytes = Buffer.alloc(entrySize)
  const file = disk.open(timeIndex.path)
  try {
    const size = file.size()
    if (size % entrySize !== 0 || file.read(bytes, size - entrySize) < entrySize) return undefined
    const { timestamp, relativeOffset } = TIME_INDEX_ENTRY.decode(bytes, 0)
    const isWritten = relativeOffset > 0 || size === entrySize
    const isWithin = relativeOffset >= 0 && baseOffset + BigInt(relativeOffset) < nextBaseOffset
    return isWritten && isWithin && timestamp >= 0n ? timestamp : undefined
  } finally {
    file.close()
  }
}
