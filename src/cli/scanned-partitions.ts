/**
 * The logs that a scan goes through: of what the command line points at, every partition with the segments meant.
 * A log.dir stands for the partitions it serves; what is being deleted or moved is reached by its own path.
 */
import { basename, dirname } from 'node:path'
import { UsageError } from '../base/errors.ts'
import type { DecodeLimits } from '../base/limits.ts'
import type { Disk } from '../disk/disk.ts'
import { refusal } from '../disk/disk-failure.ts'
import { PartitionLogReader, type PartitionLog } from '../inspect/offsets/partition-log.ts'
import { parseSegmentFileName } from '../log/file-names.ts'
import type { Segment } from '../log/segment.ts'
import { expandLogDirs, type Target } from './targets.ts'

export interface ScannedPartition {
  /** Empty, and −1, where the folder's name doesn't tell. */
  readonly topic: string
  readonly partition: number
  readonly log: PartitionLog
  /** Of the log's, those meant; a copy under another name is none of the log's. */
  readonly segments: readonly Segment[]
}

/**
 * @throws UsageError for a file that is no log
 * @throws DiskError where a folder can't be listed
 */
export function scannedPartitions(
  targets: readonly Target[],
  { disk, limits }: { readonly disk: Disk; readonly limits: DecodeLimits },
): ScannedPartition[] {
  const reader = new PartitionLogReader(disk, limits)
  return expandLogDirs(targets, disk).flatMap(target => {
    if (target.kind === 'file') {
      const log = reader.read(dirname(target.path))
      return [scanned(log, [segmentAt(target.path, log, disk)])]
    }
    if (target.state !== 'live' && !targets.includes(target)) return []
    const log = reader.read(target.path)
    return [scanned(log, log.segments)]
  })
}

function scanned(log: PartitionLog, segments: readonly Segment[]): ScannedPartition {
  const { topic = '', partition = -1 } = log.directory
  return { topic, partition, log, segments }
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
