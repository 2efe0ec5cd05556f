/**
 * The batches of one log file or KRaft snapshot, and their records where asked.
 *
 * What is damaged inside one batch costs that batch only. Where the framing itself is lost the dump of the file ends,
 * or under `resync` goes on at the next batch that proves itself by its checksum, saying what it skipped.
 */
import { CorruptDataError, isReadFailure, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { DiskFile } from '../../disk/disk.ts'
import { BatchScanner } from '../../log/batch-scanner.ts'
import { findBatch, type FoundBatch } from '../../log/find-batch.ts'
import { misplacement } from '../../log/misplaced-batch.ts'
import { NO_TIMESTAMP } from '../../record/batch.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import { isTorn, isZeroFrom } from '../../log/open-end.ts'
import { EVERYTHING, type DumpRange } from './dump-range.ts'
import type { Batch, DumpSink } from './dump-sink.ts'

export interface LogDumpOptions {
  readonly deep: boolean
  /** Bytes from the beginning of the file to look at. */
  readonly bytesMax: number
  readonly resync: boolean
  readonly limits: DecodeLimits
  /** Told from time to time how many more bytes were gone through. */
  readonly onProgress?: (bytes: number) => void
}

/** As kafka-dump-log's --max-bytes when it is not given. */
export const DUMP_BYTES_MAX = 0x7fffffff

/** Bytes between two calls of onProgress. */
const PROGRESS_BYTES = 1024 * 1024

export interface LogDumpContext {
  readonly sink: DumpSink
  readonly options: LogDumpOptions
  /** Where records are looked at: two offsets that do not follow each other. */
  readonly onGap: (previous: bigint, offset: bigint) => void
}

export interface LogDumpStart {
  /** Where to begin, for a range that lies behind it. */
  readonly from: number
  readonly range: DumpRange
  /** The lowest offset that the file can hold. */
  readonly baseOffset: bigint
  /** What follows the file, asked only where bytes are left behind its last batch. */
  readonly follower: () => LogFollower
}

export interface LogFollower {
  /** Whether a broker may have died while it wrote to the file: nothing follows it. */
  readonly isLast: boolean
  /** Of the next segment. */
  readonly baseOffset?: bigint | undefined
}

export function dumpLog(file: DiskFile, start: LogDumpStart, context: LogDumpContext): void {
  new LogDump(file, start, context).run()
}

class LogDump {
  readonly #sink: DumpSink
  readonly #options: LogDumpOptions
  readonly #range: DumpRange
  readonly #onGap: LogDumpContext['onGap']
  readonly #scanner: BatchScanner
  readonly #start: LogDumpStart
  /** Offset of the record before, as Kafka's tool begins: −1. */
  #previousNumber = -1
  /** The same, where it is no safe integer and the number is NaN. */
  #previous = -1n
  #reportedTo: number
  /** Where the offsets of the last good batch end; before the first, the lowest that can come. */
  #nextOffset: bigint
  /** Of the first good batch. */
  #baseOffset: bigint | undefined

  constructor(file: DiskFile, start: LogDumpStart, { sink, options, onGap }: LogDumpContext) {
    const { from, range, baseOffset } = start
    this.#start = start
    this.#sink = sink
    this.#options = options
    this.#range = range
    this.#nextOffset = baseOffset
    this.#reportedTo = from
    this.#onGap = onGap
    const { limits } = options
    this.#scanner = new BatchScanner(file, { from, end: options.bytesMax, limits })
  }

  run(): void {
    const { offsets } = this.#range
    if (offsets !== undefined && offsets.from >= offsets.to) return
    for (;;) {
      const batch = this.#scanner.next()
      if (batch === undefined) {
        if (!this.#goOnBehindDamage()) return
      } else if (this.#isBehindRange(batch)) {
        return
      } else {
        this.#dumpBatch()
        this.#advance()
      }
    }
  }

  #advance(): void {
    const bytes = this.#scanner.position - this.#reportedTo
    if (bytes < PROGRESS_BYTES) return
    this.#reportedTo += bytes
    this.#options.onProgress?.(bytes)
  }

  #dumpBatch(): void {
    const scanner = this.#scanner
    const isValid = scanner.isValid()
    const { batch, limitError } = this.#bodyOrHeader()
    // Within the file an index has led here, and was held against this batch.
    const { from } = this.#start
    if (from > 0 && scanner.position === from) this.#nextOffset = batch.baseOffset
    if (this.#isWanted(batch)) {
      this.#sink.batch(batch, scanner.position, isValid)
      if (this.#options.deep) this.#dumpRecords(batch, limitError)
    } else {
      const wrong = misplacement(batch, this.#start.baseOffset)
      if (wrong) this.#fail(new CorruptDataError({ position: 0, ...wrong }), scanner.position)
    }
    if (isValid) this.#noteGood(batch)
    else if (this.#options.resync) this.#distrustSize(batch)
  }

  #noteGood(batch: Batch): void {
    this.#nextOffset = batch.lastOffset + 1n
    this.#baseOffset ??= batch.baseOffset
  }

  /** A batch too large to hold is shown by its header, and why not its records. */
  #bodyOrHeader(): { batch: Batch; limitError?: LimitError } {
    try {
      return { batch: this.#scanner.body() }
    } catch (error) {
      if (!(error instanceof LimitError)) throw error
      return { batch: this.#scanner.header(), limitError: error }
    }
  }

  #dumpRecords(batch: Batch, limitError: LimitError | undefined): void {
    try {
      if (limitError !== undefined) throw limitError
      const records = recordsOf(batch, this.#options.limits)
      while (records.next()) {
        this.#checkOffset(records)
        if (this.#isInRange(records)) this.#sink.record(batch, records)
      }
    } catch (error) {
      this.#fail(error, this.#scanner.position)
    }
  }

  /** As numbers while they are exact: bigints would cost as much as all the rest. */
  #checkOffset(record: RecordCursor): void {
    const { offsetNumber } = record
    if (offsetNumber === this.#previousNumber + 1) {
      this.#previousNumber = offsetNumber
      return
    }
    const { offset } = record
    const previous = isNaN(this.#previousNumber) ? this.#previous : BigInt(this.#previousNumber)
    const isFirst = previous === -1n && this.#range !== EVERYTHING
    if (offset !== previous + 1n && !isFirst) this.#onGap(previous, offset)
    this.#previousNumber = offsetNumber
    this.#previous = offset
  }

  #isInRange(record: RecordCursor): boolean {
    const { offsets, timestamps } = this.#range
    if (offsets !== undefined && !isWithin(record.offset, offsets)) return false
    return timestamps === undefined || isWithin(record.timestamp, timestamps)
  }

  /** What ended the scan is said; true where it goes on. */
  #goOnBehindDamage(): boolean {
    const { position, end, stopped, damage } = this.#scanner
    const { resync } = this.#options
    const next =
      resync && stopped !== 'end-of-file' ? this.#findBatch(position + 1, end) : undefined
    if (next !== undefined) this.#skipTo(next)
    else if (stopped === 'corrupt' && !resync) this.#fail(damage, position)
    else if (position < end) this.#noteTrailingBytes(position, end)
    return next !== undefined
  }

  /**
   * A checksum that does not hold may mean a damaged body, or a damaged size field. If no good batch begins where this
   * one says it ends, but one does inside of what it claims, that is where the log goes on.
   */
  #distrustSize(batch: Batch): void {
    const { position, end } = this.#scanner
    const claimedEnd = position + batch.size
    if (claimedEnd === end || this.#findBatch(claimedEnd, claimedEnd + 1) !== undefined) return
    const next = this.#findBatch(position + 1, end)
    if (next !== undefined) this.#skipTo(next)
  }

  #findBatch(from: number, to: number): FoundBatch | undefined {
    const { limits } = this.#options
    return findBatch(this.#scanner.file, { from, to, limits, baseOffset: this.#baseOffset })
  }

  #skipTo(next: FoundBatch): void {
    this.#noteSkipped(next.position, next.baseOffset)
    this.#scanner.resumeAt(next.position)
  }

  #noteSkipped(to: number, nextBaseOffset: bigint | undefined): void {
    const firstOffset = this.#nextOffset
    const lastOffset = nextBaseOffset === undefined ? undefined : nextBaseOffset - 1n
    const missing = lastOffset === undefined || firstOffset <= lastOffset
    this.#sink.note({
      kind: 'skipped',
      from: this.#scanner.position,
      to,
      firstOffset: missing ? firstOffset : undefined,
      lastOffset: missing ? lastOffset : undefined,
    })
  }

  #noteTrailingBytes(position: number, end: number): void {
    if (this.#options.bytesMax < DUMP_BYTES_MAX) return
    this.#sink.note({ kind: 'trailing-bytes', position, count: end - position })
    if (!this.#options.resync || this.#isRangeDone()) return
    const { isLast, baseOffset } = this.#start.follower()
    if (!isLast || !this.#isOpenEnd(position, end)) this.#noteSkipped(end, baseOffset)
  }

  #isOpenEnd(position: number, end: number): boolean {
    const { file, stopped } = this.#scanner
    const { baseOffset } = this.#start
    return isZeroFrom(file, position, end) || isTorn(file, { position, stopped, baseOffset })
  }

  /** The range's own end, or the end of what batches can still hold of it. */
  #isBehindRange(batch: Batch): boolean {
    const to = this.#range.offsets?.to
    if (to === undefined) return false
    return this.#isRangeDone() || (batch instanceof BatchV2 && batch.baseOffset >= to)
  }

  #isRangeDone(): boolean {
    const to = this.#range.offsets?.to
    return to !== undefined && this.#nextOffset >= to
  }

  #isWanted(batch: Batch): boolean {
    const { offsets, timestamps } = this.#range
    if (offsets !== undefined && batch.lastOffset < offsets.from) return false
    const newest = batch.maxTimestamp
    if (timestamps === undefined || newest === NO_TIMESTAMP) return true
    return newest >= timestamps.from && this.#beginsBefore(batch, timestamps.to)
  }

  /** Whether one of its records is older than that; what can't be read might be. */
  #beginsBefore(batch: Batch, timestamp: bigint): boolean {
    if (batch.maxTimestamp < timestamp) return true
    if (batch.timestampType === 'append') return false
    try {
      const records = recordsOf(batch, this.#options.limits)
      while (records.next()) if (records.timestamp < timestamp) return true
      return false
    } catch (error) {
      if (!isReadFailure(error)) throw error
      return true
    }
  }

  #fail(error: unknown, position: number): void {
    const { path } = this.#scanner.file
    if (error instanceof CorruptDataError) {
      const placed = error.damage.file === undefined ? error.in(path, position) : error
      this.#sink.failure({ path, position, error: placed })
    } else if (error instanceof LimitError) {
      this.#sink.failure({ path, position, error: error.in(path, position) })
    } else {
      throw error
    }
  }
}

function isWithin(value: bigint, { from, to }: { from: bigint; to: bigint }): boolean {
  return value >= from && value < to
}
