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
import { type HashedKeys, KEYS_MAX } from './hashed-keys.ts'
import type { KeyOffsets } from './key-offsets.ts'
import { BatchRewriter, emptiedBatch } from './rewritten-batch.ts'

export interface BatchCleanerOptions extends RetentionContext {
  readonly keys: KeyOffsets
  readonly transactions: CleanedTransactions
  readonly deleteRetentionMs: number
  readonly limits: DecodeLimits
  readonly counts: CleaningCounts
  readonly onSuperseded?: OnSuperseded | undefined
}

/** Told of the key of a record that has a newer one, by its place, with the bytes that the record takes. */
export type OnSuperseded = (keys: HashedKeys, place: number, size: number) => void

export type CleanedBatch = 'as-it-is' | 'dropped' | Buffer

export class BatchCleaner {
  readonly #options: BatchCleanerOptions
  readonly #rewriter = new BatchRewriter()
  /** By the records' places in the batch: 1 for those that are kept. */
  #kept = new Uint8Array(1024)
  #keptCount = 0
  #readCount = 0
  #tombstones = 0
  /** Of the records whose keys are asked for: their places in the batch, what they take, 1 for a tombstone. */
  readonly #places = new Int32Array(KEYS_MAX)
  readonly #sizes = new Int32Array(KEYS_MAX)
  readonly #isTombstone = new Uint8Array(KEYS_MAX)

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
    if (retention.dropsRecords || batch.isControl) {
      this.#siftAsOne(batch, cursor, retention)
      return
    }
    const horizon = batch.deleteHorizonMs
    const keepsTombstones =
      batch instanceof BatchV2
        ? horizon === undefined || this.#options.nowMs < Number(horizon)
        : keepsOldTombstones
    this.#siftByKey(batch, cursor, keepsTombstones)
  }

  #siftAsOne(batch: RecordBatch, cursor: RecordCursor, { dropsRecords }: BatchRetention): void {
    while (cursor.next()) {
      const place = this.#nextPlace()
      if (!dropsRecords) this.#keep(place, cursor.valueSize < 0)
      else if (!batch.isControl) addTo(this.#options.counts.aborted, cursor.size)
    }
  }

  #siftByKey(batch: RecordBatch, cursor: RecordCursor, keepsTombstones: boolean): void {
    const { keys, counts } = this.#options
    const asked = keys.map.keys
    const base = keys.relative(batch.baseOffset)
    const v2 = cursor instanceof V2Cursor ? cursor : undefined
    while (cursor.next()) {
      const place = this.#nextPlace()
      const offset = v2 === undefined ? keys.relative(cursor.offset) : base + v2.offsetDelta
      if (offset > keys.latest) this.#keep(place, cursor.valueSize < 0)
      else if (cursor.keySize < 0) addTo(counts.keyless, cursor.size)
      else {
        const slot = asked.add(cursor.bytes, cursor.keyStart, cursor.keySize, offset)
        this.#places[slot] = place
        this.#sizes[slot] = cursor.size
        this.#isTombstone[slot] = cursor.valueSize < 0 ? 1 : 0
        if (asked.isFull) this.#decide(keepsTombstones)
      }
    }
    this.#decide(keepsTombstones)
  }

  /** On those whose keys were asked for. */
  #decide(keepsTombstones: boolean): void {
    const { counts, onSuperseded } = this.#options
    const { map } = this.#options.keys
    const { keys } = map
    map.fetch()
    for (let slot = 0; slot < keys.count; slot++) {
      const newest = map.get(slot)
      const size = this.#sizes[slot]!
      const isTombstone = this.#isTombstone[slot] === 1
      if (newest > keys.offsets[slot]! && newest >= 0) {
        addTo(counts.superseded, size)
        onSuperseded?.(keys, slot, size)
      } else if (isTombstone && !keepsTombstones) addTo(counts.expired, size)
      else this.#keep(this.#places[slot]!, isTombstone)
    }
    keys.clear()
  }

  #nextPlace(): number {
    if (this.#readCount === this.#kept.length) this.#grow()
    this.#kept[this.#readCount] = 0
    return this.#readCount++
  }

  #keep(place: number, isTombstone: boolean): void {
    this.#kept[place] = 1
    this.#keptCount++
    if (isTombstone) this.#tombstones++
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
