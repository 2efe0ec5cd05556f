/** A partition's folder together with what its log.dir has noted down about it: what offsets are told from. */
import { dirname, resolve } from 'node:path'
import { DiskError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { Disk } from '../../disk/disk.ts'
import { readPartitionDirectory, type PartitionDirectory } from '../../log/partition-directory.ts'
import { checkpointKey, readLogDir, type LogDir } from '../../log-dirs/log-dir.ts'
import type { BoundedLog } from './log-bounds.ts'

export interface PartitionLog extends BoundedLog {
  readonly directory: PartitionDirectory
  readonly highWatermarkCheckpoint: bigint | undefined
  readonly recoveryPointCheckpoint: bigint | undefined
  /** Known to be, by its name or by what the cleaner noted: then offsets, and segments, may be missing. */
  readonly isCompacted: boolean
}

/** Topics that brokers compact, whatever their cleaner has noted. */
export const COMPACTED_TOPICS: ReadonlySet<string> = new Set([
  '__consumer_offsets',
  '__transaction_state',
  '__share_group_state',
])

/** Reads each log.dir once, however many of its partitions are asked for. */
export class PartitionLogReader {
  readonly #disk: Disk
  readonly #limits: DecodeLimits
  readonly #logDirs = new Map<string, LogDir | undefined>()

  constructor(disk: Disk, limits: DecodeLimits) {
    this.#disk = disk
    this.#limits = limits
  }

  /**
   * @param disk on which the folder is looked at; its log.dir stays as it was read
   * @throws DiskError where the folder can't be listed
   */
  read(path: string, disk = this.#disk): PartitionLog {
    const directory = readPartitionDirectory(disk, path)
    const logDir = this.#logDirOf(path)
    const { topic, partition } = directory
    const isKnown = logDir !== undefined && topic !== undefined && partition !== undefined
    const key = isKnown ? checkpointKey({ topic, partition }) : undefined
    const noted = (map: ReadonlyMap<string, bigint> | undefined) =>
      key === undefined ? undefined : map?.get(key)
    const logStartCheckpoint = noted(logDir?.checkpoints.logStart)
    const isClean = logDir?.cleanShutdown !== undefined
    return {
      directory,
      segments: directory.segments,
      logStartCheckpoint,
      highWatermarkCheckpoint: noted(logDir?.checkpoints.highWatermark),
      recoveryPointCheckpoint: noted(logDir?.checkpoints.recoveryPoint),
      isCompacted:
        noted(logDir?.checkpoints.cleaner) !== undefined || COMPACTED_TOPICS.has(topic ?? ''),
      isClean,
      isTiered: isClean && beginsBelow(directory, logStartCheckpoint),
      limits: this.#limits,
    }
  }

  /** The folder above may be anybody's, where a partition was copied away: then it has nothing to say. */
  #logDirOf(path: string): LogDir | undefined {
    const parent = dirname(resolve(path))
    if (!this.#logDirs.has(parent)) {
      try {
        this.#logDirs.set(parent, readLogDir(this.#disk, parent))
      } catch (error) {
        if (!(error instanceof DiskError)) throw error
        this.#logDirs.set(parent, undefined)
      }
    }
    return this.#logDirs.get(parent)
  }
}

/**
 * At a clean shutdown a broker notes the log start offset of those partitions alone where it isn't what the first
 * segment's name says: higher after records were deleted, lower where older segments are in a remote storage.
 */
function beginsBelow({ segments }: PartitionDirectory, logStart: bigint | undefined): boolean {
  const first = segments[0]
  return first !== undefined && logStart !== undefined && logStart < first.baseOffset
}
