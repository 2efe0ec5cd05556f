/**
 * What lies in the root of one log.dir: whose it is, how its broker left it, the offsets it noted down, and the folders
 * of its partitions. Nothing in those is opened.
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager#loadLogs
 */
import { join } from 'node:path'
import { DiskError, LimitError, type Damage } from '../base/errors.ts'
import { MEBIBYTE } from '../base/limits.ts'
import type { DirectoryEntry, Disk, EntryKind } from '../disk/disk.ts'
import { noFile } from '../disk/disk-failure.ts'
import { TEMPORARY_SUFFIX } from '../disk/replace-file.ts'
import {
  BOOTSTRAP_CHECKPOINT,
  CLEAN_SHUTDOWN,
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LOCK_FILE,
  LOG_START_CHECKPOINT,
  META_PROPERTIES,
  parsePartitionFolder,
  RECOVERY_POINT_CHECKPOINT,
  REMOTE_INDEX_CACHE,
  type PartitionFolderName,
} from '../log/file-names.ts'
import { readOffsetCheckpoint } from '../log/offset-checkpoint.ts'
import { readCleanShutdown, type CleanShutdown } from './clean-shutdown.ts'
import { readMetaProperties, type MetaProperties } from './meta-properties.ts'

export interface LogDir {
  readonly path: string
  /** Whether meta.properties is there, readable or not: a directory that was never formatted has none. */
  readonly hasMeta: boolean
  readonly meta?: MetaProperties
  /** Absent after a crash, and while a broker runs. */
  readonly cleanShutdown?: CleanShutdown
  /** Whether `.lock` is there; whether somebody holds it, only the operating system knows. */
  readonly lockFileExists: boolean
  /** The snapshot that a fresh cluster begins with. */
  readonly bootstrapPath?: string
  readonly checkpoints: LogDirCheckpoints
  /** In order of their names. */
  readonly partitions: readonly PartitionFolder[]
  /** Names that are none of Kafka's. A broker ignores files; over a directory it refuses to start. */
  readonly strangers: readonly Stranger[]
  /** Atomic writes that did not finish. */
  readonly temporaries: readonly string[]
  readonly damages: readonly Damage[]
  /** What is named like one of its own files, and is none: a named pipe, say. It is not opened. */
  readonly refused: readonly DiskError[]
  /** Files that could not be read at all. */
  readonly failures: readonly (DiskError | LimitError)[]
}

/** Each by `topic-partition`; empty where the file is missing. */
export interface LogDirCheckpoints {
  readonly recoveryPoint: ReadonlyMap<string, bigint>
  readonly logStart: ReadonlyMap<string, bigint>
  readonly highWatermark: ReadonlyMap<string, bigint>
  /** First offset that was not compacted yet. */
  readonly cleaner: ReadonlyMap<string, bigint>
}

export interface PartitionFolder {
  readonly name: string
  readonly path: string
  readonly parsed: PartitionFolderName
  /** What it is, where it is no folder: a link that leads nowhere, most often. Files are nobody's business. */
  readonly insteadOfFolder?: string
}

export interface Stranger {
  readonly name: string
  readonly kind: EntryKind
}

/** The key of a partition in LogDirCheckpoints. */
export function checkpointKey(folder: {
  readonly topic: string
  readonly partition: number
}): string {
  return `${folder.topic}-${folder.partition}`
}

/** Files in the root by which a log.dir is known. */
export const ROOT_FILES: ReadonlySet<string> = new Set([
  META_PROPERTIES,
  BOOTSTRAP_CHECKPOINT,
  CLEAN_SHUTDOWN,
  RECOVERY_POINT_CHECKPOINT,
  LOG_START_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  CLEANER_CHECKPOINT,
])

/** A hundred thousand partitions with the longest names take 26 MB. */
const ROOT_FILE_BYTES_MAX = 32 * MEBIBYTE

/** None, or one. */
export function partitionFolderOf(
  path: string,
  { name, kind, what = 'no folder' }: DirectoryEntry,
): PartitionFolder[] {
  const parsed = kind === 'file' ? undefined : parsePartitionFolder(name)
  if (parsed === undefined) return []
  const folder = { name, path: join(path, name), parsed }
  return [kind === 'directory' ? folder : { ...folder, insteadOfFolder: what }]
}

/** @throws DiskError where the directory itself can't be listed */
export function readLogDir(disk: Disk, path: string): LogDir {
  const entries = disk.list(path)
  const files = new RootFiles(disk, path, entries)
  const meta = files.read(META_PROPERTIES, readMetaProperties)
  const cleanShutdown = files.read(CLEAN_SHUTDOWN, readCleanShutdown)
  const checkpoints = {
    recoveryPoint: readOffsets(files, RECOVERY_POINT_CHECKPOINT),
    logStart: readOffsets(files, LOG_START_CHECKPOINT),
    highWatermark: readOffsets(files, HIGH_WATERMARK_CHECKPOINT),
    cleaner: readOffsets(files, CLEANER_CHECKPOINT),
  }
  return {
    path,
    hasMeta: files.has(META_PROPERTIES),
    ...(meta && { meta }),
    ...(cleanShutdown && { cleanShutdown }),
    lockFileExists: files.has(LOCK_FILE),
    ...(files.has(BOOTSTRAP_CHECKPOINT) && { bootstrapPath: join(path, BOOTSTRAP_CHECKPOINT) }),
    checkpoints,
    partitions: entries.flatMap(entry => partitionFolderOf(path, entry)),
    strangers: entries.filter(isStranger),
    temporaries: entries.filter(isTemporary).map(entry => entry.name),
    refused: entries.filter(isRefused).map(entry => noFile(join(path, entry.name), entry)),
    damages: files.damages,
    failures: files.failures,
  }
}

interface Text {
  readonly damages: readonly Damage[]
}

class RootFiles {
  readonly damages: Damage[] = []
  readonly failures: (DiskError | LimitError)[] = []
  readonly #disk: Disk
  readonly #path: string
  readonly #names: ReadonlySet<string>

  constructor(disk: Disk, path: string, entries: readonly DirectoryEntry[]) {
    this.#disk = disk
    this.#path = path
    this.#names = new Set(entries.filter(({ kind }) => kind === 'file').map(({ name }) => name))
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** Undefined where the file is missing, and where it can't be read. */
  read<T extends Text>(name: string, decode: (bytes: Buffer, file: string) => T): T | undefined {
    if (!this.has(name)) return undefined
    const path = join(this.#path, name)
    try {
      const value = decode(this.#disk.readWhole(path, ROOT_FILE_BYTES_MAX), path)
      this.damages.push(...value.damages)
      return value
    } catch (error) {
      if (!(error instanceof DiskError) && !(error instanceof LimitError)) throw error
      this.failures.push(error)
      return undefined
    }
  }
}

function readOffsets(files: RootFiles, name: string): ReadonlyMap<string, bigint> {
  const entries = files.read(name, readOffsetCheckpoint)?.entries ?? []
  return new Map(entries.map(entry => [checkpointKey(entry), entry.offset]))
}

function isStranger({ name, kind }: DirectoryEntry): boolean {
  if (kind === 'other' && parsePartitionFolder(name) !== undefined) return false
  if (kind === 'directory') return name !== REMOTE_INDEX_CACHE && !parsePartitionFolder(name)
  return !(isRootName(name) || (kind === 'file' && isTemporaryName(name)))
}

function isRefused({ name, kind }: DirectoryEntry): boolean {
  return kind === 'other' && isRootName(name)
}

function isRootName(name: string): boolean {
  return ROOT_FILES.has(name) || name === LOCK_FILE
}

function isTemporary({ name, kind }: DirectoryEntry): boolean {
  return kind === 'file' && isTemporaryName(name)
}

function isTemporaryName(name: string): boolean {
  return name.endsWith(TEMPORARY_SUFFIX) && ROOT_FILES.has(name.slice(0, -TEMPORARY_SUFFIX.length))
}
