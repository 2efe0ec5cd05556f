/**
 * Counts the batches and records of one partition, in order. What is compared with the batch before (gaps, timestamps
 * that go back) begins anew wherever the reading does.
 */
import { CorruptDataError, LimitError } from '../../base/errors.ts'
import type { DecodeLimits } from '../../base/limits.ts'
import type { OpenSegment } from '../../log/open-segment.ts'
import { BATCH_OVERHEAD, BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import { record as note } from './histogram.ts'
import { HourCounter, hourOf } from './hour-counter.ts'
import { IndexCursor, noteScan } from './index-scan.ts'
import { checksumDamage, type BatchReader } from './log-reading.ts'
import {
  addCodecShare,
  addFormatShare,
  emptyStats,
  noteLargest,
  type LogStats,
} from './log-stats.ts'
import { addShare } from './share-table.ts'

type Batch = BatchV2 | LegacyMessage

export interface StatsReaderOptions {
  readonly limits: DecodeLimits
  /** Batches to keep. */
  readonly largestMax: number
}

export class StatsReader implements BatchReader {
  readonly stats: LogStats = emptyStats()
  readonly #options: StatsReaderOptions
  readonly #hours = new HourCounter(this.stats.hours)
  /** Undefined where the segment has none. */
  #index: IndexCursor | undefined
  #batchTimestamp: bigint | undefined
  /** Of the records so far; −1 for none, Infinity where it is beyond 2⁵³ and stands in `#hugeTimestamp`. */
  #greatestTimestamp = -1
  #hugeTimestamp = 0n

  constructor(options: StatsReaderOptions) {
    this.#options = options
  }

  enter({ offsetIndex }: OpenSegment): void {
    this.#index = offsetIndex && new IndexCursor(offsetIndex)
  }

  startAnew(): void {
    this.#batchTimestamp = undefined
    this.#greatestTimestamp = -1
  }

  take(batch: Batch, path: string, position: number): CorruptDataError | LimitError | undefined {
    if (batch.isControl) {
      this.stats.counts.controlBatches++
      return undefined
    }
    try {
      if (!batch.isValid()) throw checksumDamage(batch)
      const records = recordsOf(batch, this.#options.limits)
      const plainBytes = batch.codecId === 0 ? storedBytesOf(batch) : records.bytes.length
      const recordCount = this.#takeRecords(records)
      this.#takeBatch(batch, { recordCount, plainBytes })
      const before = this.#index?.distanceTo(position)
      if (before !== undefined) noteScan(this.stats.indexScan, before, recordCount)
      this.#noteLarge(batch, { path, position, recordCount })
      return undefined
    } catch (error) {
      if (!(error instanceof CorruptDataError) && !(error instanceof LimitError)) throw error
      return this.refuse(error)
    }
  }

  refuse<Refusal extends CorruptDataError | LimitError>(error: Refusal): Refusal {
    const { counts } = this.stats
    if (error instanceof LimitError) counts.tooLargeBatches++
    else counts.damagedBatches++
    return error
  }

  #takeBatch(
    batch: Batch,
    { recordCount, plainBytes }: { readonly recordCount: number; readonly plainBytes: number },
  ): void {
    const { stats } = this
    const { size: bytes, codecId } = batch
    const share = { batches: 1, records: recordCount, bytes }
    stats.total.batches++
    stats.total.records += recordCount
    stats.total.bytes += bytes
    if (batch.isTransactional) stats.counts.transactionalBatches++
    if (recordCount === 0) stats.counts.emptyBatches++
    note(stats.batchSize, bytes)
    note(stats.recordsPerBatch, recordCount)
    const storedBytes = storedBytesOf(batch)
    addCodecShare(stats, codecId, { ...share, storedBytes, plainBytes })
    addFormatShare(stats, batch.magic, share)
    addShare(stats.producers, batch.producerId, share)
    const { maxTimestamp } = batch
    addShare(stats.hours, hourOf(maxTimestamp), { batches: 1, records: 0, bytes })
    if (maxTimestamp >= 0n) this.#takeTimestamp(maxTimestamp)
  }

  #takeTimestamp(timestamp: bigint): void {
    const before = this.#batchTimestamp
    this.#batchTimestamp = timestamp
    if (before === undefined) return
    if (timestamp < before) this.stats.counts.backwardBatches++
    else note(this.stats.batchGap, Number(timestamp - before))
  }

  #takeRecords(records: RecordCursor): number {
    const { stats } = this
    const { counts } = stats
    let greatest = this.#greatestTimestamp
    let count = 0
    for (; records.next(); count++) {
      const { keySize, valueSize, headerCount, size, timestampNumber } = records
      note(stats.recordSize, size)
      this.#hours.take(timestampNumber, records)
      counts.recordBytes += size
      if (keySize < 0) counts.nullKeys++
      else note(stats.keySize, keySize)
      if (valueSize < 0) counts.tombstones++
      else note(stats.valueSize, valueSize)
      if (valueSize === 0) counts.emptyValues++
      if (headerCount > 0) this.#takeHeaders(records)
      if (timestampNumber >= 0 && greatest < Infinity) {
        if (timestampNumber < greatest) note(stats.lateness, greatest - timestampNumber)
        else greatest = timestampNumber
      } else if (!(timestampNumber < 0)) {
        greatest = this.#takeAmongHuge(records.timestamp, greatest)
      }
    }
    this.#greatestTimestamp = greatest
    this.#hours.flush()
    return count
  }

  /** Where the timestamp is beyond 2⁵³, or one before it was: as with nanoseconds for milliseconds. */
  #takeAmongHuge(timestamp: bigint, greatest: number): number {
    if (timestamp < 0n) return greatest
    if (greatest < Infinity || timestamp >= this.#hugeTimestamp) this.#hugeTimestamp = timestamp
    else note(this.stats.lateness, Number(this.#hugeTimestamp - timestamp))
    return Infinity
  }

  #takeHeaders(record: RecordCursor): void {
    const { counts } = this.stats
    counts.recordsWithHeaders++
    counts.headers += record.headerCount
    for (const { key, value } of record.headers()) {
      counts.headerBytes += key.length + (value?.length ?? 0)
    }
  }

  #noteLarge(
    batch: Batch,
    place: { readonly path: string; readonly position: number; readonly recordCount: number },
  ): void {
    const { path, position, recordCount: records } = place
    const { size, baseOffset, codecId } = batch
    const large = { path, position, baseOffset, size, records, codecId }
    noteLargest(this.stats, large, this.#options.largestMax)
  }
}

/** Of the records as stored, without the batch's header. */
function storedBytesOf(batch: Batch): number {
  return batch.size - (batch instanceof BatchV2 ? BATCH_OVERHEAD : batch.keySizeAt)
}
