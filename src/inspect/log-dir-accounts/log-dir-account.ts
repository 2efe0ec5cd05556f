/** What one log.dir holds, in bytes and segments, how it was left, and what lies about in it. */
import { join } from 'node:path'
import { CorruptDataError, DiskError, isReadFailure, type LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk, DiskSpace } from '../../disk/disk.ts'
import { lockHolder, type LockHolder } from '../../disk/file-lock.ts'
import { LOCK_FILE } from '../../log/file-names.ts'
import type { Leftover, PartitionDirectory } from '../../log/partition-directory.ts'
import { floorSegment, type PartitionFile, type Segment } from '../../log/segment.ts'
import { readLogDir, type LogDir, type PartitionFolder } from '../../log-dirs/log-dir.ts'
import { logEndOffset, logStartOffset } from '../offsets/log-bounds.ts'
import { PartitionLogReader, type PartitionLog } from '../offsets/partition-log.ts'

/**
 * | state   | the directory                                                                       |
 * |---------|-------------------------------------------------------------------------------------|
 * | clean   | was closed in order: a broker starts without recovery                               |
 * | live    | is held by a broker                                                                 |
 * | unclean | was not closed: at its next start a broker re-reads what it can't vouch for         |
 * | unknown | was not closed, and whether a broker holds it, nobody here can tell                 |
 */
export type LogDirState = 'clean' | 'live' | 'unclean' | 'unknown'

export interface LogDirAccount {
  readonly path: string
  /** Absent where the directory was never formatted. */
  readonly broker?: number
  readonly clusterId?: string
  readonly directoryId?: string
  readonly state: LogDirState
  /** Absent where the disk can't tell. */
  readonly space?: DiskSpace
  /** Those that serve, and those that are being moved here. */
  readonly partitions: readonly PartitionAccount[]
  readonly leftovers: readonly LeftoverAccount[]
  /** What can't be read, or is not what it claims: of the directory's own files, then of its partitions. */
  readonly failures: readonly AccountFailure[]
}

export type AccountFailure = CorruptDataError | DiskError | LimitError

export interface PartitionAccount {
  readonly topic: string
  readonly partition: number
  readonly path: string
  /** Being moved here from another log.dir. */
  readonly isFuture: boolean
  readonly segmentCount: number
  /** Of the .log files: what Kafka calls the size of a partition. */
  readonly logBytes: number
  /** On disk, of all its files; less than their sizes where they are sparse. */
  readonly allocatedBytes: number
  readonly logStartOffset: bigint
  /** Undefined where the last segment can't be read. */
  readonly logEndOffset: bigint | undefined
  readonly recoveryPoint: bigint | undefined
  /** Of the segments that a broker re-reads if it finds the directory not closed. */
  readonly recoveryBytes: number
}

/**
 * | why                          | what it is                                                       |
 * |------------------------------|------------------------------------------------------------------|
 * | deleted-partition            | the folder of a partition that is being deleted                  |
 * | stray-partition              | the folder of one that the cluster doesn't know                  |
 * | stranger                     | none of Kafka's; a broker does not start over a directory        |
 * | those of {@link Leftover}    | a file in a partition's folder                                   |
 * | temporary                    | an atomic write that did not finish                              |
 */
export interface LeftoverAccount {
  readonly path: string
  readonly why: 'deleted-partition' | 'stray-partition' | 'stranger' | Leftover['why']
  /** On disk. */
  readonly bytes: number
}

export interface AccountOptions {
  readonly limits: DecodeLimits
  /** Absent: all. */
  readonly topics?: ReadonlySet<string>
  readonly askLock?: (path: string) => LockHolder | undefined | 'unknown'
}

/** @throws DiskError where the directory itself can't be listed */
export function accountForLogDir(disk: Disk, path: string, options: AccountOptions): LogDirAccount {
  return new Accounting(disk, readLogDir(disk, path), options).result()
}

class Accounting {
  readonly #disk: Disk
  readonly #logDir: LogDir
  readonly #options: AccountOptions
  readonly #reader: PartitionLogReader
  readonly #partitions: PartitionAccount[] = []
  readonly #leftovers: LeftoverAccount[] = []
  readonly #failures: AccountFailure[] = []

  constructor(disk: Disk, logDir: LogDir, options: AccountOptions) {
    this.#disk = disk
    this.#logDir = logDir
    this.#options = options
    this.#reader = new PartitionLogReader(disk, options.limits)
    const { damages, failures, refused } = logDir
    this.#failures.push(
      ...refused,
      ...failures,
      ...damages.map(damage => new CorruptDataError(damage)),
    )
  }

  result(): LogDirAccount {
    const { path, meta, strangers, temporaries, partitions } = this.#logDir
    const space = this.#disk.space(path)
    for (const folder of partitions) this.#take(folder)
    for (const { name } of strangers) this.#leave(join(path, name), 'stranger')
    for (const name of temporaries) this.#leave(join(path, name), 'temporary')
    const { nodeId: broker, clusterId, directoryId } = meta ?? {}
    return {
      path,
      ...(broker !== undefined && { broker }),
      ...(clusterId !== undefined && { clusterId }),
      ...(directoryId !== undefined && { directoryId }),
      state: this.#state(),
      ...(space && { space }),
      partitions: this.#partitions,
      leftovers: this.#leftovers,
      failures: this.#failures,
    }
  }

  #state(): LogDirState {
    const { path, cleanShutdown, lockFileExists } = this.#logDir
    if (cleanShutdown !== undefined) return 'clean'
    if (!lockFileExists) return 'unclean'
    const holder = (this.#options.askLock ?? lockHolder)(join(path, LOCK_FILE))
    if (holder === 'unknown') return 'unknown'
    return holder === undefined ? 'unclean' : 'live'
  }

  #take({ path, parsed }: PartitionFolder): void {
    if (this.#options.topics?.has(parsed.topic) === false) return
    if (parsed.state === 'deleted') return this.#leave(path, 'deleted-partition')
    if (parsed.state === 'stray') return this.#leave(path, 'stray-partition')
    try {
      const log = this.#reader.read(path)
      const { topic, partition } = parsed
      const isFuture = parsed.state === 'future'
      this.#partitions.push({ topic, partition, path, isFuture, ...this.#figuresOf(log) })
      this.#failures.push(...log.directory.refused)
      for (const { path: file, why } of log.directory.leftovers) this.#leave(file, why)
    } catch (error) {
      if (!isReadFailure(error)) throw error
      this.#failures.push(error)
    }
  }

  #figuresOf(
    log: PartitionLog,
  ): Omit<PartitionAccount, 'topic' | 'partition' | 'path' | 'isFuture'> {
    const { segments, recoveryPointCheckpoint: recoveryPoint } = log
    return {
      segmentCount: segments.length,
      logBytes: logBytesOf(segments),
      allocatedBytes: filesOf(log.directory).reduce((sum, { allocated }) => sum + allocated, 0),
      logStartOffset: logStartOffset(log),
      logEndOffset: this.#logEndOffset(log),
      recoveryPoint,
      recoveryBytes: log.isClean
        ? 0
        : logBytesOf(segments.slice(Math.max(0, floorSegment(segments, recoveryPoint ?? 0n)))),
    }
  }

  /** Where it can't be read, the sizes are known all the same. */
  #logEndOffset(log: PartitionLog): bigint | undefined {
    try {
      return logEndOffset(this.#disk, log)
    } catch (error) {
      if (!isReadFailure(error)) throw error
      this.#failures.push(error)
      return undefined
    }
  }

  #leave(path: string, why: LeftoverAccount['why']): void {
    this.#leftovers.push({ path, why, bytes: allocatedUnder(this.#disk, path) })
  }
}

function logBytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { log }) => sum + log.size, 0)
}

function filesOf(directory: PartitionDirectory): PartitionFile[] {
  const { segments, snapshots, checkpoints, leaderEpochs, metadata, quorumState } = directory
  return [
    ...segments.flatMap(({ log, index, timeIndex, txnIndex }) => [log, index, timeIndex, txnIndex]),
    ...snapshots.map(({ file }) => file),
    ...checkpoints.map(({ file }) => file),
    leaderEpochs,
    metadata,
    quorumState,
  ].filter(file => file !== undefined)
}

/** Of a file, or of the files in a directory; those further down are nobody's. Zero for what can't be looked at. */
function allocatedUnder(disk: Disk, path: string): number {
  try {
    const status = disk.status(path)
    if (status === undefined) return 0
    if (status.kind !== 'directory') return status.allocated
    return disk
      .list(path)
      .reduce((sum, { name }) => sum + (disk.status(join(path, name))?.allocated ?? 0), 0)
  } catch (error) {
    if (error instanceof DiskError) return 0
    throw error
  }
}
