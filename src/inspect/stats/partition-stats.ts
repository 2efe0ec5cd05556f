/** The statistics of one partition: of all its batches, or of a sample. Plain data in and out. */
import { isReadFailure } from '../../base/errors.ts'
import type { Disk } from '../../disk/disk.ts'
import { withSegment } from '../../log/open-segment.ts'
import { withOptionalIndexes } from '../../log/optional-indexes.ts'
import type { Segment } from '../../log/segment.ts'
import { fillMs, segmentFill } from '../offsets/segment-fill.ts'
import { record } from './histogram.ts'
import {
  readBatches,
  type LogReading,
  type ReadingEnvironment,
  type ReadingProblem,
  type ReadingTask,
} from './log-reading.ts'
import type { LogStats } from './log-stats.ts'
import { StatsReader } from './stats-reader.ts'

export interface StatsTask extends ReadingTask {
  /** Base offset of the segment that is still to be filled, the log's last. */
  readonly lastBaseOffset: bigint | undefined
  /** Batches to keep. */
  readonly largestMax: number
}

export interface PartitionStats extends LogReading {
  readonly stats: LogStats
}

export function partitionStats(task: StatsTask, environment: ReadingEnvironment): PartitionStats {
  const reader = new StatsReader(task)
  const reading = readBatches(task, reader, environment)
  const problems = [...reading.problems]
  takeSegments(task, reader.stats, environment.disk, message => {
    const isTold = problems.some(problem => problem.message === message)
    if (!isTold) problems.push({ kind: 'failure', message } satisfies ReadingProblem)
  })
  return { ...reading, stats: reader.stats, problems }
}

/** Of all segments, sample or not: it costs little. An index that can't be read was told of, where it was wanted. */
function takeSegments(
  { segments, lastBaseOffset }: StatsTask,
  stats: LogStats,
  disk: Disk,
  onFailure: (message: string) => void,
): void {
  const tolerant = withOptionalIndexes(disk, () => undefined)
  for (const segment of segments) {
    try {
      if (segment.baseOffset !== lastBaseOffset) takeFill(segment, stats, tolerant)
      takeIndexes(segment, stats, tolerant)
    } catch (error) {
      if (!isReadFailure(error)) throw error
      onFailure(error.message)
    }
  }
}

function takeFill(segment: Segment, stats: LogStats, disk: Disk): void {
  const fill = segmentFill(disk, { segment })
  if (fill !== undefined) record(stats.segmentFill, fillMs(fill))
}

function takeIndexes(segment: Segment, { indexes }: LogStats, disk: Disk): void {
  withSegment(disk, segment, ({ offsetIndex, timeIndex }) => {
    if (offsetIndex === undefined) return
    indexes.logBytes += segment.log.size
    indexes.offsetEntries += offsetIndex.usedCount
    indexes.timeEntries += timeIndex?.usedCount ?? 0
  })
}
