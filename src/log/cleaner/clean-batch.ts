/**
 * Decides, record by record, what is left of a batch.
 *
 * | record                                              | kept                                                |
 * |-----------------------------------------------------|-----------------------------------------------------|
 * | behind the last offset that the map knows of        | yes                                                 |
 * | in a batch whose records are dropped                | no                                                  |
 * | of a marker                                         | yes                                                 |
 * | without a key                                       | no                                                  |
 * | older than the newest of its key                    | no                                                  |
 * | the newest of its key, with a value                 | yes                                                 |
 * | the newest of its key, a tombstone                  | before the batch's delete horizon, or as long as it |
 * |                                                     | has none; v0/v1: as the segment's age tells         |
 *
 * A batch that keeps a tombstone gets a delete horizon, unless it has one. One that keeps all and gets none stays as it
 * is, byte for byte; but v0/v1 become v2.
 *
 * Source: org.apache.kafka.storage.internals.log.Cleaner#shouldRetainRecord,
 * org.apache.kafka.common.record.internal.MemoryRecords#filterTo
 */
import type { DecodeLimits } from '../../base/limits.ts'
import { INT64_MAX } from '../../binary/big-endian.ts'
import type { RecordBatch } from '../../record/batch.ts'
import { BatchV2 } from '../../record/batch-v2.ts'
import type { LegacyMessage } from '../../record/legacy-message.ts'
import type { RecordCursor } from '../../record/record-cursor.ts'
import { recordsOf } from '../../record/records.ts'
import { V2Cursor } from '../../record/v2-cursor.ts'
import { type BatchRetention, batchRetention, type RetentionContext } from './batch-retention.ts'
import type { CleanedTransactions } from './cleaned-transactions.ts'
import { addTo, type CleaningCounts } from './cleaning-counts.ts'
import type { KeyOffsets } from './key-offsets.ts'
import { BatchRewriter, emptiedBatch } from './rewritten-batch.ts'

export interface BatchCleanerOptions extends RetentionContext {
  readonly keys: KeyOffsets
  readonly transactions: CleanedTransactions
  readonly deleteRetentionMs: number
  readonly limits: DecodeLimits
  readonly counts: CleaningCounts
  /** Told of the keys of records that have a newer one, with the bytes they take. */
  readonly onSuperseded?: ((record: RecordCursor) => void) | undefined
}

export type CleanedBatch = 'as-it-is' | 'dropped' | Buffer

export class BatchCleaner {
  readonly #options: BatchCleanerOptions
  readonly #rewriter = new BatchRewriter()
  /** By the records' places in the batch: 1 for those that are kept. */
  #kept = new Uint8Array(1024)
  #keptCount = 0
  #readCount = 0
  #tombstones = 0

  constructor(options: BatchCleanerOptions) {
    this.#options = options
  }

  /**
   * @param batch whole, its checksum correct
   * @param keepsOldTombstones those in v0/v1 messages
   */
  clean(batch: BatchV2 | LegacyMessage, keepsOldTombstones: boolean): CleanedBatch {
    const { transactions, counts } = this.#options
    const isV2 = batch instanceof BatchV2
    const mayGo =
      isV2 && (batch.isControl ? transactions.passMarker(batch) : transactions.passRecords(batch))
    const retention = batchRetention(batch, mayGo, this.#options)
    const cursor = recordsOf(batch, this.#options.limits)
    this.#sift(batch, cursor, retention, keepsOldTombstones)
    counts.before.batches++
    counts.before.records += this.#readCount
    if (this.#keptCount === 0) return this.#emptied(batch, retention)
    const horizon = this.#horizonOf(batch, retention)
    counts.after.records += this.#keptCount
    this.#countHorizon(batch, retention, horizon)
    const isWhole = this.#keptCount === this.#readCount && horizon === batch.deleteHorizonMs
    return isV2 && isWhole ? 'as-it-is' : this.#rewritten(batch, cursor, horizon)
  }

  #sift(
    batch: RecordBatch,
    cursor: RecordCursor,
    retention: BatchRetention,
    keepsOldTombstones: boolean,
  ): void {
    this.#keptCount = 0
    this.#readCount = 0
    this.#tombstones = 0
    const { keys, nowMs } = this.#options
    const horizon = batch.deleteHorizonMs
    const keepsTombstones =
      batch instanceof BatchV2
        ? horizon === undefined || nowMs < Number(horizon)
        : keepsOldTombstones
    const isWanted = retention.dropsRecords || batch.isControl
    const base = keys.relative(batch.baseOffset)
    const v2 = cursor instanceof V2Cursor ? cursor : undefined
    while (cursor.next()) {
      const offset = v2 === undefined ? keys.relative(cursor.offset) : base + v2.offsetDelta
      const keep = isWanted
        ? this.#keepsAll(batch, cursor, retention)
        : offset > keys.latest || this.#keeps(cursor, offset, keepsTombstones)
      if (this.#readCount === this.#kept.length) this.#grow()
      this.#kept[this.#readCount++] = keep ? 1 : 0
      if (!keep) continue
      this.#keptCount++
      if (cursor.valueSize < 0) this.#tombstones++
    }
  }

  #keepsAll(batch: RecordBatch, record: RecordCursor, { dropsRecords }: BatchRetention): boolean {
    if (dropsRecords && !batch.isControl) addTo(this.#options.counts.aborted, record.size)
    return !dropsRecords
  }

  #keeps(record: RecordCursor, offset: number, keepsTombstones: boolean): boolean {
    const { keys, counts, onSuperseded } = this.#options
    if (record.keySize < 0) {
      addTo(counts.keyless, record.size)
      return false
    }
    const newest = keys.map.get(record.bytes, record.keyStart, record.keySize)
    if (newest > offset && newest >= 0) {
      addTo(counts.superseded, record.size)
      onSuperseded?.(record)
      return false
    }
    if (record.valueSize >= 0 || keepsTombstones) return true
    addTo(counts.expired, record.size)
    return false
  }

  /** Null records of a marker don't count: its value says something. */
  #horizonOf(batch: RecordBatch, { isStaleMarker }: BatchRetention): bigint | undefined {
    if (batch.deleteHorizonMs !== undefined) return batch.deleteHorizonMs
    if (this.#tombstones === 0 && !isStaleMarker) return undefined
    const { nowMs, deleteRetentionMs } = this.#options
    const horizon = BigInt(nowMs) + BigInt(deleteRetentionMs)
    return horizon > INT64_MAX ? undefined : horizon
  }

  #countHorizon(
    batch: RecordBatch,
    { isStaleMarker }: BatchRetention,
    horizon: bigint | undefined,
  ): void {
    const horizonMs = horizon === undefined ? undefined : Number(horizon)
    if (batch.isControl) this.#options.counts.keep('markers', isStaleMarker ? 1 : 0, horizonMs)
    else this.#options.counts.keep('tombstones', this.#tombstones, horizonMs)
  }

  #emptied(batch: RecordBatch, { keepsEmpty }: BatchRetention): CleanedBatch {
    if (!keepsEmpty) return 'dropped'
    this.#options.counts.emptied++
    return emptiedBatch(batch)
  }

  #rewritten(batch: RecordBatch, cursor: RecordCursor, horizon: bigint | undefined): Buffer {
    this.#rewriter.begin(batch, horizon)
    cursor.rewind()
    for (let place = 0; cursor.next(); place++) {
      if (this.#kept[place] === 1) this.#rewriter.add(cursor)
    }
    return this.#rewriter.finish()
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#kept.length)
    grown.set(this.#kept)
    this.#kept = grown
  }
}
