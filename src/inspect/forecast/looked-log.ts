/** What the names of a log's files, and the ends of some, tell of what comes to it: nothing of it is read again yet. */
import type { Disk } from '../../disk/disk.ts'
import { planRetention, type RetentionPlan } from '../../log/retention-policy.ts'
import type { LogDir, PartitionFolder } from '../../log-dirs/log-dir.ts'
import { isMetadata } from '../../log-dirs/log-note.ts'
import { logEnd, type LogEnd } from '../offsets/log-bounds.ts'
import type { PartitionLog, PartitionLogReader } from '../offsets/partition-log.ts'
import { readRetainedLog } from '../retention/retained-log.ts'
import type { Finding } from '../verify/finding.ts'
import { partitionMetadataFindings } from '../verify/start-findings.ts'
import { compactionDue, type CompactionDue, firstTimestampIn } from './compaction-due.ts'
import { type FolderFate, servesLater } from './folder-fate.ts'
import type { TopicForecastConfigs } from './log-dir-forecast.ts'
import type { WrittenLog } from './log-growth.ts'
import { startWork, type StartWork } from './start-work.ts'

export interface LookOptions {
  /** Of a topic. */
  readonly configsOf: (topic: string) => TopicForecastConfigs
  readonly isOnlyReplica: (partition: { topic: string; partition: number }) => boolean
  readonly nowMs: () => number
}

/** Of a log that was closed and does not end so: the last segment tells what a start takes for its end. */
export interface DoubtfulEnd {
  /** What the log.dir notes, where that is later. */
  readonly notedOffset?: bigint
  /** Of the last segment. */
  readonly bytes: number
}

/** Without the log itself: a hundred thousand files that nobody asks about any more. */
export interface LookedLog extends LogAhead {
  readonly folder: PartitionFolder
  readonly logDir: LogDir
  /** Absent where it stays what it is. */
  readonly fate?: FolderFate
  readonly work: StartWork
  readonly bytesToRead: number
  readonly bytes: number
  readonly doubtfulEnd?: DoubtfulEnd
  readonly noted: Pick<
    PartitionLog,
    'recoveryPointCheckpoint' | 'logStartCheckpoint' | 'highWatermarkCheckpoint'
  >
}

/** What comes once a start is done. */
export interface LogAhead {
  readonly segmentCount: number
  /** What the start leaves. */
  readonly bytesAfter: number
  /** Absent of what serves nobody, as the next two. */
  readonly retention?: RetentionPlan
  readonly compaction?: CompactionDue
  readonly written?: WrittenLog
}

export interface LookPlace {
  readonly reader: PartitionLogReader
  readonly logDir: LogDir
  readonly folder: PartitionFolder
  readonly fate: FolderFate | undefined
  /** What a broker fails over is added. */
  readonly found: Finding[]
}

export function lookAtLog(disk: Disk, place: LookPlace, options: LookOptions): LookedLog {
  const { reader, logDir, folder, fate } = place
  const log = reader.read(folder.path)
  const isDeleted = folder.parsed.state === 'deleted'
  place.found.push(...partitionMetadataFindings(disk, log.directory))
  const work = isDeleted ? { reads: [], leftovers: [] } : startWork(disk, log)
  const bytesToRead = work.reads.reduce((sum, { size }) => sum + size, 0)
  const end = isDeleted ? undefined : logEnd(disk, log)
  const doubtfulEnd = end && doubtfulEndOf(folder, log, end)
  const { recoveryPointCheckpoint, logStartCheckpoint, highWatermarkCheckpoint } = log
  const ahead = lookAhead(disk, { ...place, log, end }, options)
  return {
    folder,
    logDir,
    ...(fate && { fate }),
    noted: { recoveryPointCheckpoint, logStartCheckpoint, highWatermarkCheckpoint },
    work,
    bytesToRead,
    bytes: ahead.bytesAfter,
    ...(doubtfulEnd && { doubtfulEnd }),
    ...ahead,
  }
}

/** @param disk where a start has left the log */
export function lookAgain(
  disk: Disk,
  reader: PartitionLogReader,
  { folder, logDir, fate }: Pick<LookedLog, 'folder' | 'logDir' | 'fate'>,
  options: LookOptions,
): LogAhead {
  const log = reader.read(folder.path, disk)
  return lookAhead(disk, { folder, logDir, fate, log, end: logEnd(disk, log) }, options)
}

function doubtfulEndOf(
  { parsed }: PartitionFolder,
  { isClean, segments, recoveryPointCheckpoint: recoveryPoint }: PartitionLog,
  { logEndOffset, endDamage }: LogEnd,
): DoubtfulEnd | undefined {
  if (!isClean || isMetadata(parsed)) return undefined
  const bytes = segments.at(-1)?.log.size ?? 0
  if (recoveryPoint !== undefined && recoveryPoint > logEndOffset) {
    return { notedOffset: recoveryPoint, bytes }
  }
  return endDamage && { bytes }
}

type AheadPlace = Pick<LookedLog, 'folder' | 'logDir'> & {
  readonly fate: FolderFate | undefined
  readonly log: PartitionLog
  /** Absent of what was deleted. */
  readonly end: LogEnd | undefined
}

function lookAhead(
  disk: Disk,
  { folder, logDir, fate, log, end }: AheadPlace,
  { configsOf, isOnlyReplica, nowMs }: LookOptions,
): LogAhead {
  const segmentCount = log.segments.length
  const bytesAfter = log.segments.reduce((sum, segment) => sum + segment.log.size, 0)
  const start = { segmentCount, bytesAfter }
  if (end === undefined || !servesLater(folder, fate)) return start
  const { retention, log: config } = configsOf(folder.parsed.topic)
  const retained = readRetainedLog(disk, log, isOnlyReplica(folder.parsed), end.logEndOffset)
  const toMs = nowMs()
  const firstTimestamp = log.segments[0] && firstTimestampIn(disk, log.segments[0])
  const written = { retained, firstTimestamp, config }
  const plan = planRetention(retained, retention, BigInt(toMs))
  if (!config.isCompacted || retained.segments.length === 0) {
    return { ...start, retention: plan, written }
  }
  const checkpoint = logDir.checkpoints.cleaner.get(folder.name)
  const compaction = compactionDue(disk, log, retained, { checkpoint, config, nowMs: toMs })
  return { ...start, retention: plan, compaction, written: { ...written, compaction } }
}
