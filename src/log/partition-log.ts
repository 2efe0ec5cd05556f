/**
 * The log of one partition, open for appending: segments, of which the last is the active one, and what is known of
 * leaders and producers.
 *
 * Appending, rolling and truncating are synchronous stretches, so that they need no lock: a write is a copy into the page
 * cache. What waits for the disk, `flush`, goes on while others append; all who wait meanwhile are served by the next
 * one (group commit).
 *
 * After a failure of the disk nobody knows what it holds: the log takes no more appends, and is recovered when it is
 * loaded the next time.
 *
 * Source: org.apache.kafka.storage.internals.log.UnifiedLog, LocalLog
 */
import { join } from 'node:path'
import { assert, DiskError, RefusedError } from '../base/errors.ts'
import { replaceFile } from '../disk/replace-file.ts'
import { BatchV2 } from '../record/batch-v2.ts'
import {
  assignOffsets,
  splitBatches,
  takenAsGiven,
  type AppendContext,
  type PreparedRecords,
} from './append-validation.ts'
import { PARTITION_METADATA } from './file-names.ts'
import { type FlushedLog, LogFlush } from './log-flush.ts'
import { readLog, type LogRead, type ReadOptions } from './log-read.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import { loadLog, type LoadOptions } from './load-log.ts'
import type { LogConfig } from './log-config.ts'
import { LogSegment } from './log-segment.ts'
import type { PartitionFolder } from './partition-folder.ts'
import { encodePartitionMetadata } from './partition-metadata.ts'
import type { PartitionProducers } from './partition-producers.ts'
import type { Producer } from './producer.ts'
import type { AppendOrigin, CompletedTransaction } from './producer-state.ts'
import { removeSegmentFiles } from './remove-segment-files.ts'

export interface AppendOptions {
  /** Of the leader that appends; −1 where offsets are taken as given. */
  readonly leaderEpoch: number
  readonly origin: AppendOrigin
  /** Of the transaction coordinator, for markers. */
  readonly transactionVersion?: number
}

export interface Appended {
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  /** The broker's time under LogAppendTime; −1 under CreateTime. */
  readonly appendTimestamp: bigint
  readonly logStartOffset: bigint
  /** Whether the batch was there before, and nothing was appended. */
  readonly isDuplicate: boolean
}

export interface LogClock {
  /** Milliseconds since 1970. */
  nowMs(): number
}

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
  readonly #clock: LogClock
  readonly #drawJitterMs: LoadOptions['drawJitterMs']
  readonly #producers: PartitionProducers
  readonly #flush: LogFlush
  #config: LogConfig
  #segments: LogSegment[]
  #logStartOffset: bigint
  #endOffset: bigint
  #highWatermark: bigint
  readonly #onFailure: OpenOptions['onFailure']
  readonly #onTruncated: OpenOptions['onTruncated']
  #failure: DiskError | undefined
  #isClosed = false
  /** Renamed out of the way, to be removed after a while. */
  #condemned: { readonly path: string; readonly dueMs: number }[] = []

  /**
   * Loads what lies in the folder, which is there; empty, it becomes a new log.
   *
   * @throws DiskError
   * @throws CorruptDataError where a broker would not start
   */
  constructor(folder: PartitionFolder, options: OpenOptions) {
    const { clock, config, drawJitterMs } = options
    const loaded = loadLog(folder, { ...options, nowMs: clock.nowMs() })
    this.folder = folder
    this.name = `${folder.topic}-${folder.partition}`
    this.epochs = loaded.epochs
    this.#clock = clock
    this.#drawJitterMs = drawJitterMs
    this.#onFailure = options.onFailure
    this.#onTruncated = options.onTruncated
    this.#config = config
    this.#producers = loaded.producers
    this.#segments = [...loaded.segments]
    this.#logStartOffset = loaded.logStartOffset
    this.#endOffset = loaded.endOffset
    this.#highWatermark = loaded.logStartOffset
    this.#flush = new LogFlush(folder, loaded.recoveryPoint, () => this.#clock.nowMs())
    for (const segment of loaded.unsynced) this.#flush.leave(segment)
    this.#condemn(loaded.condemned)
  }

  get config(): LogConfig {
    return this.#config
  }

  get logStartOffset(): bigint {
    return this.#logStartOffset
  }

  /** The offset that the next record gets. */
  get endOffset(): bigint {
    return this.#endOffset
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
    return this.#flush.durableOffset
  }

  /** From where on a log that was not closed has to be read again: what a checkpoint says. */
  get recoveryPoint(): bigint {
    return this.#isClosed ? this.#endOffset : this.#flush.recoveryPoint(this.#active)
  }

  /** Of the last flush, milliseconds since 1970. */
  get flushedAtMs(): number {
    return this.#flush.flushedAtMs
  }

  /** Times that the disk was waited for. */
  get flushCount(): number {
    return this.#flush.count
  }

  get segments(): readonly LogSegment[] {
    return this.#segments
  }

  get producerCount(): number {
    return this.#producers.state.size
  }

  producer(id: bigint): Producer | undefined {
    return this.#producers.state.get(id)
  }

  /** Why the log takes no more appends, where it does not. */
  get failure(): DiskError | undefined {
    return this.#failure
  }

  get #active(): LogSegment {
    return this.#segments.at(-1)!
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
  async flush(upTo = this.#endOffset): Promise<void> {
    this.#refuseAfterFailure()
    try {
      await this.#flush.upTo(upTo, () => this.#flushed())
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /** @throws RefusedError OFFSET_OUT_OF_RANGE */
  read(offset: bigint, options: ReadOptions): LogRead {
    const { name, segments, logStartOffset, endOffset, highWatermark, lastStableOffset } = this
    const bounds = { logStartOffset, endOffset, highWatermark, lastStableOffset }
    return readLog({ name, segments, ...bounds }, offset, options)
  }

  /** Everything below is where it has to be, and can be read. It never goes back. */
  raiseHighWatermark(offset: bigint): void {
    const raised = offset < this.#endOffset ? offset : this.#endOffset
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

  roll(): void {
    this.#orFail(() => this.#roll(this.#endOffset))
  }

  /** Whether `flush.ms` has passed since the last flush, and something waits for one. */
  isFlushDue(): boolean {
    if (this.durableOffset >= this.#endOffset) return false
    return this.#clock.nowMs() - this.flushedAtMs >= this.#config.flushMs
  }

  /** Removes files that were given up long enough ago for their readers to be done. */
  removeCondemned(nowMs = this.#clock.nowMs()): void {
    const due = this.#condemned.filter(({ dueMs }) => dueMs <= nowMs)
    this.#condemned = this.#condemned.filter(({ dueMs }) => dueMs > nowMs)
    this.#orFail(() => removeSegmentFiles(this.folder.files.disk, due))
  }

  /**
   * Leaves the log as a clean shutdown does: everything on disk, the indexes cut to what they hold, the producers
   * written down.
   *
   * @throws DiskError
   */
  async close(): Promise<void> {
    await this.flush()
    this.#orFail(() => {
      this.removeCondemned(Infinity)
      this.#takeSnapshot()
      this.#active.finish()
      this.#flush.leave(this.#active)
      this.#flush.namesChanged()
    })
    try {
      await this.#flush.all(() => this.#flushed())
    } catch (error) {
      throw this.#failed(error)
    }
    this.#isClosed = true
    this.closeFiles()
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
    for (const segment of this.#segments) segment.close()
  }

  #append(records: Buffer, options: AppendOptions): Appended | undefined {
    const { origin, leaderEpoch } = options
    const nowMs = this.#clock.nowMs()
    const nextOffset = this.#endOffset
    const { name } = this
    const context = { name, config: this.#config, origin, leaderEpoch, nextOffset, nowMs }
    const batches = splitBatches(records, context)
    if (batches.length === 0) return undefined
    const isAssigning = origin === 'client' || origin === 'coordinator'
    const prepared = isAssigning
      ? assignOffsets(records, batches, context)
      : this.#taken(takenAsGiven(records, batches))
    return this.#appendPrepared(prepared, context, options)
  }

  /** Offsets must go on where the log ends, or behind; gaps are what compaction leaves. */
  #taken(prepared: PreparedRecords): PreparedRecords {
    if (prepared.firstOffset >= this.#endOffset) return prepared
    throw new RefusedError(
      'OFFSET_OUT_OF_RANGE',
      `Unexpected offset in append to ${this.name}. First offset ${prepared.firstOffset} is less ` +
        `than the next offset ${this.#endOffset}.`,
    )
  }

  #appendPrepared(
    prepared: PreparedRecords,
    { nowMs }: AppendContext,
    { origin, transactionVersion = 0 }: AppendOptions,
  ): Appended {
    const { bytes, batches, firstOffset, lastOffset, maxTimestamp } = prepared
    if (bytes.length > this.#config.segmentBytes) throw this.#largerThanSegment(bytes.length)
    const producing = this.#producers.state.begin(origin, { transactionVersion })
    for (const batch of batches) {
      if (!(batch instanceof BatchV2) || batch.producerId < 0n) continue
      const known = producing.duplicateOf(batch)
      if (known !== undefined) return this.#duplicate(known)
      producing.add(batch)
    }
    this.#noteEpochs(prepared)
    const request = { bytes: bytes.length, lastOffset, maxTimestamp, nowMs }
    if (this.#active.rollReason(request) !== undefined) this.#roll(firstOffset)
    this.#active.append(bytes, batches)
    this.#endOffset = lastOffset + 1n
    this.#endTransactions(this.#producers.state.commit(producing))
    this.#producers.state.endOffset = this.#endOffset
    return {
      firstOffset,
      lastOffset,
      appendTimestamp: this.#config.timestampType === 'append' ? BigInt(nowMs) : -1n,
      logStartOffset: this.#logStartOffset,
      isDuplicate: false,
    }
  }

  #duplicate(known: { lastOffset: bigint; offsetDelta: number; timestamp: bigint }): Appended {
    return {
      firstOffset: known.lastOffset - BigInt(known.offsetDelta),
      lastOffset: known.lastOffset,
      appendTimestamp: known.timestamp,
      logStartOffset: this.#logStartOffset,
      isDuplicate: true,
    }
  }

  /** A log that goes back to formats without epochs must not be truncated by those it knew. */
  #noteEpochs({ batches }: PreparedRecords): void {
    for (const batch of batches) {
      if (batch instanceof BatchV2) this.epochs.assign(batch.partitionLeaderEpoch, batch.baseOffset)
      else this.epochs.clear()
    }
  }

  #endTransactions(completed: readonly CompletedTransaction[]): void {
    const { state } = this.#producers
    for (const transaction of completed) {
      const { producerId, firstOffset, markerOffset: lastOffset, isAborted } = transaction
      const lastStableOffset = state.lastStableOffsetAfter(transaction)
      const entry = { producerId, firstOffset, lastOffset, lastStableOffset }
      if (isAborted) this.#active.appendAborted(entry)
      state.complete(transaction)
    }
  }

  #roll(firstOffset: bigint): void {
    const baseOffset = firstOffset > this.#endOffset ? firstOffset : this.#endOffset
    const active = this.#active
    if (active.baseOffset === baseOffset && active.size === 0) {
      this.#condemn(active.rename())
      this.#segments.pop()
    } else {
      assert(baseOffset > active.baseOffset, 'a new segment begins behind the one before it')
      active.finish()
      this.#flush.leave(active)
    }
    this.#segments.push(this.#createSegment(baseOffset))
    this.#producers.state.endOffset = baseOffset
    this.#takeSnapshot()
  }

  #takeSnapshot(): void {
    const snapshot = this.#producers.takeSnapshot()
    if (snapshot !== undefined) this.#flush.snapshotWritten(snapshot)
  }

  #flushed(): FlushedLog {
    return { active: this.#active, endOffset: this.#endOffset }
  }

  /** What is there under such names was left by a log that was cut, and is nothing any more. */
  #createSegment(baseOffset: bigint): LogSegment {
    const { disk } = this.folder.files
    const options = {
      config: this.#config,
      nowMs: this.#clock.nowMs(),
      rollJitterMs: this.#drawJitterMs?.(this.#config) ?? 0,
    }
    for (const path of LogSegment.open(this.folder, baseOffset, options).paths()) {
      if (disk.status(path) !== undefined) disk.remove(path)
    }
    this.#flush.namesChanged()
    return LogSegment.create(this.folder, baseOffset, options)
  }

  #truncateTo(offset: bigint): void {
    assert(offset >= 0n, 'a log is not truncated below 0')
    if (offset >= this.#endOffset) {
      this.epochs.truncateFromEnd(this.#endOffset)
      return
    }
    if (this.#segments[0]!.baseOffset > offset) return this.#startAnew(offset, offset)
    const kept = this.#segments.filter(({ baseOffset }) => baseOffset <= offset)
    this.#flush.leave(kept.at(-1)!)
    this.#giveUpFrom(offset, this.#segments.slice(kept.length))
    this.#segments = kept
    this.#flush.forget(this.#active)
    this.#active.truncateTo(offset, this.#clock.nowMs())
    this.#endOffset = offset
    this.epochs.truncateFromEnd(offset)
    if (this.#logStartOffset > offset) this.#logStartOffset = offset
    if (this.#highWatermark > offset) this.#highWatermark = offset
    this.#producers.rebuild({
      segments: this.#segments,
      logStartOffset: this.#logStartOffset,
      endOffset: offset,
      isClean: false,
    })
    this.#syncNames()
  }

  /**
   * Whenever it is interrupted, what is left is read again, has no gap, and nothing of it comes back beside what is
   * appended next: first the recovery point goes back, then segments go, the last one first.
   */
  #giveUpFrom(offset: bigint, segments: readonly LogSegment[]): void {
    this.#flush.truncatedTo(offset)
    this.#onTruncated?.()
    this.#drop([...segments].reverse())
    this.#syncNames()
  }

  #syncNames(): void {
    this.folder.files.disk.syncDirectory(this.folder.path)
  }

  #startAnew(offset: bigint, logStartOffset: bigint): void {
    this.#giveUpFrom(offset, this.#segments)
    this.#segments = [this.#createSegment(offset)]
    this.#endOffset = offset
    this.epochs.clear()
    this.#producers.clear(offset)
    this.#logStartOffset = logStartOffset
    this.#highWatermark = offset
    this.#syncNames()
  }

  #moveStart(offset: bigint): void {
    this.#logStartOffset = offset
    this.epochs.truncateFromStart(offset)
    this.#producers.logStartMoved(offset)
    const first = this.#segments.findLastIndex(({ baseOffset }) => baseOffset <= offset)
    this.#drop(this.#segments.splice(0, Math.max(0, first)))
    this.#syncNames()
  }

  #drop(segments: readonly LogSegment[]): void {
    for (const segment of segments) {
      this.#flush.forget(segment)
      this.#condemn(segment.rename())
      const snapshot = this.#producers.rename(segment.baseOffset)
      if (snapshot !== undefined) this.#condemn([snapshot])
    }
    if (segments.length > 0) this.#flush.namesChanged()
  }

  #condemn(paths: readonly string[]): void {
    const dueMs = this.#clock.nowMs() + this.#config.fileDeleteDelayMs
    for (const path of paths) this.#condemned.push({ path, dueMs })
  }

  #largerThanSegment(size: number): RefusedError {
    return new RefusedError(
      'RECORD_LIST_TOO_LARGE',
      `Message batch size is ${size} bytes in append to partition ${this.name}, which exceeds ` +
        `the maximum configured segment size of ${this.#config.segmentBytes}.`,
    )
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
