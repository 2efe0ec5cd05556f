/** Every offset that a partition is known by. */
import type { Disk } from '../../disk/disk.ts'
import type { TimestampOffset } from '../../log/time-index.ts'
import { lastStableOffset } from './last-stable-offset.ts'
import { localLogStartOffset, logBounds, type LogBounds } from './log-bounds.ts'
import { recordOfMaxTimestamp } from './max-timestamp.ts'
import type { PartitionLog } from './partition-log.ts'

export interface PartitionOffsets extends LogBounds {
  /** Higher than the log start offset where older segments are in a remote storage. */
  readonly localLogStartOffset: bigint
  /** As the checkpoint has it: it lags behind, and after a crash it may lie beyond the end. */
  readonly highWatermark: bigint | undefined
  readonly lastStableOffset: bigint
  /** Up to which the log was flushed, as the checkpoint has it. */
  readonly recoveryPoint: bigint | undefined
  /** The first record with the greatest timestamp; undefined where none has a timestamp. */
  readonly maxTimestamp: TimestampOffset | undefined
}

/** @throws DiskError, LimitError */
export function partitionOffsets(disk: Disk, log: PartitionLog): PartitionOffsets {
  const bounds = logBounds(disk, log)
  return {
    ...bounds,
    localLogStartOffset: localLogStartOffset(log),
    highWatermark: log.highWatermarkCheckpoint,
    lastStableOffset: lastStableOffset(disk, log, bounds.logEndOffset),
    recoveryPoint: log.recoveryPointCheckpoint,
    maxTimestamp: recordOfMaxTimestamp(disk, log),
  }
}
