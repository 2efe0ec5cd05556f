/**
 * One segment of a log that is open for appending: the records, and the indexes that grow beside them.
 *
 * An entry is added to the offset index for the first batch behind more than `index.interval.bytes` of others, and with
 * it one to the time index, if the greatest timestamp has grown since. So a segment's first batch has none.
 *
 * Source: org.apache.kafka.storage.internals.log.LogSegment
 */
import { join } from 'node:path'
import type { DiskFile } from '../disk/disk.ts'
import type { OpenFiles } from '../disk/open-files.ts'
import { NO_TIMESTAMP, type RecordBatch } from '../record/batch.ts'
import { BATCH_OVERHEAD } from '../record/batch-v2.ts'
import { BatchScanner } from './batch-scanner.ts'
import { DELETED_SUFFIX, segmentFileName, type SegmentFileKind } from './file-names.ts'
import type { LogConfig } from './log-config.ts'
import { lookupOffset, type BatchLocation, type SearchedSegment } from './offset-lookup.ts'
import type { OffsetIndex } from './offset-index.ts'
import type { PartitionFolder } from './partition-folder.ts'
import type { RollReason, RollRequest } from './roll-policy.ts'
import { rollReasonOf } from './roll-policy.ts'
import type { RecoveredIndexes } from './recovered-indexes.ts'
import { SegmentIndexes } from './segment-indexes.ts'
import type { TimeIndex } from './time-index.ts'
import { type TimestampOffset } from './time-index.ts'
import {
  abortedIn,
  type AbortedInRange,
  type AbortedTransaction,
  TransactionIndex,
} from './transaction-index.ts'

export interface SegmentOptions {
  readonly config: LogConfig
  /** When it was created or opened, milliseconds since 1970. */
  readonly nowMs: number
  /** How much earlier than `segment.ms` says it is rolled. */
  readonly rollJitterMs: number
}

export interface SegmentEnd {
  readonly nextOffset: bigint
  /** Behind the last byte of its batches, as far as the index leads to any. */
  readonly position: number
}

export class LogSegment implements SearchedSegment {
  readonly baseOffset: bigint
  /** Bytes of batches. */
  size: number
  readonly rollJitterMs: number
  /** Asked for by every append. */
  readonly logPath: string
  readonly #folder: PartitionFolder
  readonly #config: LogConfig
  readonly #indexes: SegmentIndexes
  /** Behind the names of its files. */
  readonly #suffix: string
  #openedMs: number
  #bytesSinceIndexEntry = 0
  #greatest: TimestampOffset | undefined
  #firstTimestamp: bigint | undefined

  private constructor(
    folder: PartitionFolder,
    baseOffset: bigint,
    size: number,
    { config, nowMs, rollJitterMs, suffix = '' }: SegmentOptions & { readonly suffix?: string },
  ) {
    this.#folder = folder
    this.baseOffset = baseOffset
    this.size = size
    this.#config = config
    this.#openedMs = nowMs
    this.rollJitterMs = rollJitterMs
    this.#suffix = suffix
    this.logPath = this.#pathOf('log')
    this.#indexes = new SegmentIndexes(folder, baseOffset, {
      sizeMax: config.segmentIndexBytes,
      suffix,
    })
  }

  /** Empty, its files new. @param suffix behind their names, as `.cleaned` */
  static create(
    folder: PartitionFolder,
    baseOffset: bigint,
    options: SegmentOptions & { readonly suffix?: string },
  ): LogSegment {
    const { config } = options
    const segment = new LogSegment(folder, baseOffset, 0, options)
    const log = folder.files.create(segment.logPath)
    if (config.preallocate) log.truncate(config.segmentBytes)
    segment.#indexes.create()
    return segment
  }

  /**
   * One that is there, its indexes as they are.
   *
   * @param suffix behind the names of its files, as `.swap`
   */
  static open(
    folder: PartitionFolder,
    baseOffset: bigint,
    options: SegmentOptions & { readonly suffix?: string },
  ): LogSegment {
    const path = join(folder.path, segmentFileName('log', baseOffset) + (options.suffix ?? ''))
    const size = folder.files.disk.status(path)?.size ?? 0
    return new LogSegment(folder, baseOffset, size, options)
  }

  /** Until the next call: others may close it. */
  get log(): DiskFile {
    return this.#files.reading(this.logPath)
  }

  get offsetIndex(): OffsetIndex | undefined {
    return this.#indexes.offsets()
  }

  get timeIndex(): TimeIndex | undefined {
    return this.#indexes.times()
  }

  /** The greatest timestamp so far, and the last offset of the batch that has it. */
  get greatestTimestamp(): TimestampOffset {
    return (this.#greatest ??= this.#indexes.lastTime())
  }

  /** Of its first batch; undefined where there is none, or it has no timestamp. */
  get firstTimestamp(): bigint | undefined {
    if (this.#firstTimestamp !== undefined || this.size === 0) return this.#firstTimestamp
    const first = new BatchScanner(this.log, { end: this.size, windowSize: BATCH_OVERHEAD }).next()
    if (first === undefined || first.maxTimestamp < 0n) return undefined
    return (this.#firstTimestamp = first.maxTimestamp)
  }

  rollReason(request: RollRequest): RollReason | undefined {
    return rollReasonOf(
      {
        baseOffset: this.baseOffset,
        size: this.size,
        firstTimestamp: this.firstTimestamp,
        openedMs: this.#openedMs,
        rollJitterMs: this.rollJitterMs,
        isIndexFull: this.#indexes.isFull,
      },
      this.#config,
      request,
    )
  }

  /** @param bytes the batches, one behind the other, with their final offsets */
  append(bytes: Buffer, batches: readonly RecordBatch[]): void {
    this.#files.writing(this.logPath).write(bytes, this.size)
    for (const batch of batches) {
      const { size } = batch
      const { maxTimestamp } = batch
      if (maxTimestamp > this.greatestTimestamp.timestamp) {
        this.#greatest = { timestamp: maxTimestamp, offset: batch.lastOffset }
      }
      if (this.#bytesSinceIndexEntry > this.#config.indexIntervalBytes) {
        this.#indexes.append({ offset: batch.lastOffset, position: this.size })
        this.#indexes.appendTime(this.greatestTimestamp)
        this.#bytesSinceIndexEntry = 0
      }
      this.size += size
      this.#bytesSinceIndexEntry += size
    }
  }

  appendAborted(transaction: Omit<AbortedTransaction, 'version'>): void {
    this.#indexes.appendAborted(transaction)
  }

  /** @returns the first batch whose last offset is not below `offset` */
  find(offset: bigint): BatchLocation | undefined {
    return lookupOffset(this, offset).batch
  }

  /** The offset behind the last batch. */
  nextOffset(): bigint {
    return this.end().nextOffset
  }

  /** Behind the last batch: the index tells where to look, as a broker believes it. */
  end(): SegmentEnd {
    const { offsetIndex } = this
    const from =
      offsetIndex === undefined || offsetIndex.usedCount === 0
        ? 0
        : offsetIndex.entryAt(offsetIndex.usedCount - 1).position
    const scanner = new BatchScanner(this.log, { from, end: this.size })
    let next = this.baseOffset
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      next = batch.lastOffset + 1n
    }
    return { nextOffset: next, position: next === this.baseOffset ? 0 : scanner.position }
  }

  get hasTransactionIndex(): boolean {
    return this.#files.disk.status(this.#pathOf('txnindex')) !== undefined
  }

  aborted(range: { readonly fetchOffset: bigint; readonly upperBound: bigint }): AbortedInRange {
    const index = this.#indexes.transactions()
    if (index === undefined) return { transactions: [], complete: false }
    return abortedIn(new TransactionIndex(index).entries(), range)
  }

  /**
   * Takes away the batch that holds `offset`, and all behind it.
   *
   * @returns bytes cut off
   */
  truncateTo(offset: bigint, nowMs: number): number {
    const position = this.find(offset)?.position ?? this.size
    this.#indexes.truncateTo(offset)
    const cut = this.size - position
    if (cut > 0) this.cutAt(position)
    if (position === 0) {
      this.#openedMs = nowMs
      this.#firstTimestamp = undefined
    }
    this.#bytesSinceIndexEntry = 0
    this.#greatest = this.#readGreatest()
    return cut
  }

  /** With what a recovery found. */
  replaceIndexes(indexes: RecoveredIndexes): void {
    this.#indexes.replace(indexes)
    this.#greatest = indexes.greatest
  }

  /**
   * Leaves the indexes as they are. Durable when it returns: what is appended from now on must not be followed, after a
   * crash, by what was here before.
   */
  cutAt(position: number): void {
    const log = this.#files.writing(this.logPath)
    log.truncate(position)
    log.sync()
    this.size = position
  }

  /** Makes room for entries to come, in the segment that is appended to. */
  preallocateIndexes(): void {
    this.#indexes.preallocate()
  }

  /** Nothing more will be appended: the time index gets its last entry, files are cut to what they hold. */
  finish(): void {
    this.#indexes.finish(this.greatestTimestamp)
    this.#trimLog()
  }

  /** Makes the records durable. What an index says can be found out again, until the segment is left behind. */
  syncRecords(): Promise<void> {
    return this.#files.datasync(this.logPath)
  }

  /** Makes everything durable, names apart. */
  async sync(): Promise<void> {
    for (const path of this.paths()) {
      if (this.#files.disk.status(path) !== undefined) await this.#files.datasync(path)
    }
  }

  close(): void {
    for (const path of this.paths()) this.#files.close(path)
  }

  /** Of the files that it may have. */
  paths(): string[] {
    return KINDS.map(kind => this.#pathOf(kind))
  }

  /** Gives the files other names, under which nobody finds them any more; @returns those */
  rename(suffix = DELETED_SUFFIX): string[] {
    const { disk } = this.#files
    const renamed: string[] = []
    this.close()
    for (const path of this.paths()) {
      if (disk.status(path) === undefined) continue
      disk.rename(path, path + suffix)
      renamed.push(path + suffix)
    }
    return renamed
  }

  get #files(): OpenFiles {
    return this.#folder.files
  }

  #pathOf(kind: SegmentFileKind): string {
    return join(this.#folder.path, segmentFileName(kind, this.baseOffset) + this.#suffix)
  }

  #trimLog(): void {
    const log = this.#files.writing(this.logPath)
    if (this.#config.preallocate && log.size() > this.size) log.truncate(this.size)
  }

  #readGreatest(): TimestampOffset {
    const last = this.#indexes.lastTime()
    const from = this.offsetIndex?.floor(last.offset).position ?? 0
    const scanner = new BatchScanner(this.log, { from, end: this.size })
    let greatest = last
    for (let batch = scanner.next(); batch !== undefined; batch = scanner.next()) {
      if (batch.maxTimestamp <= greatest.timestamp) continue
      greatest = { timestamp: batch.maxTimestamp, offset: batch.lastOffset }
    }
    return greatest.timestamp > NO_TIMESTAMP ? greatest : last
  }
}

const KINDS: readonly SegmentFileKind[] = ['log', 'index', 'timeindex', 'txnindex']
