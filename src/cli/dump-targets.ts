/** The files that a dump of targets goes through, in order. */
import { basename, dirname, resolve } from 'node:path'
import { DiskError, UsageError } from '../base/errors.ts'
import type { Disk } from '../disk/disk.ts'
import { identityOf } from '../disk/file-identity.ts'
import type { FileToDump } from '../inspect/dump/dump-files.ts'
import type { RangeFinder } from '../inspect/dump/range-finder.ts'
import { parsePartitionFolder } from '../log/file-names.ts'
import {
  readPartitionDirectory,
  refusedLogs,
  type PartitionDirectory,
} from '../log/partition-directory.ts'
import type { PartitionFile } from '../log/segment.ts'
import { expandLogDirs, type FileTarget, type PartitionTarget, type Target } from './targets.ts'

export interface DumpTargetOptions {
  readonly disk: Disk
  readonly workingDirectory: string
  readonly partitions: readonly number[] | undefined
  /** Every file of a partition that can be dumped, not its logs alone. */
  readonly all: boolean
  readonly range: RangeFinder
  /** Takes a folder that can't be listed, and logs that are no files. */
  readonly onRefusal: (error: DiskError) => void
}

/** Each once, however many targets hold it. */
export function filesToDump(targets: readonly Target[], options: DumpTargetOptions): FileToDump[] {
  const { disk, workingDirectory, range } = options
  const paths = expandLogDirs(targets, disk).flatMap(target => pathsIn(target, options))
  const once = new Map<string, string>()
  for (const path of paths) {
    const key = targets.length === 1 ? path : identityOf(path, disk)
    if (!once.has(key)) once.set(key, path)
  }
  return [...once.values()].map(path => range.narrowed(fileToDump(path, workingDirectory)))
}

/**
 * Whether a file is of one of the partitions, as its folder tells.
 *
 * @throws UsageError where it doesn't
 */
export function isFileChosen(
  path: string,
  partitions: readonly number[] | undefined,
  workingDirectory: string,
): boolean {
  if (partitions === undefined) return true
  const folder = basename(dirname(resolve(workingDirectory, path)))
  const parsed = parsePartitionFolder(folder)
  if (parsed !== undefined) return partitions.includes(parsed.partition)
  throw new UsageError(
    `--partition can't choose among files whose folder is not named topic-partition: ${path}`,
  )
}

function pathsIn(target: FileTarget | PartitionTarget, options: DumpTargetOptions): string[] {
  if (target.kind === 'file') {
    const { partitions, workingDirectory } = options
    return isFileChosen(target.path, partitions, workingDirectory) ? [target.path] : []
  }
  if (!isChosen(target.partition, options.partitions)) return []
  try {
    const directory = readPartitionDirectory(options.disk, target.path)
    for (const error of refusedLogs(directory)) options.onRefusal(error)
    const files = options.all ? allFiles(directory) : logFiles(directory, options.range)
    return files.map(({ path }) => path)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    options.onRefusal(error)
    return []
  }
}

/** Split as Kafka does: empty names at the end are none, unless the whole is one. */
export function collectFiles(text: string, previous: readonly string[] | undefined): string[] {
  const names = text.split(',')
  const last = names.findLastIndex(name => name !== '')
  return [...(previous ?? []), ...(text === '' ? names : names.slice(0, last + 1))]
}

/** As Java's `new File(path)` writes it: no slash twice, none at the end. */
export function fileToDump(path: string, workingDirectory: string): FileToDump {
  const normal = path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
  const absolutePath = normal.startsWith('/') ? normal : `${resolve(workingDirectory)}/${normal}`
  return { path: normal, absolutePath }
}

function isChosen(partition: number | undefined, chosen: readonly number[] | undefined): boolean {
  return chosen === undefined || (partition !== undefined && chosen.includes(partition))
}

function logFiles({ path, checkpoints }: PartitionDirectory, range: RangeFinder): PartitionFile[] {
  return [...checkpoints.map(({ file }) => file), ...range.segmentsIn(path).map(({ log }) => log)]
}

function allFiles(directory: PartitionDirectory): PartitionFile[] {
  const { segments, checkpoints, snapshots, leaderEpochs } = directory
  const files = segments.flatMap(({ log, index, timeIndex, txnIndex }) => [
    log,
    index,
    timeIndex,
    txnIndex,
  ])
  return [
    ...checkpoints.map(({ file }) => file),
    ...files,
    ...snapshots.map(({ file }) => file),
    leaderEpochs,
  ].filter(file => file !== undefined)
}
