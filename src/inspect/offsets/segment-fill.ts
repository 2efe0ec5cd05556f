/** How long a segment took to fill: from its first batch to the greatest timestamp, as brokers count when they roll it. */
import type { Disk } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { withSegment } from '../../log/open-segment.ts'
import { BATCH_OVERHEAD } from '../../record/batch-v2.ts'
import { maxTimestampIn, type TimedSegment } from './segment-timestamps.ts'

export interface SegmentFill {
  /** Of the first batch. */
  readonly firstTimestamp: bigint
  /** The greatest. */
  readonly lastTimestamp: bigint
}

/**
 * At the cost of a header and an entry of the time index. Undefined where there is no batch, or it has no timestamp.
 *
 * @throws DiskError
 */
export function segmentFill(disk: Disk, timed: TimedSegment): SegmentFill | undefined {
  const firstTimestamp = withSegment(
    disk,
    timed.segment,
    ({ log }) => new BatchScanner(log, { windowSize: BATCH_OVERHEAD }).next()?.maxTimestamp,
  )
  if (firstTimestamp === undefined || firstTimestamp < 0n) return undefined
  const { timestamp } = maxTimestampIn(disk, timed)
  return {
    firstTimestamp,
    lastTimestamp: timestamp > firstTimestamp ? timestamp : firstTimestamp,
  }
}

export function fillMs({ firstTimestamp, lastTimestamp }: SegmentFill): number {
  return Number(lastTimestamp - firstTimestamp)
}
