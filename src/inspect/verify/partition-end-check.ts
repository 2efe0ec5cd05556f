/**
 * What is known of a partition once its last segment was scanned: gaps, and what snapshots, leader epochs and its log.dir
 * say that lies behind the end of the log.
 *
 * Gaps between segments: a segment that was lost leaves one, but so does compaction, which keeps the last offset only
 * of what it cleaned last. A gap is taken for compaction's where the partition is known to be compacted: an entry in
 * the cleaner's checkpoint, batches with fewer records than offsets, or an internal topic. Offsets missing within a
 * segment can't be a lost file; a notice says so where nothing else explains them.
 */
import { join } from 'node:path'
import {
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LEADER_EPOCH_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
  segmentFileName,
} from '../../log/file-names.ts'
import type { PartitionDirectory } from '../../log/partition-directory.ts'
import type { Segment } from '../../log/segment.ts'
import { COMPACTED_TOPICS } from '../offsets/partition-log.ts'
import type { FindingPlace } from './finding.ts'
import type { FindingKind } from './finding-kinds.ts'
import type { OffsetGaps } from './offset-sequence.ts'
import type { PartitionState } from './partition-state.ts'
import type { NotedOffsets, PartitionTask } from './partition-task.ts'
import { compareSnapshot } from './snapshot-check.ts'

export interface PartitionEnd {
  readonly task: PartitionTask
  readonly directory: PartitionDirectory
  readonly state: PartitionState
  readonly offsetGaps: readonly FileGaps[]
  readonly segmentGaps: readonly SegmentGap[]
  readonly report: Report
  /** As of the last segment, which a broker may rebuild. */
  readonly reportOfLast: Report
}

export interface FileGaps {
  readonly file: string
  readonly gaps: OffsetGaps
}

/** Offsets that no segment holds, before one. */
export interface SegmentGap {
  readonly segment: Segment
  readonly first: bigint
  readonly last: bigint
}

type Report = (kind: FindingKind, place: FindingPlace) => void

export function checkPartitionEnd(end: PartitionEnd): void {
  // Without a segment the log begins anew at its start, and ends there.
  const logEnd = end.state.nextOffset ?? end.task.noted?.logStart ?? 0n
  const isFinal = end.task.dirState !== 'live' && end.state.isEndKnown
  for (const read of end.state.snapshots) {
    if (read.snapshot.offset <= logEnd) compareSnapshot(read, end.state, end.report)
    else if (isFinal) reportSnapshotPastEnd(read.snapshot, logEnd, end)
  }
  if (end.task.dirState === 'clean') reportWithoutSnapshot(logEnd, end)
  checkEpochs(logEnd, isFinal, end)
  reportGaps(end)
  if (isFinal) compareNoted(logEnd, end)
}

function reportSnapshotPastEnd(
  { offset, file }: PartitionDirectory['snapshots'][number],
  logEnd: bigint,
  { reportOfLast }: PartitionEnd,
): void {
  reportOfLast('snapshot-past-end', {
    file: file.path,
    lastOffset: offset - 1n,
    found: `producers up to offset ${offset}`,
    expected: `${logEnd} at most, where the log ends`,
  })
}

/** As it is closed a broker writes one, of the end of the log. */
function reportWithoutSnapshot(logEnd: bigint, { directory, state, report }: PartitionEnd): void {
  if (directory.snapshots.length > 0 || state.tracker.isEmpty) return
  report('snapshot-missing', {
    file: join(directory.path, segmentFileName('snapshot', logEnd)),
    lastOffset: logEnd - 1n,
    found: 'no producer snapshot',
    expected: 'one of the end of the log: it has batches of producers with an id',
  })
}

/** @param isFinal whether the log ends there: nobody appends to it, and it was read up to its end */
function checkEpochs(logEnd: bigint, isFinal: boolean, end: PartitionEnd): void {
  const { leaderEpochs, path } = end.directory
  const { epochs } = end.state
  if (leaderEpochs === undefined) {
    if (epochs.latest < 0 || end.task.dirState === 'unknown') return
    const file = join(path, LEADER_EPOCH_CHECKPOINT)
    const expected = `epochs up to ${epochs.latest}`
    return end.reportOfLast('epoch-missing', { file, found: 'no file', expected })
  }
  if (epochs.earlier !== undefined) {
    const { offset, entry } = epochs.earlier
    // So a broker leaves it that died after records were deleted, before it noted the new log start.
    end.reportOfLast('epoch-late', {
      file: leaderEpochs.path,
      firstOffset: offset,
      lastOffset: entry.startOffset - 1n,
      found: `leader epoch ${entry.epoch} from offset ${entry.startOffset} on`,
      expected: `from offset ${offset} on, as the batch there says`,
    })
  }
  if (!isFinal) return
  for (const { epoch, startOffset } of epochs.beyond(logEnd)) {
    end.reportOfLast('epoch-past-end', {
      file: leaderEpochs.path,
      firstOffset: startOffset,
      found: `leader epoch ${epoch} from offset ${startOffset} on`,
      expected: `${logEnd} at most, where the log ends`,
    })
  }
}

function reportGaps({ task, directory, state, offsetGaps, segmentGaps, report }: PartitionEnd) {
  const { topic } = directory
  const isCompacted =
    state.isThinned ||
    task.noted?.cleaner !== undefined ||
    (topic !== undefined && COMPACTED_TOPICS.has(topic))
  if (isCompacted || state.hasDamage) return
  for (const { file, gaps } of offsetGaps) {
    const { count, first, last } = gaps
    const runs = count === 1 ? 'offsets' : `${count} runs of offsets`
    const expected = 'all of them, unless the topic is compacted'
    const place = { file, firstOffset: first, lastOffset: last }
    report('offset-gap', { ...place, found: `${runs} without a batch`, expected })
  }
  if (state.hasGaps && task.dirState === 'unknown') return
  for (const { segment, first, last } of segmentGaps) {
    report('segment-gap', {
      file: segment.log.path,
      position: 0,
      firstOffset: first,
      lastOffset: last,
      found: `a segment from offset ${segment.baseOffset} on`,
      expected: `one from offset ${first} on, where the segment before ends`,
    })
  }
}

/** What the log.dir notes of the partition, against the end of its log. */
function compareNoted(logEnd: bigint, { task, directory, report }: PartitionEnd): void {
  const { noted } = task
  if (noted === undefined) return
  const compare = (kind: FindingKind, name: string, offset: bigint | undefined) => {
    if (offset === undefined || offset <= logEnd) return
    report(kind, {
      file: join(noted.logDir, name),
      firstOffset: logEnd,
      lastOffset: offset - 1n,
      found: `offset ${offset} for ${directory.name}`,
      expected: `${logEnd} at most, where the log ends`,
    })
  }
  const isUnclean = task.dirState === 'unclean'
  const highWatermark = isUnclean ? 'unclean-high-watermark' : 'high-watermark'
  compare('recovery-point', RECOVERY_POINT_CHECKPOINT, noted.recoveryPoint)
  compare('log-start', LOG_START_CHECKPOINT, noted.logStart)
  if (task.dirState === 'clean') reportLogStartBelow(noted, { directory, report })
  compare(highWatermark, HIGH_WATERMARK_CHECKPOINT, noted.highWatermark)
  compare('cleaner-checkpoint', CLEANER_CHECKPOINT, noted.cleaner)
}

/** A broker that closed the log notes its start only above that of the first segment, unless the topic is tiered. */
function reportLogStartBelow(
  { logDir, logStart }: NotedOffsets,
  { directory, report }: Pick<PartitionEnd, 'directory' | 'report'>,
): void {
  const first = directory.segments[0]?.baseOffset
  if (first === undefined || logStart === undefined || logStart >= first) return
  report('log-start-below', {
    file: join(logDir, LOG_START_CHECKPOINT),
    firstOffset: logStart,
    lastOffset: first - 1n,
    found: `offset ${logStart} for ${directory.name}`,
    expected: `${first} or more, where its first segment begins`,
  })
}
