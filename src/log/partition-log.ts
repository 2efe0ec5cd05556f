/**
 * The log of one partition, open for appending: segments, of which the last is the active one, and what is known of
 * leaders and producers.
 *
 * Appending, rolling and truncating are synchronous stretches, so that they need no lock: a write is a copy into the page
 * cache. What waits for the disk, `flush`, goes on while others append; all who wait meanwhile are served by the next
 * one (group commit). A segment that was rolled is flushed in the background, whoever flushes or not.
 *
 * After a failure of the disk nobody knows what it holds: the log takes no more appends, and is recovered when it is
 * loaded the next time.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog, LocalLog
 */
import { join } from 'node:path'
import { assert, DiskError, RefusedError } from '../base/errors.ts'
import { replaceFile } from '../disk/replace-file.ts'
import { ActiveSegments, type LogClock } from './active-segments.ts'
import type { LastRecord } from './cleaner/batch-retention.ts'
import { PARTITION_METADATA } from './file-names.ts'
import type { Appended, AppendOptions } from './log-append.ts'
import { LogAppender } from './log-appender.ts'
import type { FlushedLog } from './log-flush.ts'
import { readLog, type LogRead, type ReadOptions } from './log-read.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import { loadLog, loadLogWith } from './load-log.ts'
import type { FactsRequest, LoadOptions } from './log-loading.ts'
import type { LoadedLog } from './loaded-log.ts'
import type { LogConfig } from './log-config.ts'
import type { LogSegment } from './log-segment.ts'
import { recordFrom, recordOfGreatest, type TimedRecord } from './log-times.ts'
import type { PartitionFolder } from './partition-folder.ts'
import { encodePartitionMetadata } from './partition-metadata.ts'
import type { PartitionProducers } from './partition-producers.ts'
import type { Producer } from './producer.ts'
import type { StoredProducer } from './producer-snapshot.ts'
import type { OpenTransaction } from './producer-state.ts'
import type { SegmentFacts } from './segment-facts.ts'

export type OpenOptions = Omit<LoadOptions, 'nowMs'> & {
  readonly clock: LogClock
  /** Told once, of the failure after which the log takes no more appends. */
  readonly onFailure?: (failure: DiskError) => void
  /**
   * Told when the recovery point has gone back: a checkpoint that lies beyond it has to be replaced before anything else
   * is appended, or what is appended would not be looked at after a crash.
   */
  readonly onTruncated?: () => void
}

export class PartitionLog {
  readonly folder: PartitionFolder
  readonly name: string
  readonly epochs: LeaderEpochs
  /** Nobody else's object; see `reconfigure`. */
  readonly config: LogConfig
  readonly #clock: LogClock
  readonly #producers: PartitionProducers
  readonly #segments: ActiveSegments
  readonly #appender: LogAppender
  #logStartOffset: bigint
  #highWatermark: bigint
  readonly #onFailure: OpenOptions['onFailure']
  readonly #onTruncated: OpenOptions['onTruncated']
  /** The flush of what was left behind, while it is under way; it fails never. */
  #behind: Promise<void> | undefined
  #cutCount = 0
  #failure: DiskError | undefined
  #isClosed = false

  /**
   * Loads what lies in the folder, which is there; empty, it becomes a new log.
   *
   * @throws DiskError
   * @throws CorruptDataError where a broker would not start
   */
  constructor(folder: PartitionFolder, options: OpenOptions, loaded = load(folder, options)) {
    const { clock, config, drawJitterMs } = options
    this.folder = folder
    this.name = `${folder.topic}-${folder.partition}`
    this.epochs = loaded.epochs
    this.config = config
    this.#clock = clock
    this.#onFailure = options.onFailure
    this.#onTruncated = options.onTruncated
    this.#producers = loaded.producers
    this.#segments = new ActiveSegments(folder, loaded, { config, clock, drawJitterMs })
    this.#logStartOffset = loaded.logStartOffset
    this.#appender = new LogAppender(
      {
        name: this.name,
        config,
        segments: this.#segments,
        producers: this.#producers,
        epochs: this.epochs,
        onRolled: () => this.#rolled(),
      },
      loaded.endOffset,
    )
    this.#highWatermark = loaded.logStartOffset
  }

  /** The same, with segments that others read; see `loadLogWith`. */
  static async load(
    folder: PartitionFolder,
    options: OpenOptions,
    read: (request: FactsRequest) => Promise<SegmentFacts>,
  ): Promise<PartitionLog> {
    const loaded = await loadLogWith(folder, { ...options, nowMs: options.clock.nowMs() }, read)
    return new PartitionLog(folder, options, loaded)
  }

  get logStartOffset(): bigint {
    return this.#logStartOffset
  }

  /** Of what is here: higher where the log begins in a remote storage. */
  get localLogStartOffset(): bigint {
    const { baseOffset } = this.#segments.first
    return baseOffset > this.#logStartOffset ? baseOffset : this.#logStartOffset
  }

  /** The offset that the next record gets. */
  get endOffset(): bigint {
    return this.#appender.endOffset
  }

  get highWatermark(): bigint {
    return this.#highWatermark
  }

  /** Nothing below is undecided: what readers of committed data see. */
  get lastStableOffset(): bigint {
    const unstable = this.#producers.state.firstUnstableOffset
    if (unstable === undefined || unstable > this.#highWatermark) return this.#highWatermark
    return unstable
  }

  /** All records below are on disk. */
  get durableOffset(): bigint {
    return this.#segments.flush.durableOffset
  }

  /** From where on a log that was not closed has to be read again: what a checkpoint says. */
  get recoveryPoint(): bigint {
    return this.#isClosed
      ? this.endOffset
      : this.#segments.flush.recoveryPoint(this.#segments.active)
  }

  /** Of the last flush, milliseconds since 1970. */
  get flushedAtMs(): number {
    return this.#segments.flush.flushedAtMs
  }

  /** Times that the disk was waited for. */
  get flushCount(): number {
    return this.#segments.flush.count
  }

  get segments(): readonly LogSegment[] {
    return this.#segments.all
  }

  get producerCount(): number {
    return this.#producers.state.size
  }

  /** By producer id: what keeps a batch when its records are gone. */
  lastRecords(): ReadonlyMap<bigint, LastRecord> {
    return this.#producers.state.lastRecords()
  }

  /** All of them, as a snapshot holds them. */
  producers(): StoredProducer[] {
    return this.#producers.state.stored()
  }

  producer(id: bigint): Producer | undefined {
    return this.#producers.state.get(id)
  }

  /** Undecided ones, in the order in which they began. */
  get openTransactions(): readonly OpenTransaction[] {
    return this.#producers.state.openTransactions
  }

  /** Why the log takes no more appends, where it does not. */
  get failure(): DiskError | undefined {
    return this.#failure
  }

  /**
   * Appends batches, whose bytes are the log's from now on. They are in the page cache when it returns; `flush` makes
   * them durable.
   *
   * @throws RefusedError nothing was appended
   * @throws DiskError the log takes no more appends
   */
  append(records: Buffer, options: AppendOptions): Appended | undefined {
    return this.#orFail(() => this.#append(records, options))
  }

  /**
   * Makes durable what is below an offset, by default everything there is now.
   *
   * @throws DiskError the log takes no more appends
   */
  async flush(upTo = this.endOffset): Promise<void> {
    this.#refuseAfterFailure()
    try {
      await this.#segments.flush.upTo(upTo, () => this.#flushed())
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /** @throws RefusedError OFFSET_OUT_OF_RANGE */
  read(offset: bigint, options: ReadOptions): LogRead {
    const { name, segments, localLogStartOffset: logStartOffset } = this
    const { endOffset, highWatermark, lastStableOffset } = this
    const bounds = { logStartOffset, endOffset, highWatermark, lastStableOffset }
    return readLog({ name, segments, ...bounds }, offset, options)
  }

  /** The first record that is not earlier than a time. @throws LimitError */
  recordFrom(timestamp: bigint): TimedRecord | undefined {
    return recordFrom(this.segments, { timestamp, logStartOffset: this.#logStartOffset })
  }

  /** @throws LimitError */
  recordOfGreatestTimestamp(): TimedRecord | undefined {
    return recordOfGreatest(this.segments)
  }

  /** Everything below is where it has to be, and can be read. It never goes back. */
  raiseHighWatermark(offset: bigint): void {
    const raised = offset < this.endOffset ? offset : this.endOffset
    if (raised <= this.#highWatermark) return
    this.#highWatermark = raised
    this.#producers.state.highWatermarkMoved(raised)
  }

  /** Gives up the batch that holds `offset`, and all behind it; the next record gets `offset`. */
  truncateTo(offset: bigint): void {
    this.#orFail(() => this.#truncateTo(offset))
  }

  /** Gives up everything; the log begins anew at an offset. */
  truncateFullyAndStartAt(offset: bigint, logStartOffset = offset): void {
    this.#orFail(() => this.#startAnew(offset, logStartOffset))
  }

  /**
   * Records below are gone for readers; segments that hold no others are removed.
   *
   * @throws RefusedError OFFSET_OUT_OF_RANGE beyond the high watermark
   */
  raiseLogStart(offset: bigint): void {
    if (offset > this.#highWatermark) {
      const text = `Cannot increment the log start offset to ${offset} of partition ${this.name}`
      const reason = `since it is larger than the high watermark ${this.#highWatermark}`
      throw new RefusedError('OFFSET_OUT_OF_RANGE', `${text} ${reason}`)
    }
    if (offset > this.#logStartOffset) this.#orFail(() => this.#moveStart(offset))
  }

  /** Segments that hold nothing but deleted records are removed. */
  dropDeleted(): void {
    this.#orFail(() => this.#segments.dropBefore(this.#logStartOffset))
  }

  roll(): void {
    this.#orFail(() => this.#appender.roll(this.endOffset))
  }

  /** Times that something was taken away from it, at its end or at its beginning: whoever reads it for long, looks. */
  get cutCount(): number {
    return this.#cutCount
  }

  /** Puts a segment, which lies on disk as `.cleaned`, in the place of neighbours that are not active. */
  replaceSegments(replaced: readonly LogSegment[], baseOffset: bigint): void {
    const known = replaced.every(segment => this.segments.slice(0, -1).includes(segment))
    assert(known, 'what is replaced lies below the active segment')
    this.#orFail(() => this.#segments.replace(replaced, baseOffset))
  }

  /** Removes files that were given up long enough ago for their readers to be done. */
  removeCondemned(nowMs = this.#clock.nowMs()): void {
    this.#orFail(() => this.#segments.removeCondemned(nowMs))
  }

  /**
   * Leaves the log as a clean shutdown does: everything on disk, the indexes cut to what they hold, the producers
   * written down.
   *
   * @throws DiskError
   */
  async close(): Promise<void> {
    await this.flush()
    await this.#behind
    this.#orFail(() => {
      this.#segments.removeCondemned(this.#clock.nowMs())
      this.#appender.takeSnapshot()
      this.#segments.leaveActive()
    })
    try {
      await this.#segments.flush.all(() => this.#flushed())
    } catch (error) {
      throw this.#failed(error)
    }
    this.#isClosed = true
    this.closeFiles()
  }

  /** Whoever holds its configs sees them change: they are one object, the log's own. */
  reconfigure(config: LogConfig): void {
    Object.assign(this.config, config)
  }

  /** From now on nothing more is written. */
  fail(failure: DiskError): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    this.#onFailure?.(failure)
  }

  /** Of a new log, before anything is appended; durable when it returns. */
  writeTopicId(topicId: string): void {
    const path = join(this.folder.path, PARTITION_METADATA)
    this.#orFail(() => replaceFile(this.folder.files.disk, path, encodePartitionMetadata(topicId)))
  }

  /** Lets go of the files, and leaves the log as it is. */
  closeFiles(): void {
    this.#segments.close()
  }

  #append(records: Buffer, options: AppendOptions): Appended | undefined {
    const moment = { nowMs: this.#clock.nowMs(), logStartOffset: this.#logStartOffset }
    const appended = this.#appender.append(records, options, moment)
    const flushed = appended?.isDuplicate === false ? this.#flushMessages() : undefined
    return flushed && appended ? { ...appended, flushed } : appended
  }

  #flushMessages(): Promise<void> | undefined {
    if (Number(this.endOffset - this.durableOffset) < this.config.flushMessages) return undefined
    const flushed = this.flush()
    flushed.catch(() => undefined)
    return flushed
  }

  #rolled(): void {
    this.#behind ??= this.#flushBehind().finally(() => (this.#behind = undefined))
  }

  /** In the background: nobody waits for it, but for the end of the log. */
  async #flushBehind(): Promise<void> {
    try {
      await this.#segments.flush.leftBehind(() => this.#flushed())
    } catch (error) {
      if (!(error instanceof DiskError)) throw error
      this.fail(error)
    }
  }

  #flushed(): FlushedLog {
    return { active: this.#segments.active, endOffset: this.endOffset }
  }

  #truncateTo(offset: bigint): void {
    assert(offset >= 0n, 'a log is not truncated below 0')
    if (offset >= this.endOffset) {
      this.epochs.truncateFromEnd(this.endOffset)
      return
    }
    if (this.#segments.first.baseOffset > offset) return this.#startAnew(offset, offset)
    this.#cutCount++
    this.#segments.truncateTo(offset, () => this.#onTruncated?.())
    this.#appender.endOffset = offset
    this.epochs.truncateFromEnd(offset)
    if (this.#logStartOffset > offset) this.#logStartOffset = offset
    if (this.#highWatermark > offset) this.#highWatermark = offset
    this.#producers.rebuild({
      segments: this.segments,
      logStartOffset: this.#logStartOffset,
      endOffset: offset,
      isClean: false,
    })
    this.#segments.syncNames()
  }

  #startAnew(offset: bigint, logStartOffset: bigint): void {
    this.#cutCount++
    this.#segments.startAt(offset, () => this.#onTruncated?.())
    this.#appender.endOffset = offset
    this.epochs.clear()
    this.#producers.clear(offset)
    this.#logStartOffset = logStartOffset
    this.#highWatermark = offset
    this.#segments.syncNames()
  }

  #moveStart(offset: bigint): void {
    this.#cutCount++
    this.#logStartOffset = offset
    this.epochs.truncateFromStart(offset)
    this.#producers.logStartMoved(offset)
    this.#segments.dropBefore(offset)
  }

  #orFail<T>(act: () => T): T {
    this.#refuseAfterFailure()
    try {
      return act()
    } catch (error) {
      throw this.#failed(error)
    }
  }

  #refuseAfterFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #failed(error: unknown): unknown {
    if (error instanceof DiskError) this.fail(error)
    return error
  }
}

function load(folder: PartitionFolder, options: OpenOptions): LoadedLog {
  return loadLog(folder, { ...options, nowMs: options.clock.nowMs() })
}
