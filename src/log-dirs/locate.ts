/**
 * What a path on the command line leads to, and where the folders of a topic are.
 *
 * A directory is judged by what it holds, its name decides only where it holds nothing: log.dirs are often named like
 * partitions (`kafka-logs-1`), and a partition's folder may have been copied away under another name.
 */
import { basename, dirname, join, resolve } from 'node:path'
import { DiskError } from '../base/errors.ts'
import type { DirectoryEntry, Disk } from '../disk/disk.ts'
import {
  isPartitionFileName,
  parsePartitionFolder,
  QUORUM_STATE,
  type PartitionFolderName,
  type PartitionState,
} from '../log/file-names.ts'
import { partitionFolderOf, ROOT_FILES, type PartitionFolder } from './log-dir.ts'

/**
 * | kind      | the path is                                                                    |
 * |-----------|--------------------------------------------------------------------------------|
 * | missing   | nothing                                                                        |
 * | file      | a file, whatever it holds                                                      |
 * | partition | a directory with segments, or an empty one named like a partition in a log.dir |
 * | log-dir   | a directory with a root file of Kafka's, or with folders of partitions         |
 * | unrelated | another directory, an empty one, or no file at all (a device, a socket)        |
 */
export type PathKind = 'missing' | 'file' | 'partition' | 'log-dir' | 'unrelated'

export interface ClassifiedPath {
  readonly kind: PathKind
  readonly path: string
}

/**
 * A folder that can't be listed is a partition by its name.
 *
 * @throws DiskError where another directory can't be listed
 */
export function classifyPath(disk: Disk, path: string): ClassifiedPath {
  const status = disk.status(path)
  if (status === undefined) return { kind: 'missing', path }
  if (status.kind === 'file') return { kind: 'file', path }
  if (status.kind === 'other') return { kind: 'unrelated', path }
  return { kind: classifyDirectory(disk, path), path }
}

export interface LocatedPartition extends PartitionFolder {
  readonly logDir: string
}

export interface LocateOptions {
  /** Which folders of a topic; those that serve, if not told otherwise. */
  readonly states?: readonly PartitionState[]
}

/**
 * The folders, in all `logDirs`, of a topic, of one partition (`topic-partition`), or of that very name. A name may be
 * both a topic and a partition (`a-1` beside `a-1-0`): then both are there.
 *
 * @throws DiskError where a log.dir can't be listed
 */
export function findPartitions(
  disk: Disk,
  logDirs: readonly string[],
  topicOrPartition: string,
  options: LocateOptions = {},
): LocatedPartition[] {
  const wanted = parsePartitionFolder(topicOrPartition)
  const states = options.states ?? ['live']
  const isWanted = ({ name, parsed }: PartitionFolder) => {
    if (name === topicOrPartition) return true
    if (!states.includes(parsed.state)) return false
    return parsed.topic === topicOrPartition || (wanted?.state === 'live' && isSame(parsed, wanted))
  }
  return logDirs.flatMap(logDir =>
    partitionFoldersIn(disk, logDir)
      .filter(isWanted)
      .map(folder => ({ ...folder, logDir }))
      .sort(byPartition),
  )
}

function classifyDirectory(disk: Disk, path: string): PathKind {
  const isNamedSo = parsePartitionFolder(basename(resolve(path))) !== undefined
  const entries = isNamedSo ? listIfAllowed(disk, path) : disk.list(path)
  if (entries === undefined) return 'partition'
  if (entries.some(isRootFile)) return 'log-dir'
  if (entries.some(isPartitionFile)) return 'partition'
  const holdsPartitions = entries.some(
    ({ name, kind }) =>
      kind === 'directory' &&
      parsePartitionFolder(name) !== undefined &&
      listIfAllowed(disk, join(path, name))?.some(isPartitionFile) === true,
  )
  if (holdsPartitions) return 'log-dir'
  return entries.length === 0 && isPartitionByName(disk, path) ? 'partition' : 'unrelated'
}

function isRootFile({ name, kind }: DirectoryEntry): boolean {
  return kind === 'file' && ROOT_FILES.has(name)
}

function isPartitionFile({ name, kind }: DirectoryEntry): boolean {
  return kind === 'file' && name !== QUORUM_STATE && isPartitionFileName(name)
}

function isPartitionByName(disk: Disk, path: string): boolean {
  const absolute = resolve(path)
  if (parsePartitionFolder(basename(absolute)) === undefined) return false
  return listIfAllowed(disk, dirname(absolute))?.some(isRootFile) === true
}

function listIfAllowed(disk: Disk, path: string): DirectoryEntry[] | undefined {
  try {
    return disk.list(path)
  } catch (error) {
    if (error instanceof DiskError) return undefined
    throw error
  }
}

function partitionFoldersIn(disk: Disk, logDir: string): PartitionFolder[] {
  return disk.list(logDir).flatMap(entry => partitionFolderOf(logDir, entry))
}

function isSame(a: PartitionFolderName, b: PartitionFolderName): boolean {
  return a.topic === b.topic && a.partition === b.partition
}

function byPartition({ parsed: a }: PartitionFolder, { parsed: b }: PartitionFolder): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1
  return a.partition - b.partition
}
