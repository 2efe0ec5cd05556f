/** What cleaning asks of segments, besides their records. */
import type { Disk } from '../../disk/disk.ts'
import type { LogSegment } from '../log-segment.ts'
import { OFFSET_INDEX_ENTRY } from '../offset-index.ts'
import type { PartitionLog } from '../partition-log.ts'
import { TIME_INDEX_ENTRY } from '../time-index.ts'
import type { CleanableLog, CleanableSegment } from './cleanable-range.ts'

export function cleanableLog(log: PartitionLog): CleanableLog {
  const { logStartOffset, endOffset, lastStableOffset, config, folder } = log
  const segments = log.segments.map(segment => cleanableSegment(segment, folder.files.disk))
  return { logStartOffset, endOffset, lastStableOffset, config, segments }
}

/** When its log was changed last; milliseconds since 1970. */
export function modifiedMs({ logPath }: LogSegment, disk: Disk): number {
  return Math.floor(disk.status(logPath)?.mtimeMs ?? 0)
}

export function indexSizes({ offsetIndex, timeIndex }: LogSegment) {
  return {
    offsetIndexSize: (offsetIndex?.usedCount ?? 0) * OFFSET_INDEX_ENTRY.size,
    timeIndexSize: (timeIndex?.usedCount ?? 0) * TIME_INDEX_ENTRY.size,
  }
}

/** Looks into its files only when it is asked. */
function cleanableSegment(segment: LogSegment, disk: Disk): CleanableSegment {
  const { baseOffset, size } = segment
  return {
    baseOffset,
    size,
    get largestTimestampMs() {
      const { timestamp } = segment.greatestTimestamp
      return timestamp >= 0n ? Number(timestamp) : modifiedMs(segment, disk)
    },
    get firstTimestamp() {
      return segment.firstTimestamp
    },
  }
}
