/**
 * One log.dir that is written: locked, its logs open, its marks in order. A failure of its disk takes it offline, with
 * all of its logs; others go on.
 *
 * | file                                | written                                                       |
 * |-------------------------------------|---------------------------------------------------------------|
 * | `.kafka_cleanshutdown`              | removed when it is opened, written again at an orderly end, but for `keepsMark` |
 * | recovery point, log start, high watermark | by `checkpoint`, for the logs that are open; others keep what they had |
 * | `cleaner-offset-checkpoint`         | by `noteCleaned`                                              |
 *
 * Source: org.apache.kafka.storage.internals.log.LogManager
 */
import { basename, join } from 'node:path'
import { DiskError } from '../base/errors.ts'
import { removeFolder } from '../disk/remove-folder.ts'
import { replaceFile, writeNewFile } from '../disk/replace-file.ts'
import type { OpenFiles } from '../disk/open-files.ts'
import {
  CLEAN_SHUTDOWN,
  CLEANER_CHECKPOINT,
  deletedFolderName,
  type PartitionFolderName,
  partitionFolderName,
  strayFolderName,
} from '../log/file-names.ts'
import type { LoadAction } from '../log/load-action.ts'
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../log/log-config.ts'
import { encodeOffsetCheckpoint } from '../log/offset-checkpoint.ts'
import type { LogClock } from '../log/active-segments.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { forEachBounded } from './bounded-work.ts'
import {
  CHECKPOINT_KINDS,
  checkpointEntries,
  CHECKPOINTS,
  type CheckpointKind,
} from './checkpoints.ts'
import { encodeCleanShutdown } from './clean-shutdown.ts'
import { checkpointKey, readLogDir, type LogDir, type PartitionFolder } from './log-dir.ts'
import { isMetadata, type LogNote, noteOf } from './log-note.ts'
import type { RecoverOutcome, RecoverTask } from './recover-log.ts'

export interface OpenLogDirOptions {
  readonly clock: LogClock
  readonly configOf: (topic: string) => LogConfig
  /** `producer.id.expiration.ms` */
  readonly producerExpirationMs: number
  readonly drawJitterMs?: (config: LogConfig) => number
  readonly onAction?: (partition: string, action: LoadAction) => void
  /** Where no log is written but the metadata log, which each start puts in order, whatever the mark says. */
  readonly keepsMark?: boolean
}

export interface CloseOptions {
  /** Whether every partition of the directory was; one that was clean stays so without. */
  readonly wasAllLoaded: boolean
  /** Under which the broker was registered, that is shut down now; by default the one before it. */
  readonly brokerEpoch?: bigint | undefined
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
  /** Of logs that were put in order and closed, and not opened since; by the names of their folders. */
  readonly #notes = new Map<string, LogNote>()
  readonly #cleanerOffsets: Map<string, bigint>
  #failure: DiskError | undefined
  #isCheckpointStale = false
  /** Folders to be removed, and when. */
  #givenUp: { readonly path: string; readonly dueMs: number }[] = []
  readonly #givenUpLogs = new WeakSet<PartitionLog>()
  /** By `checkpointKey`: of logs that were given up, of which the checkpoints say nothing any more. */
  readonly #forgotten = new Set<string>()
  /** Whether all that was loaded was found, or put, in order. */
  #isWhole = true

  /** @throws DiskError */
  constructor(path: string, files: OpenFiles, options: OpenLogDirOptions) {
    this.path = path
    this.before = readLogDir(files.disk, path)
    this.#cleanerOffsets = new Map(this.before.checkpoints.cleaner)
    this.#files = files
    this.#options = options
  }

  /**
   * Marks the directory as one that was not shut down cleanly, until `close`; not with `keepsMark`.
   *
   * @throws DiskError
   */
  begin(): void {
    if (!this.isClean || this.#options.keepsMark === true) return
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

  /** Of partitions, but for those that were put aside or given up since. */
  get folders(): PartitionFolder[] {
    return this.before.partitions.filter(({ parsed }) => {
      return parsed.state !== 'live' || !this.#forgotten.has(checkpointKey(parsed))
    })
  }

  /** All that lie there, opened or not. */
  get partitionCount(): number {
    const unopened = this.folders.filter(({ parsed, name }) => {
      return parsed.state === 'live' && !this.#logs.has(name)
    })
    return unopened.length + this.#logs.size
  }

  /** Opened, or put in order and closed. */
  get loadedCount(): number {
    return this.#logs.size + this.#notes.size
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
    const folder = this.#folderOf(partition)
    const name = basename(folder.path)
    const { onAction, clock, drawJitterMs } = this.#options
    const known = this.#loadOptions(partition)
    const closed = this.#notes.get(name)
    this.#notes.delete(name)
    try {
      const log: PartitionLog = new PartitionLog(folder, {
        ...known,
        ...(closed && { isClean: true, recoveryPoint: closed.recoveryPoint }),
        clock,
        ...(drawJitterMs && { drawJitterMs }),
        onAction: action => onAction?.(name, action),
        // What is still flushed of a log that was given up finds no files any more.
        onFailure: failure => {
          if (!this.#givenUpLogs.has(log)) this.fail(failure)
        },
        onTruncated: () => this.checkpoint(),
      })
      log.raiseHighWatermark(known.highWatermark)
      this.#logs.set(name, log)
      if (known.recoveryPoint >= log.endOffset) this.#isCheckpointStale = true
      return log
    } catch (error) {
      this.#isWhole = false
      if (error instanceof DiskError) this.fail(error)
      throw error
    }
  }

  /** What `recoverLog` needs to know of the log of a partition whose folder is there. */
  recoverTask(partition: PartitionFolderName): RecoverTask {
    const { path } = this.#folderOf(partition)
    const nowMs = this.#options.clock.nowMs()
    const { topic, partition: number } = partition
    return { path, topic, partition: number, nowMs, ...this.#loadOptions(partition) }
  }

  /** Takes over what `recoverLog` did to the log in a folder. */
  settle(name: string, { actions, note }: RecoverOutcome): void {
    for (const action of actions) this.#options.onAction?.(name, action)
    if (note === undefined) this.#isWhole = false
    else this.#notes.set(name, note)
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

  /**
   * Gives up a log, as its topic is deleted: the folder gets a name under which nobody finds it, and is removed by
   * `removeGivenUp` after `file.delete.delay.ms`.
   *
   * @param uniqueId 32 hex digits
   * @throws DiskError the directory is offline
   */
  giveUp(partition: TopicPartition, uniqueId: string): void {
    const { path: from } = this.#folderOf(partition)
    const log = this.#logs.get(basename(from))!
    const to = join(this.path, deletedFolderName(partition, uniqueId))
    const dueMs = this.#options.clock.nowMs() + log.config.fileDeleteDelayMs
    this.#givenUpLogs.add(log)
    this.#orFail(() => {
      log.closeFiles()
      this.#files.disk.rename(from, to)
      this.#files.disk.syncDirectory(this.path)
    })
    this.#logs.delete(basename(from))
    this.#forgotten.add(checkpointKey(partition))
    this.#cleanerOffsets.delete(checkpointKey(partition))
    this.#givenUp.push({ path: to, dueMs })
  }

  /** Those that somebody has given up before, and did not get to remove. */
  giveUpDeleted(): void {
    const dueMs = this.#options.clock.nowMs() + DEFAULT_LOG_CONFIG.fileDeleteDelayMs
    for (const { parsed, path } of this.before.partitions) {
      if (parsed.state === 'deleted') this.#givenUp.push({ path, dueMs })
    }
  }

  /**
   * Puts a folder aside that the cluster knows nothing of, before its log is opened.
   *
   * @param uniqueId 32 hex digits
   * @returns its new path
   * @throws DiskError the directory is offline
   */
  putAside(partition: TopicPartition, uniqueId: string): string {
    const { path: from } = this.#folderOf(partition)
    const to = join(this.path, strayFolderName(partition, uniqueId))
    this.#orFail(() => {
      this.#files.disk.rename(from, to)
      this.#files.disk.syncDirectory(this.path)
    })
    this.#forgotten.add(checkpointKey(partition))
    return to
  }

  /** Removes the folders that were given up long enough ago. @throws DiskError */
  removeGivenUp(nowMs: number): void {
    const due = this.#givenUp.filter(({ dueMs }) => dueMs <= nowMs)
    if (due.length === 0 || this.#failure !== undefined) return
    this.#givenUp = this.#givenUp.filter(({ dueMs }) => dueMs > nowMs)
    this.#orFail(() => {
      for (const { path } of due) removeFolder(this.#files.disk, path)
    })
  }

  /** Takes the directory offline: its logs take no more appends, and nothing more is written to it. */
  fail(failure: DiskError): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    for (const log of this.#logs.values()) log.fail(failure)
  }

  /**
   * Writes down what is known of the logs, so that the next start need not find it out.
   *
   * @throws DiskError the directory is offline
   */
  checkpoint(kinds: readonly CheckpointKind[] = CHECKPOINT_KINDS): void {
    if (this.#failure !== undefined) return
    this.#orFail(() => {
      for (const kind of kinds) this.#write(kind)
    })
  }

  /** First offset of a log that was never cleaned; undefined where none ever was. */
  cleanerOffset(partition: TopicPartition): bigint | undefined {
    return this.#cleanerOffsets.get(checkpointKey(partition))
  }

  /**
   * Writes down where the next cleaning of a log begins. What was cleaned is on disk before.
   *
   * @throws DiskError the directory is offline
   */
  noteCleaned(partition: TopicPartition, endOffset: bigint): void {
    this.#cleanerOffsets.set(checkpointKey(partition), endOffset)
    const entries = checkpointEntries(this.#cleanerOffsets)
    const path = join(this.path, CLEANER_CHECKPOINT)
    this.#orFail(() => replaceFile(this.#files.disk, path, encodeOffsetCheckpoint(entries)))
  }

  /**
   * Closes the logs, each as a clean shutdown does.
   *
   * @throws DiskError
   */
  async close({ wasAllLoaded, brokerEpoch }: CloseOptions): Promise<void> {
    if (this.#failure !== undefined) {
      for (const log of this.#logs.values()) log.closeFiles()
      return
    }
    await forEachBounded(this.#logs.values(), log => log.close())
    this.checkpoint()
    if (this.#options.keepsMark === true) return
    if (this.#isWhole && (this.isClean || wasAllLoaded)) this.markClean(brokerEpoch)
  }

  /** As it is after an orderly end. */
  markClean(brokerEpoch = this.before.cleanShutdown?.brokerEpoch ?? -1n): void {
    this.#orFail(() => {
      const path = join(this.path, CLEAN_SHUTDOWN)
      writeNewFile(this.#files.disk, path, encodeCleanShutdown(brokerEpoch))
      this.#files.disk.syncDirectory(this.path)
    })
  }

  #write(kind: CheckpointKind): void {
    const { name, entriesOf } = CHECKPOINTS[kind]
    const notes = [...this.#notes.values(), ...[...this.#logs.values()].map(noteOf)]
    const before = [...this.before.checkpoints[kind]].filter(([key]) => !this.#forgotten.has(key))
    const entries = entriesOf(notes, new Map(before))
    replaceFile(this.#files.disk, join(this.path, name), encodeOffsetCheckpoint(entries))
  }

  #loadOptions(partition: TopicPartition) {
    const { configOf, producerExpirationMs } = this.#options
    const { recoveryPoint, logStart, highWatermark } = this.before.checkpoints
    const key = checkpointKey(partition)
    return {
      config: { ...configOf(partition.topic) },
      isClean: this.isClean && !isMetadata(partition),
      recoveryPoint: recoveryPoint.get(key) ?? 0n,
      logStartOffset: logStart.get(key) ?? 0n,
      highWatermark: highWatermark.get(key) ?? 0n,
      producerExpirationMs,
    }
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
