/**
 * Deletes what has had its time from an open log, as its retention says: the log start offset goes up, and segments that
 * hold nothing else are given up.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog#deleteOldSegments
 */
import type { LogSegment } from './log-segment.ts'
import type { PartitionLog } from './partition-log.ts'
import {
  planRetention,
  type RetainedSegment,
  type RetentionConfig,
  type RetentionPlan,
} from './retention-policy.ts'

/** @param nowMs milliseconds since 1970 @throws DiskError */
export function expireSegments(
  log: PartitionLog,
  config: RetentionConfig,
  nowMs: number,
): RetentionPlan {
  const plan = planRetention(retainedLogOf(log), config, BigInt(nowMs))
  const { expired, waiting } = plan
  if (expired.length === 0) return plan
  if (waiting.length === 0) log.roll()
  log.raiseLogStart(waiting[0]?.segment.baseOffset ?? log.endOffset)
  log.dropDeleted()
  return plan
}

function retainedLogOf(log: PartitionLog) {
  const { logStartOffset, endOffset: logEndOffset, highWatermark, folder } = log
  const { disk } = folder.files
  const retained = ({ baseOffset, size, greatestTimestamp, logPath }: LogSegment) => {
    const { timestamp } = greatestTimestamp
    const writtenMs = () => BigInt(Math.floor(disk.status(logPath)?.mtimeMs ?? 0))
    return {
      baseOffset,
      size,
      largestTimestamp: timestamp >= 0n ? timestamp : writtenMs(),
    } satisfies RetainedSegment
  }
  return { segments: log.segments.map(retained), logStartOffset, logEndOffset, highWatermark }
}
