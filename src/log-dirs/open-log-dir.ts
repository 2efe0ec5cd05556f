/**
 * One log.dir that is written: locked, its logs open, its marks in order. A failure of its disk takes it offline, with
 * all of its logs; others go on.
 *
 * | file                                | written                                                       |
 * |-------------------------------------|---------------------------------------------------------------|
 * | `.kafka_cleanshutdown`              | removed when it is opened, written again at an orderly end    |
 * | recovery point, log start, high watermark | by `checkpoint`, for the logs that are open; others keep what they had |
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager
 */
import { basename, join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import { replaceFile, writeNewFile } from '../disk/replace-file.ts'
import type { OpenFiles } from '../disk/open-files.ts'
import {
  CLEAN_SHUTDOWN,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  METADATA_TOPIC,
  type PartitionFolderName,
  partitionFolderName,
  parsePartitionFolder,
  RECOVERY_POINT_CHECKPOINT,
} from '../log/file-names.ts'
import type { LoadAction } from '../log/load-action.ts'
import type { LogConfig } from '../log/log-config.ts'
import { encodeOffsetCheckpoint, type OffsetCheckpointEntry } from '../log/offset-checkpoint.ts'
import type { LogClock } from '../log/active-segments.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { encodeCleanShutdown } from './clean-shutdown.ts'
import { checkpointKey, readLogDir, type LogDir } from './log-dir.ts'

export interface OpenLogDirOptions {
  readonly clock: LogClock
  readonly configOf: (topic: string) => LogConfig
  /** `producer.id.expiration.ms` */
  readonly producerExpirationMs: number
  readonly drawJitterMs?: (config: LogConfig) => number
  readonly onAction?: (partition: string, action: LoadAction) => void
}

/** A partition by its topic's name and its number. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export class OpenLogDir {
  readonly path: string
  /** As it was before it was opened. */
  readonly before: LogDir
  readonly #files: OpenFiles
  readonly #options: OpenLogDirOptions
  readonly #logs = new Map<string, PartitionLog>()
  #failure: DiskError | undefined
  #isCheckpointStale = false
  /** Whether all that was loaded was found, or put, in order. */
  #isWhole = true

  /** @throws DiskError */
  constructor(path: string, files: OpenFiles, options: OpenLogDirOptions) {
    this.path = path
    this.before = readLogDir(files.disk, path)
    this.#files = files
    this.#options = options
  }

  /**
   * Marks the directory as one that was not shut down cleanly, until `close`.
   *
   * @throws DiskError
   */
  begin(): void {
    if (!this.isClean) return
    this.#orFail(() => {
      this.#files.disk.remove(join(this.path, CLEAN_SHUTDOWN))
      this.#files.disk.syncDirectory(this.path)
    })
  }

  /** Whether it was shut down cleanly before. */
  get isClean(): boolean {
    return this.before.cleanShutdown !== undefined
  }

  /** Why it is offline, where it is. */
  get failure(): DiskError | undefined {
    return this.#failure
  }

  /** All that lie there, opened or not. */
  get partitionCount(): number {
    const unopened = this.before.partitions.filter(({ parsed, name }) => {
      return parsed.state === 'live' && !this.#logs.has(name)
    })
    return unopened.length + this.#logs.size
  }

  get logs(): Iterable<PartitionLog> {
    return this.#logs.values()
  }

  log(partition: TopicPartition): PartitionLog | undefined {
    return this.#logs.get(checkpointKey(partition))
  }

  /**
   * Opens the log of a partition whose folder is there; puts it in order where that is needed. `ready` has to be called
   * before anything is appended.
   *
   * @throws DiskError the directory is offline
   * @throws CorruptDataError where a broker would not start; the directory will not be marked as clean
   */
  open(partition: TopicPartition | PartitionFolderName): PartitionLog {
    const key = checkpointKey(partition)
    const folder = this.#folderOf(partition)
    const { checkpoints } = this.before
    const { onAction, clock, configOf, producerExpirationMs, drawJitterMs } = this.#options
    try {
      const log = new PartitionLog(folder, {
        clock,
        config: configOf(partition.topic),
        isClean: this.isClean && !isMetadata(partition),
        recoveryPoint: checkpoints.recoveryPoint.get(key) ?? 0n,
        logStartOffset: checkpoints.logStart.get(key) ?? 0n,
        producerExpirationMs,
        ...(drawJitterMs && { drawJitterMs }),
        onAction: action => onAction?.(basename(folder.path), action),
        onFailure: failure => this.fail(failure),
        onTruncated: () => this.checkpoint(),
      })
      log.raiseHighWatermark(checkpoints.highWatermark.get(key) ?? 0n)
      this.#logs.set(basename(folder.path), log)
      if ((checkpoints.recoveryPoint.get(key) ?? 0n) >= log.endOffset)
        this.#isCheckpointStale = true
      return log
    } catch (error) {
      this.#isWhole = false
      if (error instanceof DiskError) this.fail(error)
      throw error
    }
  }

  /**
   * The recovery points written down lie at the logs' ends, or beyond. Once a segment begins there, the one before it
   * would be believed after a crash, though its indexes may not be on disk; so they are taken back. Where that fails the
   * directory is offline.
   */
  ready(): void {
    if (this.#failure !== undefined || !this.#isCheckpointStale) return
    try {
      this.checkpoint()
      this.#isCheckpointStale = false
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
    }
  }

  /** A new log, in a folder of its own; one that is there already is opened. */
  create(partition: TopicPartition, topicId: string): PartitionLog {
    const { disk } = this.#files
    const { path } = this.#folderOf(partition)
    try {
      if (disk.status(path) === undefined) disk.makeDirectory(path)
      disk.syncDirectory(this.path)
    } catch (error) {
      if (error instanceof DiskError) this.fail(error)
      throw error
    }
    const log = this.open(partition)
    log.writeTopicId(topicId)
    return log
  }

  /** Takes the directory offline: its logs take no more appends, and nothing more is written to it. */
  fail(failure: DiskError): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    for (const log of this.#logs.values()) log.fail(failure)
  }

  /** Writes down what is known of the logs, so that the next start need not find it out. */
  checkpoint(): void {
    if (this.#failure !== undefined) return
    this.#orFail(() => {
      const { checkpoints } = this.before
      this.#write(RECOVERY_POINT_CHECKPOINT, checkpoints.recoveryPoint, log => log.recoveryPoint)
      this.#write(LOG_START_CHECKPOINT, checkpoints.logStart, startBeyondFirstSegment)
      this.#write(HIGH_WATERMARK_CHECKPOINT, checkpoints.highWatermark, log => log.highWatermark)
    })
  }

  /**
   * Closes the logs, each as a clean shutdown does.
   *
   * @param wasAllLoaded whether every partition of the directory was; one that was clean stays so without
   * @throws DiskError
   */
  async close({ wasAllLoaded }: { readonly wasAllLoaded: boolean }): Promise<void> {
    if (this.#failure !== undefined) {
      for (const log of this.#logs.values()) log.closeFiles()
      return
    }
    await Promise.all([...this.#logs.values()].map(log => log.close()))
    this.checkpoint()
    if (!this.#isWhole || !(this.isClean || wasAllLoaded)) return
    const brokerEpoch = this.before.cleanShutdown?.brokerEpoch ?? -1n
    this.#orFail(() => {
      const path = join(this.path, CLEAN_SHUTDOWN)
      writeNewFile(this.#files.disk, path, encodeCleanShutdown(brokerEpoch))
      this.#files.disk.syncDirectory(this.path)
    })
  }

  #write(
    name: string,
    before: ReadonlyMap<string, bigint>,
    offsetOf: (log: PartitionLog) => bigint | undefined,
  ): void {
    const entries: OffsetCheckpointEntry[] = []
    const opened = new Set([...this.#logs.values()].map(({ folder }) => checkpointKey(folder)))
    for (const [key, offset] of before) {
      const dash = key.lastIndexOf('-')
      if (opened.has(key)) continue
      entries.push({ topic: key.slice(0, dash), partition: Number(key.slice(dash + 1)), offset })
    }
    for (const log of this.#logs.values()) {
      const { topic, partition, path } = log.folder
      const isNoted = !isMetadata(log.folder) && !isStray(path)
      const offset = isNoted ? offsetOf(log) : undefined
      if (offset !== undefined) entries.push({ topic, partition, offset })
    }
    replaceFile(this.#files.disk, join(this.path, name), encodeOffsetCheckpoint(entries))
  }

  #folderOf(folder: TopicPartition | PartitionFolderName) {
    const { topic, partition } = folder
    const name = partitionFolderName({ state: 'live', ...folder })
    return { path: join(this.path, name), topic, partition, files: this.#files }
  }

  #orFail(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (error instanceof DiskError) this.fail(error)
      throw error
    }
  }
}

/** Others are known from the name of the first segment. */
function startBeyondFirstSegment({ logStartOffset, segments }: PartitionLog): bigint | undefined {
  return logStartOffset > segments[0]!.baseOffset ? logStartOffset : undefined
}

/** The controller's log is read whole at each start, and stands in no checkpoint. */
function isMetadata({ topic }: TopicPartition): boolean {
  return topic === METADATA_TOPIC
}

function isStray(path: string): boolean {
  return parsePartitionFolder(basename(path))?.state === 'stray'
}
