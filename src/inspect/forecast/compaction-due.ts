/**
 * How much of a compacted log waits to be compacted, within the bounds that the cleaner has. How much that frees only the
 * keys tell; at most it is all but one record of each.
 */
import { BatchScanner } from '../../log/batch-scanner.ts'
import {
  type CleanableSegment,
  cleanableRange,
  type CleaningConfig,
} from '../../log/cleaner/cleanable-range.ts'
import { withSegment } from '../../log/open-segment.ts'
import type { RetainedLog } from '../../log/retention-policy.ts'
import type { Segment } from '../../log/segment.ts'
import type { Disk } from '../../disk/disk.ts'
import { lastStableOffset } from '../offsets/last-stable-offset.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'

export interface CompactionDue {
  /** Where what was never compacted begins. */
  readonly firstDirtyOffset: bigint
  /** Compacted before. */
  readonly cleanBytes: number
  /** To be compacted. */
  readonly dirtyBytes: number
  /** Dirty of both, 0 to 1. */
  readonly dirtyRatio: number
  /** `min.cleanable.dirty.ratio` */
  readonly minRatio: number
  /** Whether a broker would begin at once. */
  readonly isDue: boolean
}

export interface CompactionDueOptions {
  /** First dirty offset, as the log.dir's checkpoint has it. */
  readonly checkpoint: bigint | undefined
  readonly config: CleaningConfig
  readonly nowMs: number
}

/** @throws DiskError */
export function compactionDue(
  disk: Disk,
  log: PartitionLog,
  retained: RetainedLog,
  { checkpoint, config, nowMs }: CompactionDueOptions,
): CompactionDue {
  const { logStartOffset, logEndOffset, highWatermark } = retained
  const decided = lastStableOffset(disk, log, logEndOffset)
  const cleanable = {
    logStartOffset,
    endOffset: logEndOffset,
    lastStableOffset: decided < highWatermark ? decided : highWatermark,
    segments: cleanableSegments(disk, log, retained, config.maxCompactionLagMs < nowMs),
    config,
  }
  const range = cleanableRange(cleanable, { checkpoint, nowMs })
  return {
    firstDirtyOffset: range.firstDirtyOffset,
    cleanBytes: range.cleanBytes,
    dirtyBytes: range.cleanableBytes,
    dirtyRatio: range.dirtyRatio,
    minRatio: config.minCleanableDirtyRatio,
    isDue: range.due !== undefined,
  }
}

/** Looks into a log only when it is asked, and only where something can be too old. */
function cleanableSegments(
  disk: Disk,
  { segments }: PartitionLog,
  retained: RetainedLog,
  isTimed: boolean,
): CleanableSegment[] {
  return retained.segments.map(({ baseOffset, size, largestTimestamp }, slot) => ({
    baseOffset,
    size,
    largestTimestampMs: Number(largestTimestamp),
    get firstTimestamp() {
      return isTimed ? firstTimestampIn(disk, segments[slot]!) : undefined
    },
  }))
}

const FIRST_BYTES = 128

/** Of its first batch; undefined where there is none. */
export function firstTimestampIn(disk: Disk, segment: Segment): bigint | undefined {
  if (segment.log.size === 0) return undefined
  return withSegment(disk, segment, ({ log }) => {
    const timestamp = new BatchScanner(log, { windowSize: FIRST_BYTES }).next()?.maxTimestamp ?? -1n
    return timestamp >= 0n ? timestamp : undefined
  })
}
