/** What retention goes by, read from a log that nobody need have opened: names, sizes, and the ends of time indexes. */
import type { Disk } from '../../disk/disk.ts'
import type { RetainedLog, RetainedSegment } from '../../log/retention-policy.ts'
import {
  logEndOffset as readLogEndOffset,
  logStartOffset as startOf,
} from '../offsets/log-bounds.ts'
import type { PartitionLog } from '../offsets/partition-log.ts'
import { largestTimestampIn, timedSegments } from '../offsets/segment-timestamps.ts'

/**
 * @param isOnlyReplica whether one broker alone has it: once it leads, all that is in the log is committed
 * @param logEndOffset where it is known
 */
export function readRetainedLog(
  disk: Disk,
  log: PartitionLog,
  isOnlyReplica: boolean,
  logEndOffset = readLogEndOffset(disk, log),
): RetainedLog {
  const logStartOffset = startOf(log)
  const segments: RetainedSegment[] = []
  for (const timed of timedSegments(disk, log)) {
    const { baseOffset, log: file } = timed.segment
    const largestTimestamp = largestTimestampIn(disk, timed)
    segments.push({ baseOffset, size: file.size, largestTimestamp })
  }
  const noted = log.highWatermarkCheckpoint ?? logStartOffset
  const highWatermark = isOnlyReplica || noted > logEndOffset ? logEndOffset : noted
  return { segments, logStartOffset, logEndOffset, highWatermark }
}
