/**
 * The logs that a scan goes through: of what the command line points at, every partition with the segments meant.
 * A log.dir stands for the partitions it serves; what is being deleted or moved is reached by its own path. In order of
 * topics and partitions, whatever the order of the words.
 */
import { basename, dirname } from 'node:path'
import { DiskError, UsageError } from '../base/errors.ts'
import type { DecodeLimits } from '../base/limits.ts'
import type { Disk } from '../disk/disk.ts'
import { refusal } from '../disk/disk-failure.ts'
import { identityOf } from '../disk/file-identity.ts'
import { PartitionLogReader, type PartitionLog } from '../inspect/offsets/partition-log.ts'
import { parseSegmentFileName } from '../log/file-names.ts'
import { refusedLogs } from '../log/partition-directory.ts'
import type { Segment } from '../log/segment.ts'
import { coverOf } from './covered-targets.ts'
import { expandLogDirs, type FileTarget, type PartitionTarget, type Target } from './targets.ts'

export interface ScannedPartition {
  /** Empty, and −1, where the folder's name doesn't tell. */
  readonly topic: string
  readonly partition: number
  readonly log: PartitionLog
  /** Of the log's, those meant; a copy under another name is none of the log's. */
  readonly segments: readonly Segment[]
}

export interface ScanSources {
  readonly disk: Disk
  readonly limits: DecodeLimits
  readonly workingDirectory: string
  /** Takes a folder that can't be listed, by default it is thrown; and logs that are no files. */
  readonly onRefusal?: (error: DiskError) => void
}

/**
 * @throws UsageError for a file that is no log
 * @throws DiskError where a folder can't be listed
 */
export function scannedPartitions(
  targets: readonly Target[],
  sources: ScanSources,
): ScannedPartition[] {
  const { disk, limits, workingDirectory } = sources
  const reader = new PartitionLogReader(disk, limits)
  const found = new Map<string, ScannedPartition>()
  const isCovered = coverOf(targets, { disk, workingDirectory })
  const take = (target: FileTarget | PartitionTarget) => {
    if (target.kind === 'file') {
      if (isCovered(target) && !isSetAside(target.path)) return
      const folder = dirname(target.path)
      const key = identityOf(folder, disk)
      const log = found.get(key)?.log ?? reader.read(folder)
      addSegments(found, key, { log, segments: [segmentAt(target.path, log, disk)] })
    } else if (target.state === 'live' || targets.includes(target)) {
      const log = reader.read(target.path)
      for (const error of refusedLogs(log.directory)) sources.onRefusal?.(error)
      addSegments(found, identityOf(target.path, disk), { log, segments: log.segments })
    }
  }
  for (const target of expandLogDirs(targets, disk)) {
    try {
      take(target)
    } catch (error) {
      if (!(error instanceof DiskError) || sources.onRefusal === undefined) throw error
      sources.onRefusal(error)
    }
  }
  return [...found.values()].sort(byName)
}

/** A folder may be named by several of its files, and as a whole. */
function addSegments(
  found: Map<string, ScannedPartition>,
  key: string,
  { log, segments }: Pick<ScannedPartition, 'log' | 'segments'>,
): void {
  const { topic = '', partition = -1 } = log.directory
  const known = found.get(key)?.segments ?? []
  const all = new Map([...known, ...segments].map(segment => [segment.log.name, segment]))
  const ascending = [...all.values()].sort((a, b) => (a.baseOffset < b.baseOffset ? -1 : 1))
  found.set(key, { topic, partition, log, segments: ascending })
}

/** A log that a partition's folder holds and the partition doesn't: `.deleted`, `.cleaned`, `.swap`. */
function isSetAside(path: string): boolean {
  const parsed = parseSegmentFileName(basename(path))
  return parsed?.kind === 'log' && parsed.state !== 'live'
}

function byName(a: ScannedPartition, b: ScannedPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}

/** A file of another name than a segment's is taken for a log without indexes. */
function segmentAt(path: string, log: PartitionLog, disk: Disk): Segment {
  const name = basename(path)
  const known = log.segments.find(segment => segment.log.name === name)
  if (known !== undefined) return known
  const parsed = parseSegmentFileName(name)
  if (parsed !== undefined && parsed.kind !== 'log') {
    throw new UsageError(`${path} holds no records: expected a .log file, a folder or a log.dir`)
  }
  const status = disk.status(path)
  if (status === undefined) throw refusal('open', path, 'ENOENT')
  const { size, allocated, mtimeMs } = status
  return { baseOffset: parsed?.baseOffset ?? 0n, log: { path, name, size, allocated, mtimeMs } }
}
